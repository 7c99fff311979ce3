/**
 * Supervised training and fine-tuning: labeled records of folds 1–8, the best epoch chosen on
 * fold 9, and fold 10 looked at once, with the chosen weights.
 *
 * @module
 */

import { readCheckpoint } from "../checkpoint/checkpoint_file.ts";
import type { JsonValue } from "../checkpoint/state_dict.ts";
import {
  type Balancing,
  classFrequencies,
  type ClassFrequency,
} from "../data/sampling/balancing.ts";
import { epochOrder } from "../data/sampling/batches.ts";
import { labelSubset } from "../data/sampling/label_subset.ts";
import { Tensor } from "../gpu/tensor.ts";
import { type ParameterSnapshot, ParameterStore } from "../layers/parameters.ts";
import {
  classWeights,
  countPositives,
  effectiveNumberWeights,
  positiveWeights,
} from "../losses/class_weights.ts";
import type { ClassificationLoss } from "../losses/classification_loss.ts";
import { ClassificationMethod } from "../methods/classification.ts";
import { trainedCount } from "../methods/method.ts";
import {
  type ClassMetrics,
  type MultilabelMetrics,
  multilabelMetrics,
  perClassMetrics,
} from "../metrics/multilabel_metrics.ts";
import type { ClassifierNetwork } from "../models/classifier_network.ts";
import { type EncoderChoice, ENCODERS } from "../models/encoders.ts";
import {
  type ClassifierArchitecture,
  createClassifier,
  encoderChoiceOf,
} from "../models/registry.ts";
import type { AdamOptions } from "../optim/adam.ts";
import { type Plateau, plateauRate } from "../optim/plateau.ts";
import { loadWeights, saveCheckpoint, type WeightSource } from "../runs/checkpoints.ts";
import { FrozenFeatures } from "./frozen_features.ts";
import { Inference, INFERENCE_ROWS, sigmoid } from "../evaluation/inference.ts";
import { RESULT_FILE } from "../results/run_files.ts";
import { TEST_PREDICTIONS_FILE, testPredictionsCsv } from "../results/test_predictions.ts";
import { diverged, type EpochResult } from "../runs/trainer.ts";
import { type Course, type RunFacts, type RunOptions, runTraining } from "../runs/training_run.ts";
import type { Workspace } from "../runs/workspace.ts";

/** Settings of {@linkcode trainClassifier}. */
export interface TrainClassifierOptions extends RunOptions {
  /** Name of the command, such as `finetune`. */
  readonly command: string;
  /** Name in the checkpoint, such as `finetune`. */
  readonly method: string;
  /** Default: `ECGClassifier`, the plain encoder with a linear head. */
  readonly architecture?: ClassifierArchitecture;
  /** In (0, 1]. */
  readonly labelFraction: number;
  readonly loss: ClassificationLoss["name"];
  readonly balancing: Balancing;
  /** Train the head alone, on features that are computed once and standardized. */
  readonly freezeEncoder: boolean;
  /** Pretrained encoder; what `init` holds is loaded after it. */
  readonly encoderCheckpoint?: string;
  /** Where in `encoderCheckpoint` it is; the first that the file has. Default: key `encoder`. */
  readonly encoderFrom?: readonly ("encoder" | "encoder of model")[];
  /** Encoder and width of the network. Default: as in the checkpoint, without one the usual. */
  readonly encoder?: EncoderChoice;
  /** What the best epoch is best in, on the validation fold; default: macro F1. */
  readonly selection?: Selection;
  readonly adam?: AdamOptions;
  /** Lowers the learning rate by the validation loss. */
  readonly plateau?: Plateau;
  /** Stops after so many epochs without a better one. */
  readonly earlyStopping?: number;
  readonly events?: ClassifierEvents;
}

/** Macro F1 or AUROC, the higher the better, or the mean binary cross-entropy, the lower the better. */
export type Selection = "f1_macro" | "auroc_macro" | "loss";

