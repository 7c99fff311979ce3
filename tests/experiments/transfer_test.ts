import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { readCheckpoint, writeCheckpoint } from "../../src/checkpoint/checkpoint_file.ts";
import type { StateDict } from "../../src/checkpoint/state_dict.ts";
import type { WindowSet } from "../../src/data/datasets/dataset.ts";
import { loadMitBih, mitBih } from "../../src/data/datasets/mit_bih.ts";
import { UserError } from "../../src/errors.ts";
import { chooseDevice } from "../../src/gpu/device.ts";
import { KernelLibrary } from "../../src/gpu/kernels.ts";
import { compareCheckpoints } from "../../src/evaluation/compare_checkpoints.ts";
import { Experiment } from "../../src/experiments/experiment.ts";
import {
  assertTransferable,
  planTransfer,
  recordingResults,
  type TransferOptions,
} from "../../src/experiments/transfer.ts";
import { Workspace } from "../../src/runs/workspace.ts";
import { bootstrapIntervals } from "../../src/metrics/bootstrap.ts";
import { auroc } from "../../src/metrics/ranking.ts";
import { LEARNABLE_MITDB, type SmallMitdbRecord, withSmallMitdb } from "../support/small_mitdb.ts";
import { randomClassifier, randomEncoderState } from "../support/random_classifier.ts";
import { stopper } from "../support/small_workspace.ts";

/** Half the usual rate: half the work. */
const RATE = 50;

/** A workspace with small records, a folder for files, and a checkpoint of width 4 in it. */
async function withWindows(
  body: (context: {
    workspace: Workspace;
    set: WindowSet;
    folder: string;
    options: TransferOptions;
  }) => Promise<void>,
  records: readonly SmallMitdbRecord[] = LEARNABLE_MITDB,
) {
  await withSmallMitdb(async (root) => {
    const set = await loadMitBih(root, { samplingRate: RATE });
    const gpu = await chooseDevice({ warn: () => {} });
    const kernels = new KernelLibrary(gpu, { enabled: false });
    const folder = await Deno.makeTempDir({ prefix: "transfer_" });
    const workspace = await Workspace.open(set, { normalization: "train" }, { gpu, kernels });
    try {
      const checkpoint = `${folder}/encoder.pt`;
      await writeCheckpoint(checkpoint, {
        sections: new Map([["encoder", randomEncoderState(11)]]),
        metadata: {},
      });
      await body({
        workspace,
        set,
        folder,
        options: {
          checkpoint,
          encoderFrom: "encoder",
          freezeEncoder: true,
          epochs: 6,
          batchSize: 8,
          learningRate: 0.1,
          seed: 3,
          baseline: true,
          folder: `${folder}/run`,
          command: "transfer-mitbih",
        },
      });
    } finally {
      workspace.destroy();
      await Deno.remove(folder, { recursive: true });
    }
  }, records);
}

/** Trains and tests, as the command does. */
async function transfer(
  { workspace, set }: { workspace: Workspace; set: WindowSet },
  options: TransferOptions,
  { signal, onEpoch }: { signal?: AbortSignal; onEpoch?: (loss: number) => void } = {},
) {
  const experiment = await Experiment.open(await planTransfer(workspace, options));
  await experiment.run({
    stopAtFailure: true,
    signal,
    events: { reported: (_cell, event) => event.kind === "epoch" && onEpoch?.(event.loss) },
  });
  const { compared } = await compareCheckpoints(workspace, {
    checkpoints: experiment.cells.map(({ name, checkpoint }) => ({ name, path: checkpoint })),
    baseline: experiment.cells[1]?.name ?? null,
    strict: true,
    clusters: set.records,
    seed: options.seed,
  });
  const tested = compared.map(({ path, evaluation, difference }) => ({
    checkpoint: path,
    ...evaluation,
    auroc: evaluation.intervals.overall.auroc_macro,
    difference: difference?.overall.auroc_macro,
  }));
  return { transfer: tested[0], baseline: tested[1] };
}

const sameTensors = (a: StateDict, b: StateDict, prefix: string) =>
  [...a].every(([name, { data }]) => b.get(prefix + name)!.data.toString() === data.toString());

Deno.test("transfer: a head is trained on DS1, and DS2 tells what it learned", () =>
  withWindows(async ({ options, ...windows }) => {
    const { set, workspace } = windows;
    const { gpu } = workspace;
    const before = [gpu.liveBuffers, gpu.liveBytes];
    const losses: number[] = [];
    const { transfer: own, baseline } = await transfer(windows, options, {
      onEpoch: (loss) => losses.push(loss),
    });
    assertEquals([gpu.liveBuffers, gpu.liveBytes], before);
    assertEquals(losses.length, 12);
    assert(losses[5] < losses[0] / 2, `${losses[0]} to ${losses[5]}`);

    // Beats of 2 mV are easy: a trained head on any frozen encoder finds them in other records.
    assert(own.auroc.estimate > 0.9, `AUROC ${own.auroc.estimate}`);
    assertEquals(
      Array.from(own.rows, (row) => set.records[row]).join(),
      "100,".repeat(6) +
        Array(6).fill(103).join(),
    );
    const labels = workspace.labelsOf(own.rows);
    assertEquals(own.auroc.estimate, auroc(labels, own.probabilities));
    const clustered = bootstrapIntervals(labels, own.probabilities, {
      classes: 1,
      seed: options.seed,
      clusters: Array.from(own.rows, (row) => set.records[row]),
    });
    assertEquals(own.auroc, clustered.overall.auroc_macro);
    assertEquals(
      own.difference!.estimate,
      own.auroc.estimate - baseline.auroc.estimate,
    );

    // A frozen encoder stays to the bit; the baseline has another of the same width.
    const encoder = (await readCheckpoint(options.checkpoint)).sections.get("encoder")!;
    const model = (await readCheckpoint(own.checkpoint)).sections.get("model")!;
    const random = (await readCheckpoint(baseline.checkpoint)).sections.get("model")!;
    assert(sameTensors(encoder, model, "encoder."));
    assert(!sameTensors(encoder, random, "encoder."));
    for (const [name, { shape }] of model) assertEquals(random.get(name)!.shape, shape, name);
  }));

