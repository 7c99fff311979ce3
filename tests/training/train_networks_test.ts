/** Training of ResNet-1D and the improved CNN: small ones, started from checkpoints of width 8. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { existsSync } from "node:fs";
import { readCheckpoint, writeCheckpoint } from "../../src/checkpoint/checkpoint_file.ts";
import type { HostTensor } from "../../src/checkpoint/state_dict.ts";
import { UserError } from "../../src/errors.ts";
import { evaluateClassifier } from "../../src/evaluation/evaluate.ts";
import {
  chooseLoss,
  trainClassifier,
  type TrainClassifierOptions,
} from "../../src/training/train_classifier.ts";
import { ParameterStore } from "../../src/layers/parameters.ts";
import { type ClassifierArchitecture, createClassifier } from "../../src/models/registry.ts";
import { Encoder1dCnn } from "../../src/models/encoder_1d_cnn.ts";
import {
  classifierOptions,
  type RunFiles,
  stopper,
  timelessRows,
  withSmallWorkspace,
} from "../support/small_workspace.ts";

/** Writes a checkpoint of random weights and gives its path. */
async function start(
  folder: string,
  section: "model" | "encoder",
  register: (store: ParameterStore) => unknown,
): Promise<string> {
  const store = new ParameterStore();
  register(store);
  const state = new Map(
    store.initialValues(3).map(({ name, ...tensor }) => [name, tensor as HostTensor]),
  );
  const path = `${folder}/start.safetensors`;
  await writeCheckpoint(path, { sections: new Map([[section, state]]), metadata: {} });
  return path;
}

/** Settings of a run of a small network into `folder`/`name`. */
async function networkOptions(
  folder: string,
  name: string,
  architecture: ClassifierArchitecture,
): Promise<TrainClassifierOptions & RunFiles> {
  const init = await start(
    folder,
    "model",
    (store) => createClassifier(store, { architecture, width: 8, classes: 5 }),
  );
  return { ...classifierOptions(folder, name), architecture, init, selection: "auroc_macro" };
}

for (const architecture of ["ResNet1D", "ImprovedECGClassifier"] as const) {
  Deno.test(`${architecture} continues after a stop to the bits of an unbroken run, dropout included`, () =>
    withSmallWorkspace(async (workspace, folder) => {
      const { gpu } = workspace;
      const before = [gpu.liveBuffers, gpu.liveBytes];
      const unbroken = await networkOptions(folder, "unbroken", architecture);
      const result = await trainClassifier(workspace, unbroken);
      const rows = result.epochRows.map((row) => row.auroc_macro as number);
      assertEquals(result.selected, rows);
      assertEquals(result.bestEpoch, rows.indexOf(Math.max(...rows)) + 1, "the first of the best");

      const stopped = {
        ...await networkOptions(folder, "stopped", architecture),
        saveEverySeconds: 0,
      };
      const { signal, stop, reason } = stopper();
      const thrown = await assertRejects(() =>
        trainClassifier(workspace, {
          ...stopped,
          signal,
          events: { epoch: (epoch) => epoch === 2 && stop() },
        })
      );
      assertEquals(thrown, reason);
      await trainClassifier(workspace, { ...stopped, resume: true });
      assertEquals(await Deno.readFile(stopped.out), await Deno.readFile(unbroken.out));
      assertEquals(timelessRows(stopped.runFolder), timelessRows(unbroken.runFolder));

      const checkpoint = await readCheckpoint(unbroken.out);
      const { method, epoch, metrics } = checkpoint.metadata;
      assertEquals([method, epoch], ["supervised", result.bestEpoch]);
      assertEquals(metrics, { ...result.validation });
      assertEquals(checkpoint.metadata.architecture, {
        name: architecture,
        in_channels: 12,
        width: 8,
        n_classes: 5,
      });
      // Two batches in every epoch moved the running statistics: training mode never stays off.
      for (const [name, { data }] of checkpoint.sections.get("model")!) {
        if (name.endsWith("num_batches_tracked")) assertEquals(Number(data[0]), 2 * epoch!, name);
      }
      for (
        const [fold, { loss: _, ...expected }] of [[9, result.validation], [
          10,
          result.test,
        ]] as const
      ) {
        const { metrics } = await evaluateClassifier(workspace, {
          checkpoint,
          fold,
          batchSize: 64,
          noiseStd: 0,
          maskRatio: 0,
          seed: 1,
        });
        assertEquals(metrics, expected);
      }
      assertEquals([gpu.liveBuffers, gpu.liveBytes], before);
    }));
}

Deno.test("dropout is drawn again in every epoch", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const differing: number[] = [];
    for (const architecture of ["ECGClassifier", "ResNet1D", "ImprovedECGClassifier"] as const) {
      // The same batches in every epoch, and no weight moves visibly: only dropout makes a difference.
      const { stepLosses } = await trainClassifier(workspace, {
        ...await networkOptions(folder, architecture, architecture),
        epochs: 3,
        learningRate: 1e-12,
        balancing: "standard",
        shuffle: false,
      });
      assertEquals(stepLosses.length, 6);
      const first = stepLosses.filter((_, step) => step % 2 === 0);
      differing.push(new Set(first.map((loss) => loss.toFixed(5))).size);
    }
    assertEquals(differing, [1, 3, 3]);
  }));

Deno.test("where the metric that selects is not defined, the first epoch is kept", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const { set, split } = workspace;
    for (const row of split.validation) set.labels.fill(0, 5 * row, 5 * row + 5);
    const run = { ...await networkOptions(folder, "run", "ImprovedECGClassifier"), epochs: 2 };
    const result = await trainClassifier(workspace, run);
    assertEquals(result.selected, [NaN, NaN]);
    assertEquals(result.bestEpoch, 1);
    const { metadata } = await readCheckpoint(run.out);
    assertEquals([metadata.epoch, metadata.metrics?.auroc_macro], [1, null]);
  }));

Deno.test("what a network cannot train on is refused before the first step", () =>
  withSmallWorkspace(async (workspace, folder) => {
    const { gpu } = workspace;
    const before = [gpu.liveBuffers, gpu.liveBytes];
    const options = await networkOptions(folder, "run", "ImprovedECGClassifier");
    const refused = async (changes: Partial<TrainClassifierOptions>, message: string) => {
      await assertRejects(
        () => trainClassifier(workspace, { ...options, ...changes }),
        UserError,
        message,
      );
      assert(!existsSync(options.out));
      assertEquals([gpu.liveBuffers, gpu.liveBytes], before);
    };
    await refused({ batchSize: 1 }, "a batch of one record");
    await refused({ architecture: "ResNet1D" }, "the file holds ImprovedECGClassifier");
    const encoder = await start(folder, "encoder", (store) => new Encoder1dCnn(store, ""));
    await refused({ init: encoder }, 'need the key "model", found "encoder" (ECGEncoder1DCNN');
  }));

Deno.test("weighted positives weigh negatives over positives of the labeled records", () => {
  // Ten records: five, one and none with the class.
  const labels = Array.from({ length: 10 }, (_, row) => [row % 2, row === 3 ? 1 : 0, 0]).flat();
  const { classWeights, positiveWeights } = chooseLoss("weighted_positives", labels, 3);
  assertEquals(classWeights, [1, 1, 1]);
  // A class without records counts as one, so that its weight is a number.
  assertEquals(positiveWeights, [1, 9, 9]);
});
