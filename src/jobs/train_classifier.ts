/**
 * Supervised training and fine-tuning: labelled records of folds 1–8, the best epoch chosen on
 * fold 9, and fold 10 looked at once, with the chosen weights.
 *
 * @module
 */

import { readCheckpoint } from "../checkpoint/checkpoint_file.ts";
import type { JsonValue } from "../checkpoint/state_dict.ts";
import { type Balancing, classFrequencies, type ClassFrequency } from "../data/balancing.ts";
import { epochOrder } from "../data/batches.ts";
import { labelSubset } from "../data/label_subset.ts";
import { type ParameterSnapshot, ParameterStore } from "../layers/parameters.ts";
import { classWeights, countPositives, effectiveNumberWeights } from "../losses/class_weights.ts";
import type { ClassificationLoss } from "../losses/classification_loss.ts";
import { ClassificationMethod } from "../methods/classification.ts";
import { type MultilabelMetrics, multilabelMetrics } from "../metrics/multilabel_metrics.ts";
import { Classifier } from "../models/classifier.ts";
import { encoderWidth, loadWeights, saveCheckpoint } from "./checkpoints.ts";
import { Inference, sigmoid } from "./inference.ts";
import { encoderFeatures, INFERENCE_ROWS } from "./probe.ts";
import { RESULT_FILE } from "./run_folder.ts";
import { diverged, type EpochResult } from "./trainer.ts";
import { type Course, type RunFacts, type RunOptions, runTraining } from "./training_run.ts";
import { persistent, type Workspace } from "./workspace.ts";

/** The losses by their names on the command line. */
export const LOSSES = ["bce", "focal", "weighted", "class_balanced"] as const;

/** Settings of {@linkcode trainClassifier}. */
export interface TrainClassifierOptions extends RunOptions {
  /** `supervised` or `finetune`, for the checkpoint. */
  readonly method: "supervised" | "finetune";
  /** In (0, 1]. */
  readonly labelFraction: number;
  readonly loss: ClassificationLoss["name"];
  readonly balancing: Balancing;
  /** Train the head alone, on features that are computed once. */
  readonly freezeEncoder: boolean;
  /** Pretrained encoder, key `encoder`; what `init` holds is loaded after it. */
  readonly encoderCheckpoint?: string;
  readonly events?: ClassifierEvents;
}

/** What the job tells whoever watches it. */
export interface ClassifierEvents {
  prepared?(
    facts: RunFacts & {
      parameters: number;
      trained: number;
      labelled: number;
      frequencies: ClassFrequency[];
    },
  ): void;
  steps?(epoch: number, done: number, total: number, loss: number): void;
  epoch?(epoch: number, result: EpochResult, validation: MultilabelMetrics, best: boolean): void;
}

/** What the job gives. */
export interface TrainClassifierResult extends Course {
  readonly bestEpoch: number;
  readonly validation: MultilabelMetrics;
  readonly test: MultilabelMetrics;
  readonly validationF1: readonly number[];
}

/**
 * Trains a classifier on the labelled part of folds 1-8, keeps the epoch with the best macro F1 on
 * fold 9, writes it (key `model`), and reports fold 10 once.
 *
 * @param workspace Device and records; see {@linkcode Workspace.open}.
 * @throws {UserError} When the label fraction lies outside (0, 1], a checkpoint does not fit, the step
 * does not fit the adapter, or training diverges. The reason of `signal`, when it aborts.
 *
 * @example
 * ```ts
 * import { synthesizeCohort, trainClassifier, Workspace } from "ssrl-ecg";
 * const folder = Deno.makeTempDirSync();
 * const set = synthesizeCohort({ records: 60, seed: 42, duration: 1.28 });
 * const workspace = await Workspace.open(set, { normalisation: "train" });
 * const { bestEpoch } = await trainClassifier(workspace, {
 *   method: "supervised",
 *   epochs: 1,
 *   batchSize: 16,
 *   learningRate: 1e-3,
 *   labelFraction: 1,
 *   loss: "bce",
 *   balancing: "standard",
 *   freezeEncoder: false,
 *   seed: 42,
 *   shuffle: true,
 *   logEvery: 20,
 *   out: `${folder}/model.pt`,
 *   runFolder: `${folder}/run`,
 *   resume: false,
 * });
 * console.assert(bestEpoch === 1);
 * workspace.destroy();
 * Deno.removeSync(folder, { recursive: true });
 * ```
 */
