import { assert, assertEquals, assertLess, assertMatch, assertRejects } from "@std/assert";
import { recordGather } from "../../src/augment/record_input.ts";
import { Recorder } from "../../src/gpu/recorder.ts";
import { StepState } from "../../src/gpu/step_state.ts";
import { Tensor } from "../../src/gpu/tensor.ts";
import { ParameterStore } from "../../src/layers/parameters.ts";
import { clocs, ClocsMethod } from "../../src/methods/clocs.ts";
import { pairedSignals } from "../../src/methods/method.ts";
import { settingsOf } from "../../src/methods/pretraining_method.ts";
import { pretrain } from "../../src/training/pretrain.ts";
import { pretrainOptions, stopper, withSmallWorkspace } from "../support/small_workspace.ts";

const SETTINGS = { temperature: 0.1, projection: 16, config: "full" } as const;

function build(patients: readonly number[], train = patients.map((_, row) => row)): ClocsMethod {
  return new ClocsMethod({
    store: new ParameterStore(),
    settings: { ...settingsOf(clocs, {}, 100), projection: 16 },
    encoder: { width: 4 },
    patients: Int32Array.from(patients),
    train: Int32Array.from(train),
  });
}

Deno.test("a record's partner is another training record of its patient, drawn again each epoch", () => {
  const patients = [7, 7, 7, 8, 9, 9];
  const method = build(patients, [0, 1, 2, 3, 4]); // row 5 is not trained on
  const rows = Int32Array.of(4, 0, 1, 2, 3);
  const seen = new Set<number>();
  for (let epoch = 1; epoch <= 30; epoch++) {
    const partners = method.partnersOf(rows, { seed: 3, epoch });
    assertEquals(method.partnersOf(rows, { seed: 3, epoch }), partners);
    // The order of the batch does not matter.
    assertEquals(method.partnersOf(rows.toReversed(), { seed: 3, epoch }), partners.toReversed());
    partners.forEach((partner, i) => {
      assertEquals(patients[partner], patients[rows[i]]);
      assertEquals(partner === rows[i], [3, 4].includes(rows[i]), "alone, or another record");
    });
    seen.add(partners[1]);
  }
  assertEquals([...seen].sort(), [1, 2]);
  assertMatch(method.remark, /^3 of 5 training records are paired with another one/);
  assertMatch(build([1, 2, 3]).remark, /^No patient has a second .* which is SimCLR$/);
});

Deno.test("the second half of a step's signals shows the partners", () =>
  withSmallWorkspace(async (workspace) => {
    const { gpu, kernels, records, normalizationTensor: normalization, labels } = workspace;
    const indices = Tensor.from(gpu, [3], Uint32Array.of(4, 0, 9), "batch");
    const partners = Tensor.from(gpu, [3], Uint32Array.of(5, 0, 1), "partners");
    const step = new StepState(gpu);
    const batch = { records, indices, partners, step, normalization, labels, rows: 3 };
    const recorder = new Recorder(kernels);
    const pairs = pairedSignals(recorder, batch, undefined);
    const [first, second] = [indices, partners].map((rows) =>
      recordGather(recorder, { records, batch: rows, state: step.state, rows: 3 }, 1, normalization)
    );
    const program = await recorder.plan([pairs, first, second]);
    step.begin({ seed: 1, epoch: 1, step: 0, records: 3 });
    program.run();
    const [x, a, b] = await Promise.all([pairs, first, second].map((tensor) => tensor.read()));
    assertEquals([...x], [...a, ...b]);
    program.destroy();
    for (const owned of [indices, partners]) owned.release();
    step.destroy();
  }));

Deno.test("a short run with pairs learns, and a resumed one has its bits", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const { epochLosses, probes } = await pretrain(workspace, clocs, {
      ...pretrainOptions(folder, "unbroken"),
      settings: SETTINGS,
      epochs: 8,
    });
    assertLess(epochLosses[7], 0.8 * epochLosses[0]);
    assert(probes);

    const stopped = { ...pretrainOptions(folder, "stopped"), settings: SETTINGS, epochs: 8 };
    const { signal, stop } = stopper();
    const events = { epoch: (epoch: number) => epoch === 3 && stop() };
    await assertRejects(() => pretrain(workspace, clocs, { ...stopped, signal, events }));
    await pretrain(workspace, clocs, { ...stopped, resume: true });
    assertEquals(
      await Deno.readFile(stopped.out),
      await Deno.readFile(pretrainOptions(folder, "unbroken").out),
    );
  }));