/** What the job tells whoever watches it. */
export interface ClassifierEvents {
  prepared?(
    facts: RunFacts & {
      parameters: number;
      trained: number;
      labeled: number;
      frequencies: ClassFrequency[];
    },
  ): void;
  steps?(epoch: number, done: number, total: number, loss: number): void;
  epoch?(epoch: number, result: EpochResult, validation: ValidationMetrics, best: boolean): void;
}

/** What is looked at after an epoch. */
export interface ValidationMetrics extends MultilabelMetrics {
  /** Mean binary cross-entropy over records and classes. */
  readonly loss: number;
}

/** What a run says of single classes, by the name of the class. */
export type PerClass = Readonly<
  Record<string, Pick<ClassMetrics, "support" | "auroc" | "auprc" | "f1">>
>;

/** What the job gives. */
export interface TrainClassifierResult extends Course {
  readonly bestEpoch: number;
  readonly validation: ValidationMetrics;
  readonly test: ValidationMetrics;
  readonly validationPerClass: PerClass;
  readonly testPerClass: PerClass;
  /** What selects, after every epoch; NaN where it is not defined. */
  readonly selected: readonly number[];
}

/**
 * Trains a classifier on the labeled part of folds 1-8, keeps the epoch that is best on fold 9 (by
 * macro F1 unless told otherwise; the first of equals, so also where the metric is not defined),
 * writes it (key `model`), and reports fold 10 once.
 *
 * @param workspace Device and records; see {@linkcode Workspace.open}.
 * @throws {UserError} When the label fraction lies outside (0, 1], a checkpoint does not fit, the step
 * does not fit the adapter, or training diverges. The reason of `signal`, when it aborts.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { synthesizeCohort, trainClassifier, Workspace } from "ssrl-ecg";
 * const folder = Deno.makeTempDirSync();
 * const set = synthesizeCohort({ records: 60, seed: 42, duration: 1.28 });
 * const workspace = await Workspace.open(set, { normalization: "train" });
 * const { bestEpoch } = await trainClassifier(workspace, {
 *   command: "train-supervised",
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
 * assert(bestEpoch === 1);
 * workspace.destroy();
 * Deno.removeSync(folder, { recursive: true });
 * ```
 */