export async function trainClassifier(
  workspace: Workspace,
  options: TrainClassifierOptions,
): Promise<TrainClassifierResult> {
  const { gpu, set, split } = workspace;
  const { seed, batchSize, events, freezeEncoder, shuffle } = options;
  const classes = set.classNames.length;
  const labelled = labelSubset({
    indices: split.train,
    labels: set.labels,
    classes,
    fraction: options.labelFraction,
    seed,
  });
  const starts: { path: string; sections: readonly ("model" | "encoder")[] }[] = [];
  if (options.encoderCheckpoint !== undefined) {
    starts.push({ path: options.encoderCheckpoint, sections: ["encoder"] });
  }
  if (options.init !== undefined) {
    starts.push({ path: options.init, sections: ["model", "encoder"] });
  }
  const checkpoints = await Promise.all(starts.map(({ path }) => readCheckpoint(path)));
  const store = new ParameterStore();
  const width = checkpoints.length > 0 ? encoderWidth(checkpoints[0]) : 64;
  const model = new Classifier(store, { width, classes });
  store.allocate(gpu, seed);
  const loss = chooseLoss(options.loss, workspace.labelsOf(labelled), classes);
  const weights = persistent(gpu, "class weights", [classes]);
  gpu.write(weights.placement!.buffer, Float32Array.from(loss.classWeights));
  const owned = [weights];
  let judge: Judge | undefined;
  let best: ParameterSnapshot | undefined;
  try {
    starts.forEach(({ path, sections }, i) => loadWeights(checkpoints[i], path, store, sections));
    const rows = Int32Array.from([...labelled, ...split.validation, ...split.test]);
    const features = freezeEncoder ? await uploadFeatures(workspace, model, rows) : undefined;
    if (features) owned.push(features);
    const method = new ClassificationMethod(store, model, {
      loss,
      classWeights: weights,
      ...(features ? { features } : {}),
    });
    judge = await Judge.open(workspace, model);
    best = store.snapshot();
    let bestEpoch = 0;
    let bestMetrics: MultilabelMetrics | undefined;
    const order = (epoch: number) =>
      epochOrder({
        indices: labelled,
        strategy: options.balancing,
        labels: set.labels,
        classes,
        batchSize,
        seed,
        epoch,
        shuffle,
      });
    return await runTraining<TrainClassifierResult>({
      command: options.method === "finetune" ? "finetune" : "train-supervised",
      workspace,
      method,
      options,
      settings: classifierSettings(options),
      records: labelled.length,
      order,
      restoring(stored) {
        if (!stored.best) return;
        store.load(stored.best.values);
        best!.take();
        bestEpoch = stored.best.epoch;
        // Files hold null for what is not defined.
        bestMetrics = Object.fromEntries(
          Object.entries(stored.best.metrics).map(([name, value]) => [name, value ?? NaN]),
        ) as unknown as MultilabelMetrics;
      },
      prepared: (facts) =>
        events?.prepared?.({
          ...facts,
          parameters: store.count,
          trained: store.parameters.slice(method.trainedFrom)
            .reduce((sum, { value }) => sum + value.size, 0),
          labelled: labelled.length,
          frequencies: classFrequencies({
            indices: labelled,
            order: order(facts.resumedAfter + 1),
            labels: set.labels,
            classNames: set.classNames,
          }),
        }),
      steps: (...progress) => events?.steps?.(...progress),
      async epochDone(epoch, result) {
        const metrics = await judge!.metrics(split.validation, epoch);
        // Strictly better, from -1: PyTorch reference and documentation agree.
        const better = metrics.f1_macro > (bestMetrics?.f1_macro ?? -1);
        if (better) {
          best!.take();
          bestEpoch = epoch;
          bestMetrics = metrics;
        }
        events?.epoch?.(epoch, result, metrics, better);
        return {
          row: { ...metrics, best: better },
          best: { epoch: bestEpoch, metrics: { ...bestMetrics! }, weights: best! },
        };
      },
      async finish(course, { folder }) {
        best!.restore();
        await saveCheckpoint(options.out, "model", store, workspace, {
          method: options.method,
          architecture: {
            name: "ECGClassifier",
            in_channels: model.inputs,
            width,
            n_classes: classes,
          },
          seed,
          epoch: bestEpoch,
          metrics: { ...bestMetrics! },
        });
        const test = await judge!.metrics(split.test, bestEpoch);
        await folder.writeJson(RESULT_FILE, {
          best_epoch: bestEpoch,
          validation: bestMetrics,
          test,
          checkpoint: options.out,
        });
        return {
          ...course,
          bestEpoch,
          validation: bestMetrics!,
          test,
          validationF1: course.epochRows.map((row) => Number(row.f1_macro)),
        };
      },
    });
  } finally {
    judge?.destroy();
    best?.destroy();
    for (const tensor of owned) gpu.release(tensor.placement!.buffer);
    store.destroy();
  }
}

