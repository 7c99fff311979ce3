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
import { RESULT_FILE, RunFolder } from "./run_folder.ts";
import {
  assertEpochsLeft,
  assertMayRun,
  dataSettings,
  dropRunState,
  readRunState,
  SAVE_EVERY_SECONDS,
  StateKeeper,
} from "./run_state.ts";
import { diverged, type EpochResult, Trainer } from "./trainer.ts";
import { persistent, type Workspace } from "./workspace.ts";

/** The losses by their names on the command line. */
export const LOSSES = ["bce", "focal", "weighted", "class_balanced"] as const;

/** Settings of {@linkcode trainClassifier}. */
export interface TrainClassifierOptions {
  /** `supervised` or `finetune`, for the checkpoint. */
  readonly method: "supervised" | "finetune";
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** In (0, 1]. */
  readonly labelFraction: number;
  readonly loss: ClassificationLoss["name"];
  readonly balancing: Balancing;
  /** Train the head alone, on features that are computed once. */
  readonly freezeEncoder: boolean;
  readonly seed: number;
  readonly shuffle: boolean;
  readonly logEvery: number;
  /** Pretrained encoder, key `encoder`. */
  readonly encoderCheckpoint?: string;
  /** Checkpoint to start from, key `model` or `encoder`; loaded after `encoderCheckpoint`. */
  readonly init?: string;
  /** Checkpoint to write, key `model`. */
  readonly out: string;
  readonly runFolder: string;
  readonly resume: boolean;
  /** Seconds between two savings of the state for resuming; default 20. */
  readonly saveEverySeconds?: number;
  readonly signal?: AbortSignal;
  readonly events?: ClassifierEvents;
}

/** What the job tells whoever watches it. */
export interface ClassifierEvents {
  prepared?(facts: {
    parameters: number;
    trained: number;
    labelled: number;
    arenaBytes: number;
    frequencies: ClassFrequency[];
    resumedAfter: number;
  }): void;
  steps?(epoch: number, done: number, total: number, loss: number): void;
  epoch?(epoch: number, result: EpochResult, validation: MultilabelMetrics, best: boolean): void;
}