export async function trainClassifier(
  workspace: Workspace,
  options: TrainClassifierOptions,
): Promise<TrainClassifierResult> {
  const { gpu, set, split } = workspace;
  const { seed, batchSize, events, freezeEncoder, shuffle, selection = "f1_macro" } = options;
  const { architecture = "ECGClassifier" } = options;
  const classes = set.classNames.length;
  const labeled = labelSubset({
    indices: split.train,
    labels: set.labels,
    classes,
    fraction: options.labelFraction,
    seed,
  });
  const starts: { path: string; from: readonly WeightSource[] }[] = [];
  if (options.encoderCheckpoint !== undefined) {
    starts.push({ path: options.encoderCheckpoint, from: options.encoderFrom ?? ["encoder"] });
  }
  if (options.init !== undefined) {
    starts.push({
      path: options.init,
      from: architecture === "ECGClassifier" ? ["model", "encoder"] : ["model"],
    });
  }
  const checkpoints = await Promise.all(starts.map(({ path }) => readCheckpoint(path)));
  const store = new ParameterStore();
  const [checkpoint] = checkpoints;
  const choice = options.encoder ?? (checkpoint ? encoderChoiceOf(checkpoint) : {});
  const { encoder = ENCODERS[0], width = encoder.width } = choice;
  const model = createClassifier(store, { architecture, encoder, width, classes });
  store.allocate(gpu, seed);
  const loss = chooseLoss(options.loss, workspace.labelsOf(labeled), classes);
  const owned: Tensor[] = [];
  const perClass = (name: string, values: readonly number[]): Tensor => {
    owned.push(Tensor.from(gpu, [classes], values, name));
    return owned.at(-1)!;
  };
  let judge: Judge | undefined;
  let best: ParameterSnapshot | undefined;
  try {
    const loaded = starts.map(({ from }, i) => loadWeights(checkpoints[i], store, from));
    const features = freezeEncoder
      ? await FrozenFeatures.compute(workspace, model, labeled)
      : undefined;
    if (features) {
      owned.push(features.table);
      if (loaded.includes("model")) await features.standardizeHead(store, model);
      else FrozenFeatures.startHead(store);
    }
    const method = new ClassificationMethod(store, model, {
      loss,
      classWeights: perClass("class weights", loss.classWeights),
      ...(loss.positiveWeights &&
        { positiveWeight: perClass("positive weights", loss.positiveWeights) }),
      ...(features ? { features: features.table } : {}),
    });
    judge = await Judge.open(workspace, model);
    best = store.snapshot();
    let bestEpoch = 0;
    let bestMetrics: ValidationMetrics | undefined;
    let validationLosses: number[] | undefined;
    const order = (epoch: number) =>
      epochOrder({
        indices: labeled,
        strategy: options.balancing,
        labels: set.labels,
        classes,
        batchSize,
        seed,
        epoch,
        shuffle,
      });
    return await runTraining<TrainClassifierResult>({
      command: options.command,
      workspace,
      method,
      options,
      settings: classifierSettings(options),
      records: labeled.length,
      order,
      ...(options.adam ? { adam: options.adam } : {}),
      restoring(stored) {
        if (!stored.best) return;
        store.load(stored.best.values);
        best!.take();
        bestEpoch = stored.best.epoch;
        // Files hold null for what is not defined.
        bestMetrics = Object.fromEntries(
          Object.entries(stored.best.metrics).map(([name, value]) => [name, value ?? NaN]),
        ) as unknown as ValidationMetrics;
      },
      prepared: (facts) =>
        events?.prepared?.({
          ...facts,
          parameters: store.count,
          trained: trainedCount(method),
          labeled: labeled.length,
          frequencies: classFrequencies({
            indices: labeled,
            order: order(facts.resumedAfter + 1),
            labels: set.labels,
            classNames: set.classNames,
          }),
        }),
      steps: (...progress) => events?.steps?.(...progress),
      async epochDone(epoch, result, { trainer, folder }) {
        const unfold = await features?.foldIntoHead(store, model);
        const { metrics } = await judge!.judge(split.validation, epoch);
        // Strictly better: of equals the first epoch stays.
        const better = bestMetrics === undefined ||
          score(metrics, selection) > score(bestMetrics, selection);
        if (better) {
          best!.take();
          bestEpoch = epoch;
          bestMetrics = metrics;
        }
        unfold?.();
        events?.epoch?.(epoch, result, metrics, better);
        const { loss: validationLoss, ...scores } = metrics;
        validationLosses ??= folder.kept.flatMap((row) =>
          row.validation_loss === undefined ? [] : [Number(row.validation_loss)]
        );
        validationLosses.push(validationLoss);
        if (options.plateau) {
          trainer.learningRate = plateauRate(
            options.learningRate,
            validationLosses,
            options.plateau,
          );
        }
        return {
          row: { validation_loss: validationLoss, ...scores, best: better },
          best: { epoch: bestEpoch, metrics: { ...bestMetrics! }, weights: best! },
          stop: epoch - bestEpoch >= (options.earlyStopping ?? Infinity),
        };
      },
      async finish(course, { folder }) {
        best!.restore();
        await saveCheckpoint(options.out, "model", store, workspace, {
          method: options.method,
          architecture: {
            name: architecture,
            in_channels: model.inputs,
            width,
            n_classes: classes,
            ...(encoder === ENCODERS[0] ? {} : { encoder: encoder.name }),
          },
          seed,
          epoch: bestEpoch,
          metrics: { ...bestMetrics! },
        });
        const validation = await judge!.judge(split.validation, bestEpoch);
        const test = await judge!.judge(split.test, bestEpoch);
        const validationPerClass = perClassOf(validation, set.classNames);
        const testPerClass = perClassOf(test, set.classNames);
        await folder.writeText(
          TEST_PREDICTIONS_FILE,
          testPredictionsCsv(set, split.test, test.probabilities),
        );
        folder.noteResult("test", { ...test.metrics }, bestEpoch);
        await folder.writeJson(RESULT_FILE, {
          best_epoch: bestEpoch,
          validation: bestMetrics,
          test: test.metrics,
          validation_per_class: validationPerClass,
          test_per_class: testPerClass,
          checkpoint: options.out,
        });
        return {
          ...course,
          bestEpoch,
          validation: bestMetrics!,
          test: test.metrics,
          validationPerClass,
          testPerClass,
          selected: course.epochRows.map((row) => Number(row[SELECTION_ROWS[selection]] ?? NaN)),
        };
      },
    });
  } finally {
    judge?.destroy();
    best?.destroy();
    for (const tensor of owned) tensor.release();
    store.destroy();
  }
}

