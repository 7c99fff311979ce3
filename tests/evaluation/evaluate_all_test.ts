import { assert, assertEquals, assertRejects } from "@std/assert";
import { writeCheckpoint } from "../../src/checkpoint/checkpoint_file.ts";
import {
  type CheckpointMetadata,
  float32Tensor,
  type StateDict,
} from "../../src/checkpoint/state_dict.ts";
import { noNormalization } from "../../src/data/signals/normalization.ts";
import { UserError } from "../../src/errors.ts";
import { evaluateClassifier } from "../../src/evaluation/evaluate.ts";
import { evaluateAll } from "../../src/evaluation/evaluate_all.ts";
import { randomClassifier, randomState } from "../support/random_classifier.ts";
import { stopper, withSmallWorkspace } from "../support/small_workspace.ts";

const options = { fold: 10, batchSize: 16, seed: 1 };

Deno.test("evaluate-all: each checkpoint with its own normalization, best first", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const statistics = {
      kind: "train",
      mean: Array(12).fill(0.1),
      standard_deviation: Array(12).fill(0.05),
    } as const;
    const files: [string, number, CheckpointMetadata][] = [
      ["a.pt", 1, { normalisation: statistics, method: "finetune", epoch: 7 }],
      ["b.safetensors", 1, { normalisation: null }],
      ["c.pt", 2, {}],
    ];
    for (const [name, seed, metadata] of files) {
      await writeCheckpoint(`${folder}/${name}`, randomClassifier(seed, metadata));
    }
    const paths = files.map(([name]) => `${folder}/${name}`);
    const progress: number[][] = [];
    const { evaluated, leftOut } = await evaluateAll(workspace, {
      ...options,
      paths,
      onProgress: (...at) => progress.push(at),
    });
    assertEquals(leftOut, []);
    const scores = evaluated.map(({ evaluation }) => evaluation.metrics.auroc_macro);
    assertEquals(scores, scores.toSorted((a, b) => b - a));
    assertEquals(evaluated.map(({ path }) => path).toSorted(), paths);
    const records = evaluated[0].evaluation.rows.length;
    assertEquals(progress.at(-1), [3 * records, 3 * records]);

    const found = (path: string) => evaluated.find((each) => each.path === path)!;
    const { method, epoch, architecture, normalization } = found(paths[0]);
    assertEquals([method, epoch, architecture, normalization], [
      "finetune",
      7,
      "ECGClassifier",
      "train",
    ]);
    assertEquals(found(paths[1]).normalization, "none");
    // Alone, in a workspace with that normalization, each gives the same.
    for (const [i, [, seed, metadata]] of files.entries()) {
      workspace.normalize(
        metadata.normalisation
          ? {
            kind: "train",
            mean: statistics.mean,
            standardDeviation: statistics.standard_deviation,
          }
          : noNormalization(),
      );
      const checkpoint = randomClassifier(seed, metadata);
      const alone = await evaluateClassifier(workspace, {
        ...options,
        checkpoint,
        noiseStd: 0,
        maskRatio: 0,
      });
      assertEquals(found(paths[i]).evaluation.probabilities, alone.probabilities, paths[i]);
    }
    assert(
      found(paths[0]).evaluation.metrics.auroc_macro !==
        found(paths[1]).evaluation.metrics.auroc_macro,
      "the same weights on other inputs",
    );
    const overridden = await evaluateAll(workspace, { ...options, paths, normalize: "train" });
    assertEquals(overridden.evaluated.map((each) => each.normalization), Array(3).fill("train"));
  }));

Deno.test("evaluate-all: what cannot be evaluated is listed, the others go on", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const { gpu } = workspace;
    const before = [gpu.liveBuffers, gpu.liveBytes];
    const write = (name: string, section: string, state: StateDict, metadata = {}) =>
      writeCheckpoint(`${folder}/${name}`, { sections: new Map([[section, state]]), metadata });
    const damaged = randomState(1).set(
      "head.bias",
      float32Tensor([5], new Float32Array(5).fill(NaN)),
    );
    await write("1.pt", "encoder", randomState(1));
    await write("2.pt", "model", randomState(1, { classes: 3 }));
    await write("3.pt", "model", randomState(1), { class_names: ["a", "b", "c", "d", "e"] });
    await write("4.pt", "model", damaged);
    await write("5.pt", "model", randomState(1), { sampling_rate: 500 });
    await write("6.pt", "model", randomState(1), {
      normalisation: { kind: "train", mean: [0], standard_deviation: [1] },
    });
    await write("7.pt", "model", randomState(1));
    await Deno.writeTextFile(`${folder}/8.pt`, "no checkpoint");
    const paths = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((i) => `${folder}/${i}.pt`);
    const { evaluated, leftOut } = await evaluateAll(workspace, { ...options, paths });
    assertEquals(evaluated.map(({ path }) => path), [paths[6]]);
    const reasons = [
      'need the key "model" of a classifier',
      "its head has 3 outputs, the data 5 classes",
      "its classes are a, b, c, d, e",
      "its output is not a number for record",
      "trained at 500 Hz, the data has 100 Hz. Give --resolution 500",
      "12 leads by the statistics of 1",
      "damaged",
      "there is no such file",
    ];
    assertEquals(leftOut.map(({ path }) => path), paths.toSpliced(6, 1));
    leftOut.forEach(({ path, reason }, i) => {
      assert(reason.includes(path) && reason.includes(reasons[i]), reason);
    });
    assertEquals([gpu.liveBuffers, gpu.liveBytes], before);
  }));

Deno.test("evaluate-all: stops before the next checkpoint, refuses an empty fold", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const { signal, stop, reason } = stopper();
    await writeCheckpoint(`${folder}/a.pt`, randomClassifier(1));
    const paths = [`${folder}/a.pt`, `${folder}/b.pt`];
    const thrown = await assertRejects(() =>
      evaluateAll(workspace, { ...options, paths, signal, onProgress: stop })
    );
    assertEquals(thrown, reason);
    workspace.set.folds.fill(9);
    await assertRejects(
      () => evaluateAll(workspace, { ...options, paths }),
      UserError,
      "Fold 10 has no records",
    );
  }));