/** What the job gives. */
export interface TrainClassifierResult {
  readonly bestEpoch: number;
  readonly validation: MultilabelMetrics;
  readonly test: MultilabelMetrics;
  readonly epochLosses: readonly number[];
  readonly validationF1: readonly number[];
  readonly recordsPerSecond: number;
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
  const { seed, batchSize, epochs, events, freezeEncoder } = options;
  const { saveEverySeconds = SAVE_EVERY_SECONDS } = options;
  const classes = set.classNames.length;
  const settings = { ...resumeSettings(options), ...dataSettings(workspace) };
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
  let trainer: Trainer | undefined;
  let folder: RunFolder | undefined;
  let judge: Judge | undefined;
  let best: ParameterSnapshot | undefined;
  let keeper: StateKeeper | undefined;
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
    trainer = new Trainer(workspace, method, {
      batchSize: Math.min(batchSize, labelled.length),
      learningRate: options.learningRate,
      seed,
      logEvery: options.logEvery,
      signal: options.signal,
    });
    judge = await Judge.open(workspace, model);
    assertMayRun(options.runFolder, options.resume);
    const stored = options.resume ? await readRunState(options.runFolder, settings) : undefined;
    const done = stored?.epoch ?? 0;
    assertEpochsLeft(options.runFolder, done, epochs);
    folder = RunFolder.open(options.runFolder, done);
    await folder.writeJson("config.json", {
      command: options.method === "finetune" ? "finetune" : "train-supervised",
      data: set.source,
      adapter: gpu.name,
      ...settings,
      epochs,
      out: options.out,
    });
    const order = (epoch: number) =>
      epochOrder({
        indices: labelled,
        strategy: options.balancing,
        labels: set.labels,
        classes,
        batchSize,
        seed,
        epoch,
        shuffle: options.shuffle,
      });
    await trainer.prepare(labelled.length);
    best = store.snapshot();
    let bestEpoch = 0;
    let bestMetrics: MultilabelMetrics | undefined;
    if (stored) {
      if (stored.bestValues && stored.best) {
        store.load(stored.bestValues);
        best.take();
        bestEpoch = stored.best.epoch;
        // Files hold null for what is not defined.
        bestMetrics = Object.fromEntries(
          Object.entries(stored.best.metrics).map(([name, value]) => [name, value ?? NaN]),
        ) as unknown as MultilabelMetrics;
      }
      stored.restore(trainer);
    }
    events?.prepared?.({
      parameters: store.count,
      trained: store.parameters.slice(method.trainedFrom)
        .reduce((sum, { value }) => sum + value.size, 0),
      labelled: labelled.length,
      arenaBytes: trainer.arenaBytes,
      frequencies: classFrequencies({
        indices: labelled,
        order: order(done + 1),
        labels: set.labels,
        classNames: set.classNames,
      }),
      resumedAfter: done,
    });
    const results: EpochResult[] = [];
    const validationF1: number[] = [];
    keeper = new StateKeeper(folder, trainer, settings, done, saveEverySeconds);
    for (let epoch = done + 1; epoch <= epochs; epoch++) {
      const result = await trainer.epoch({
        epoch,
        order: order(epoch),
        onSteps: (steps, total, value) => events?.steps?.(epoch, steps, total, value),
        onRows: (rows) => folder!.append(rows),
      });
      const metrics = await judge.metrics(split.validation, epoch);
      // Strictly better, from -1: PyTorch reference and documentation agree.
      const better = metrics.f1_macro > (bestMetrics?.f1_macro ?? -1);
      if (better) {
        best.take();
        bestEpoch = epoch;
        bestMetrics = metrics;
      }
      results.push(result);
      validationF1.push(metrics.f1_macro);
      folder.append([{
        epoch,
        train_loss: result.loss,
        seconds: result.seconds,
        records_per_second: result.recordsPerSecond,
        ...metrics,
        best: better,
      }]);
      events?.epoch?.(epoch, result, metrics, better);
      if (epoch < epochs) {
        await keeper.epochDone(epoch, { epoch: bestEpoch, metrics: bestMetrics!, weights: best });
      }
    }
    best.restore();
    const test = await judge.metrics(split.test, bestEpoch);
    await saveCheckpoint(options.out, "model", store, workspace, {
      method: options.method,
      architecture: {
        name: "ECGClassifier",
        in_channels: model.encoder.inputs,
        width,
        n_classes: classes,
      },
      seed,
      epoch: bestEpoch,
      metrics: bestMetrics!,
    });
    await folder.writeJson(RESULT_FILE, {
      best_epoch: bestEpoch,
      validation: bestMetrics,
      test,
      checkpoint: options.out,
    });
    await dropRunState(folder);
    const seconds = results.reduce((sum, each) => sum + each.seconds, 0);
    return {
      bestEpoch,
      validation: bestMetrics!,
      test,
      epochLosses: results.map(({ loss }) => loss),
      validationF1,
      recordsPerSecond: results.length * labelled.length / seconds,
    };
  } catch (error) {
    if (options.signal?.aborted) await keeper?.stopped();
    throw error;
  } finally {
    folder?.close();
    keeper?.destroy();
    judge?.destroy();
    best?.destroy();
    trainer?.destroy();
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

function resumeSettings(options: TrainClassifierOptions): Record<string, JsonValue> {
  const { method, batchSize, learningRate, labelFraction, loss, balancing } = options;
  const { freezeEncoder, seed, shuffle, encoderCheckpoint, init } = options;
  return {
    method,
    batchSize,
    learningRate,
    labelFraction,
    loss,
    balancing,
    freezeEncoder,
    seed,
    shuffle,
    encoderCheckpoint: encoderCheckpoint ?? null,
    init: init ?? null,
  };
}