/** What a {@linkcode Judge} says. */
interface Judgment {
  readonly metrics: ValidationMetrics;
  /** [rows, classes] */
  readonly probabilities: Float64Array;
  readonly labels: Float32Array;
}

/** Answers of the present weights for any rows, and what they are worth. */
class Judge {
  private constructor(readonly workspace: Workspace, readonly inference: Inference) {}

  static async open(workspace: Workspace, model: ClassifierNetwork): Promise<Judge> {
    const inference = await Inference.record(workspace, INFERENCE_ROWS, (recorder, x) => ({
      logits: model.evaluate(recorder, x).logits,
    }));
    return new Judge(workspace, inference);
  }

  async judge(rows: Int32Array, epoch: number): Promise<Judgment> {
    const { logits } = await this.inference.run(rows);
    if (logits.some(Number.isNaN)) throw diverged("the model's answers are NaN", epoch);
    const labels = this.workspace.labelsOf(rows);
    const probabilities = sigmoid(logits);
    const classes = this.workspace.set.classNames.length;
    const metrics = {
      ...multilabelMetrics(labels, probabilities, { classes }),
      loss: binaryCrossEntropy(logits, labels),
    };
    return { metrics, probabilities, labels };
  }

  destroy(): void {
    this.inference.destroy();
  }
}

function perClassOf(
  { labels, probabilities }: Judgment,
  classNames: readonly string[],
): PerClass {
  const scores = perClassMetrics(labels, probabilities, { classes: classNames.length });
  return Object.fromEntries(classNames.map((name, c) => {
    const { support, auroc, auprc, f1 } = scores[c];
    return [name, { support, auroc, auprc, f1 }];
  }));
}

/** Mean over all entries of log(1 + e^x) - x y, without overflow. */
function binaryCrossEntropy(logits: Float32Array, labels: Float32Array): number {
  let sum = 0;
  logits.forEach((x, i) =>
    sum += Math.max(x, 0) - x * labels[i] + Math.log1p(Math.exp(-Math.abs(x)))
  );
  return sum / logits.length;
}

/** Where `metrics.jsonl` has what selects. */
const SELECTION_ROWS = {
  f1_macro: "f1_macro",
  auroc_macro: "auroc_macro",
  loss: "validation_loss",
} as const;

/** The higher the better; lowest where it is not defined. */
function score(metrics: ValidationMetrics, selection: Selection): number {
  const value = selection === "loss" ? -metrics.loss : metrics[selection];
  return Number.isNaN(value) ? -Infinity : value;
}

/** The loss of a name, with weights from the labeled training records. */
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
    case "weighted_positives":
      return {
        name,
        classWeights: ones,
        positiveWeights: [...positiveWeights(counts, labels.length / classes)],
      };
  }
}

function classifierSettings(options: TrainClassifierOptions): Record<string, JsonValue> {
  const { method, labelFraction, loss, balancing, freezeEncoder, encoderCheckpoint } = options;
  const { architecture, selection, adam, plateau, earlyStopping, encoderFrom, encoder } = options;
  return {
    method,
    architecture: architecture ?? "ECGClassifier",
    selection: selection ?? "f1_macro",
    adam: { ...adam },
    plateau: plateau ? { ...plateau } : null,
    earlyStopping: earlyStopping ?? null,
    labelFraction,
    loss,
    balancing,
    freezeEncoder,
    encoderCheckpoint: encoderCheckpoint ?? null,
    ...(encoder?.width === undefined ? {} : { width: encoder.width }),
    ...(encoderFrom ? { encoderFrom: [...encoderFrom] } : {}),
  };
}
