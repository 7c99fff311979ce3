import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { readCheckpoint, writeCheckpoint } from "../../src/checkpoint/checkpoint_file.ts";
import type { Checkpoint, CheckpointMetadata, StateDict } from "../../src/checkpoint/state_dict.ts";
import { UserError } from "../../src/errors.ts";
import {
  byAuroc,
  compareCheckpoints,
  type CompareOptions,
} from "../../src/evaluation/compare_checkpoints.ts";
import { evaluateClassifier } from "../../src/evaluation/evaluate.ts";
import { pairedBootstrapIntervals } from "../../src/metrics/paired_bootstrap.ts";
import { sweepConditions } from "../../src/data/signals/conditions.ts";
import { normalizationFor } from "../../src/runs/checkpoints.ts";
import type { Workspace } from "../../src/runs/workspace.ts";
import { randomClassifier, randomEncoder, randomState } from "../support/random_classifier.ts";
import { stopper, withSmallWorkspace } from "../support/small_workspace.ts";
import { float32Tensor } from "../support/tensors.ts";

const options = { batchSize: 16, seed: 1 };
const STATISTICS = {
  kind: "train",
  mean: Array(12).fill(0.1),
  standard_deviation: Array(12).fill(0.05),
} as const;
const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);

/** Writes checkpoints `name`.pt and gives them as the function takes them. */
async function write(
  folder: string,
  files: Readonly<Record<string, Checkpoint>>,
): Promise<CompareOptions["checkpoints"]> {
  for (const [name, checkpoint] of Object.entries(files)) {
    await writeCheckpoint(`${folder}/${name}.pt`, checkpoint);
  }
  return Object.keys(files).map((name) => ({ name, path: `${folder}/${name}.pt` }));
}

/** Runs `body` and checks that it gives back what it took of the device. */
function leavingNothing(body: (workspace: Workspace, folder: string) => Promise<void>) {
  return withSmallWorkspace(async (workspace, folder) => {
    const { gpu } = workspace;
    const before = [gpu.liveBuffers, gpu.liveBytes];
    await body(workspace, folder);
    assertEquals([gpu.liveBuffers, gpu.liveBytes], before);
  });
}

Deno.test("each checkpoint with its own normalization, differences paired with the baseline", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const { classNames } = workspace.set;
    const checkpoints = await write(folder, {
      a: randomClassifier(1, { class_names: classNames, method: "supervised", epoch: 7 }),
      b: randomClassifier(2, { normalisation: null }),
      c: randomClassifier(1, { normalisation: STATISTICS }),
    });
    const progress: number[][] = [];
    const { compared, leftOut } = await compareCheckpoints(workspace, {
      ...options,
      checkpoints,
      onProgress: (...at) => progress.push(at),
    });
    assertEquals(leftOut, []);
    assertEquals(names(compared), ["a", "b", "c"], "in the order given");
    const facts = compared.map(({ method, epoch, normalization, namesClasses }) => [
      method,
      epoch,
      normalization,
      namesClasses,
    ]);
    assertEquals(facts, [
      ["supervised", 7, "none", true],
      [undefined, undefined, "none", false],
      [undefined, undefined, "train", false],
    ]);
    assertEquals(compared[0].architecture, "ECGClassifier");
    const records = compared[0].evaluation.rows.length;
    assertEquals(progress.at(-1), [3 * records, 3 * records]);
    // Alone, in a workspace with that normalization, each gives the same.
    for (const { path, evaluation } of compared) {
      const checkpoint = await readCheckpoint(path);
      workspace.normalize(normalizationFor(checkpoint, undefined));
      const alone = await evaluateClassifier(workspace, { ...options, checkpoint });
      assertEquals(evaluation.probabilities, alone.probabilities);
    }
    const [a, b, c] = compared.map(({ evaluation }) => evaluation);
    assertNotEquals(a.metrics.auroc_macro, c.metrics.auroc_macro, "the same weights, other inputs");
    const sorted = compared.toSorted(byAuroc).map(({ evaluation }) =>
      evaluation.metrics.auroc_macro
    );
    assertEquals(sorted, sorted.toSorted((x, y) => y - x));
    const expected = pairedBootstrapIntervals(
      workspace.labelsOf(a.rows),
      a.probabilities,
      b.probabilities,
      { classes: 5, seed: 1 },
    );
    assertEquals(compared[0].difference, undefined);
    assertEquals(compared[1].difference, expected);

    // The other way round, with the other sign.
    const turned = await compareCheckpoints(workspace, { ...options, checkpoints, baseline: "b" });
    assertEquals(turned.compared[1].difference, undefined);
    assertEquals(
      turned.compared[0].difference!.overall.f1_macro.estimate,
      -expected.overall.f1_macro.estimate,
    );
    const { compared: other } = await compareCheckpoints(workspace, {
      ...options,
      checkpoints,
      baseline: null,
      normalize: "train",
    });
    assertEquals(other.map((each) => each.normalization), Array(3).fill("train"));
    assert(other.every(({ difference }) => difference === undefined));
  }));