/** Metrics of the present weights on any rows. */
class Judge {
  private constructor(readonly workspace: Workspace, readonly inference: Inference) {}

  static async open(workspace: Workspace, model: Classifier): Promise<Judge> {
    const inference = await Inference.record(workspace, INFERENCE_ROWS, (recorder, x) => ({
      logits: model.evaluate(recorder, x).logits,
    }));
    return new Judge(workspace, inference);
  }

  async metrics(rows: Int32Array, epoch: number): Promise<MultilabelMetrics> {
    const { logits } = await this.inference.run(rows);
    if (logits.some(Number.isNaN)) throw diverged("the model's answers are NaN", epoch);
    return multilabelMetrics(this.workspace.labelsOf(rows), sigmoid(logits), {
      classes: this.workspace.set.classNames.length,
    });
  }

  destroy(): void {
    this.inference.destroy();
  }
}

/** [records, features]: the frozen encoder's features of the given rows, zeros elsewhere. */
async function uploadFeatures(workspace: Workspace, model: Classifier, rows: Int32Array) {
  const { gpu, set } = workspace;
  const dimension = model.encoder.outputs;
  const features = await encoderFeatures(workspace, model.encoder, rows);
  const table = new Float32Array(set.ids.length * dimension);
  rows.forEach((row, i) =>
    table.set(features.subarray(i * dimension, (i + 1) * dimension), row * dimension)
  );
  const tensor = persistent(gpu, "features", [set.ids.length, dimension]);
  gpu.write(tensor.placement!.buffer, table);
  return tensor;
}

/** The loss of a name, with class weights from the labelled training records. */
export function chooseLoss(
  name: ClassificationLoss["name"],
  labels: ArrayLike<number>,
  classes: number,
): ClassificationLoss {
  const counts = countPositives(labels, classes);
  const ones = new Array<number>(classes).fill(1);
  switch (name) {
    case "bce":
      return { name, classWeights: ones };
    case "focal":
      return { name, classWeights: ones, focal: { alpha: 0.25, gamma: 2 } };
    case "weighted":
      return { name, classWeights: [...classWeights(counts, "inverse_frequency")] };
    case "class_balanced":
      return { name, classWeights: [...effectiveNumberWeights(counts)] };
  }
}

function classifierSettings(options: TrainClassifierOptions): Record<string, JsonValue> {
  const { method, labelFraction, loss, balancing, freezeEncoder, encoderCheckpoint } = options;
  return {
    method,
    labelFraction,
    loss,
    balancing,
    freezeEncoder,
    encoderCheckpoint: encoderCheckpoint ?? null,
  };
}