Deno.test("transfer: runs that are done are kept, a stopped one continues to the same bits", () =>
  withWindows(async ({ folder, options: frozen, ...windows }) => {
    const options = { ...frozen, freezeEncoder: false, epochs: 3, learningRate: 1e-3 };
    const whole = await transfer(windows, options);
    const { signal, stop, reason } = stopper();
    const broken = { ...options, folder: `${folder}/broken` };
    let epochs = 0;
    // In the second epoch of the baseline.
    const onEpoch = () => ++epochs === 5 && stop();
    const thrown = await assertRejects(() => transfer(windows, broken, { signal, onEpoch }));
    assertEquals(thrown, reason);
    epochs = 0;
    const again = await transfer(windows, broken, { onEpoch: () => void epochs++ });
    assertEquals(epochs, 1, "the transfer and two epochs of the baseline were done");
    assertEquals(again.transfer.probabilities, whole.transfer.probabilities);
    assertEquals(again.baseline.probabilities, whole.baseline.probabilities);
    assertEquals(again.transfer.difference, whole.transfer.difference);

    await transfer(windows, broken, { onEpoch: () => void epochs++ });
    assertEquals(epochs, 1);
    const other = { ...broken, seed: 4 };
    await assertRejects(() => transfer(windows, other), UserError, "other settings");
    // Trained, the encoder is no longer the checkpoint's.
    const encoder = (await readCheckpoint(options.checkpoint)).sections.get("encoder")!;
    const model = (await readCheckpoint(whole.transfer.checkpoint)).sections.get("model")!;
    assert(!sameTensors(encoder, model, "encoder."));
  }));

Deno.test("transfer: the encoder of a classifier gives the same as that of key encoder", () =>
  withWindows(async ({ folder, options: frozen, ...windows }) => {
    const options = { ...frozen, epochs: 1, baseline: false };
    const own = await transfer(windows, options);
    assertEquals([own.baseline, own.transfer.difference], [undefined, undefined]);
    const checkpoint = `${folder}/model.pt`;
    await writeCheckpoint(checkpoint, randomClassifier(11));
    const ofModel = await transfer(windows, {
      ...options,
      checkpoint,
      encoderFrom: "encoder of model",
      folder: `${folder}/model`,
    });
    assertEquals(ofModel.transfer.probabilities, own.transfer.probabilities);
  }));

Deno.test("assertTransferable(): a part without windows, or with one label, is refused", async (t) => {
  const cases: [string, SmallMitdbRecord[], string][] = [
    ["no training part", [{ record: 100 }], "Cannot train on MIT-BIH"],
    [
      "no validation part",
      LEARNABLE_MITDB.filter(({ record }) => record !== 114 && record !== 215),
      "there are no windows in records 114 118 122 215 223",
    ],
    [
      "normal training records",
      LEARNABLE_MITDB.map((each) => each.record < 110 ? { record: each.record } : each),
      "there are no abnormal windows in records 101 106",
    ],
    ["no test part", LEARNABLE_MITDB.slice(0, 4), "Cannot test on MIT-BIH"],
  ];
  for (const [name, records, message] of cases) {
    await t.step(name, () =>
      withSmallMitdb(async (root) => {
        const set = await loadMitBih(root, { samplingRate: RATE });
        assertThrows(() => assertTransferable(set, mitBih), UserError, message);
      }, records));
  }
});

Deno.test("recordingResults(): each record by itself, ascending", () => {
  const results = recordingResults(
    [200, 100, 200, 100, 200, 103],
    [1, 0, 0, 0, 1, 1],
    [0.9, 0.6, 0.7, 0.1, 0.4, 0.5],
  );
  assertEquals(results, [
    { record: 100, windows: 2, abnormal: 0, auroc: NaN, accuracy: 1 / 2, f1: 0 },
    // 0.5 is at the threshold: abnormal.
    { record: 103, windows: 1, abnormal: 1, auroc: NaN, accuracy: 1, f1: 1 },
    { record: 200, windows: 3, abnormal: 2, auroc: 1 / 2, accuracy: 1 / 3, f1: 1 / 2 },
  ]);
  const [quiet] = recordingResults([100], [0], [0.2]);
  assertEquals([quiet.accuracy, quiet.f1], [1, NaN]);
});