Deno.test("each condition as if it were evaluated alone", () =>
  leavingNothing(async (workspace, folder) => {
    const checkpoint = randomClassifier(3);
    const checkpoints = await write(folder, { random: checkpoint });
    const conditions = sweepConditions([0.1, 0.4], [0.5]);
    const { compared } = await compareCheckpoints(workspace, {
      ...options,
      checkpoints,
      conditions,
    });
    assertEquals(compared.map(({ noiseStd, maskRatio }) => ({ noiseStd, maskRatio })), conditions);
    // In any order: what befalls a record depends on seed and record.
    for (const { evaluation, noiseStd, maskRatio } of compared.toReversed()) {
      const about = { ...options, checkpoint, noiseStd, maskRatio };
      const alone = await evaluateClassifier(workspace, about);
      assertEquals(evaluation.probabilities, alone.probabilities);
    }
    const [clean, ...others] = compared;
    assertEquals(clean.difference, undefined);
    for (const { evaluation, difference } of others) {
      const { estimate, low, high } = difference!.overall.auroc_macro;
      const { auroc_macro } = evaluation.metrics;
      assertEquals(estimate, auroc_macro - clean.evaluation.metrics.auroc_macro);
      assert(low <= estimate && estimate <= high, `${low} ${estimate} ${high}`);
    }
    const { compared: other } = await compareCheckpoints(workspace, {
      ...options,
      checkpoints,
      conditions,
      seed: 2,
    });
    compared.forEach(({ evaluation: { probabilities } }, i) => {
      const check = i === 0 ? assertEquals : assertNotEquals;
      check(other[i].evaluation.probabilities, probabilities);
    });
    await assertRejects(
      () =>
        compareCheckpoints(workspace, {
          checkpoints,
          conditions: sweepConditions([1e39], []),
          strict: true,
        }),
      UserError,
      "noise of this strength exceeds single precision",
    );
  }));

Deno.test("what cannot be evaluated is listed, the others are evaluated", () =>
  leavingNothing(async (workspace, folder) => {
    const model = (state: StateDict, metadata: CheckpointMetadata = {}) => ({
      sections: new Map([["model", state]]),
      metadata,
    });
    const nan = float32Tensor([5], new Float32Array(5).fill(NaN));
    const cases: [name: string, checkpoint: Checkpoint | undefined, reason: string][] = [
      ["encoder", randomEncoder(1), 'need the key "model" of a classifier'],
      [
        "three",
        model(randomState(1, { classes: 3 })),
        "its head has 3 outputs, the data 5 classes",
      ],
      [
        "named",
        randomClassifier(1, { class_names: [..."abcde"] }),
        "its classes are a, b, c, d, e",
      ],
      ["nan", model(randomState(1).set("head.bias", nan)), "its output is not a number for record"],
      ["fast", randomClassifier(1, { sampling_rate: 500 }), "at 500 Hz, the data has 100 Hz"],
      [
        "lead",
        randomClassifier(1, {
          normalisation: { kind: "train", mean: [0], standard_deviation: [1] },
        }),
        "12 leads by the statistics of 1",
      ],
      ["text", undefined, "damaged"],
      ["missing", undefined, "there is no such file"],
    ];
    await Deno.writeTextFile(`${folder}/text.pt`, "no checkpoint");
    await write(folder, { good: randomClassifier(2) });
    for (const [name, checkpoint] of cases) {
      if (checkpoint) await write(folder, { [name]: checkpoint });
    }
    const checkpoints = [...cases.slice(0, 4), ["good"], ...cases.slice(4)].map(([name]) => ({
      name: name as string,
      path: `${folder}/${name}.pt`,
    }));
    const { compared, leftOut } = await compareCheckpoints(workspace, { ...options, checkpoints });
    assertEquals(names(compared), ["good"]);
    assertEquals(compared[0].difference, undefined, "the first that works");
    assertEquals(names(leftOut), cases.map(([name]) => name));
    leftOut.forEach(({ path, reason }, i) => {
      assert(reason.includes(path) && reason.includes(cases[i][2]), reason);
    });
    assertEquals(leftOut[4].facts, { remedy: "other-sampling-rate", rate: 500 });
    for (const settings of [{ baseline: "fast" }, { strict: true }]) {
      const { message } = await assertRejects(
        () => compareCheckpoints(workspace, { checkpoints, ...settings }),
        UserError,
      );
      const expected = settings.strict ? "Cannot load a classifier" : "Cannot compare with fast: ";
      assert(message.startsWith(expected), message);
    }
  }));

Deno.test("encoders get a head where heads are wanted; stops at once, refuses an empty fold", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const checkpoints = await write(folder, {
      ssl: randomEncoder(1, { method: "simclr", normalisation: STATISTICS }),
      good: randomClassifier(2),
    });
    await write(folder, { head: randomClassifier(3, { normalisation: STATISTICS }) });
    const calls: string[] = [];
    const addHead = (encoder: Checkpoint, name: string) => {
      calls.push(`${name} ${encoder.source} ${workspace.normalization.kind}`);
      return Promise.resolve(`${folder}/head.pt`);
    };
    const { compared: [ssl, good] } = await compareCheckpoints(workspace, { checkpoints, addHead });
    assertEquals(calls, [`ssl ${folder}/ssl.pt train`]);
    assertEquals([ssl.method, ssl.architecture, ssl.path, ssl.headPath, good.headPath], [
      "simclr",
      "ECGClassifier",
      `${folder}/ssl.pt`,
      `${folder}/head.pt`,
      undefined,
    ]);
    const { signal, stop, reason } = stopper();
    const thrown = await assertRejects(() =>
      compareCheckpoints(workspace, { checkpoints, addHead, signal, onProgress: stop })
    );
    assertEquals(thrown, reason);
    workspace.set.folds.fill(9);
    const error = "Fold 10 has no records";
    await assertRejects(() => compareCheckpoints(workspace, { checkpoints }), UserError, error);
  }));
