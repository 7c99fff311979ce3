/**
 * Supervised training and fine-tuning: labeled records of folds 1–8, the best epoch chosen on
 * fold 9, and fold 10 evaluated once, with the chosen weights.
 */

import { readCheckpoint } from "../checkpoint/checkpoint_file.ts";
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
import {
  resolveRunOptions,
  type RunFacts,
  type RunOptions,
  runTraining,
  type TrainingHistory,
} from "../runs/training_run.ts";
import type { Workspace } from "../runs/workspace.ts";

/** Settings of {@linkcode trainClassifier}. */
export interface TrainClassifierOptions extends RunOptions {
  /** Name in `config.json`; `train-` and the method. */
  readonly command?: string;
  /** Name in the checkpoint; `finetune` with an encoder's checkpoint, else `supervised`. */
  readonly method?: string;
  /** Default: `ECGClassifier`, the plain encoder with a linear head. */
  readonly architecture?: ClassifierArchitecture;
  /** Share of the training labels, in (0, 1]; 1. */
  readonly labelFraction?: number;
  /** Default: `bce`. */
  readonly loss?: ClassificationLoss["name"];
  /** Default: `standard`. */
  readonly balancing?: Balancing;
  /** Train the head alone, on features that are computed once and standardized; false. */
  readonly freezeEncoder?: boolean;
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

/** What a run tells whoever watches it. */
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

/** Metrics on validation records. */
export interface ValidationMetrics extends MultilabelMetrics {
  /** Mean binary cross-entropy over records and classes. */
  readonly loss: number;
}

/** What a run says of single classes, by the name of the class. */
export type PerClass = Readonly<
  Record<string, Pick<ClassMetrics, "support" | "auroc" | "auprc" | "f1">>
>;

/** What a run gives. */
export interface TrainClassifierResult extends TrainingHistory {
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
 * @throws {UserError} When the label fraction is outside (0, 1], a checkpoint does not fit, the step
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
 *   epochs: 1,
 *   batchSize: 16,
 *   runFolder: folder,
 * });
 * assert(bestEpoch === 1);
 * workspace.destroy();
 * Deno.removeSync(folder, { recursive: true });
 * ```
 */
export async function trainClassifier(
  workspace: Workspace,
  given: TrainClassifierOptions = {},
): Promise<TrainClassifierResult> {
  const { gpu, set, split } = workspace;
  const { encoderCheckpoint, events } = given;
  const {
    method: methodName = encoderCheckpoint === undefined ? "supervised" : "finetune",
    command = `train-${methodName}`,
    architecture = "ECGClassifier",
    selection = "f1_macro",
    labelFraction = 1,
    loss: lossName = "bce",
    balancing = "standard",
    freezeEncoder = false,
  } = given;
  const defaults = { command, epochs: 20, batchSize: 64, section: "model" } as const;
  const options = resolveRunOptions(given, defaults);
  const { seed, batchSize, shuffle, init } = options;
  const classes = set.classNames.length;
  const labeled = labelSubset({
    indices: split.train,
    labels: set.labels,
    classes,
    fraction: labelFraction,
    seed,
  });
  const inInit: WeightSource[] = architecture === "ECGClassifier"
    ? ["model", "encoder"]
    : ["model"];
  const starts = [
    { path: encoderCheckpoint, from: given.encoderFrom ?? ["encoder"] as const },
    { path: init, from: inInit },
  ].filter(({ path }) => path !== undefined);
  const checkpoints = await Promise.all(starts.map(({ path }) => readCheckpoint(path!)));
  const store = new ParameterStore();
  const [checkpoint] = checkpoints;
  const choice = given.encoder ?? (checkpoint ? encoderChoiceOf(checkpoint) : {});
  const { encoder = ENCODERS[0], width = encoder.width } = choice;
  const model = createClassifier(store, { architecture, encoder, width, classes });
  store.allocate(gpu, seed);
  const loss = chooseLoss(lossName, workspace.labelsOf(labeled), classes);
  const owned: Tensor[] = [];
  const perClass = (name: string, values: readonly number[]): Tensor => {
    owned.push(Tensor.from(gpu, [classes], values, name));
    return owned.at(-1)!;
  };
  let inference: Inference | undefined;
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
      features: features?.table,
    });
    inference = await Inference.record(workspace, INFERENCE_ROWS, (recorder, x) => ({
      logits: model.evaluate(recorder, x).logits,
    }));
    best = store.snapshot();
    let bestEpoch = 0;
    let bestMetrics: ValidationMetrics | undefined;
    let validationLosses: number[] | undefined;
    const drawing = { indices: labeled, strategy: balancing, labels: set.labels, classes };
    const order = (epoch: number) => epochOrder({ ...drawing, batchSize, seed, epoch, shuffle });
    return await runTraining<TrainClassifierResult>({
      command,
      workspace,
      method,
      options,
      settings: {
        method: methodName,
        architecture,
        selection,
        adam: { ...given.adam },
        plateau: given.plateau ? { ...given.plateau } : null,
        earlyStopping: given.earlyStopping ?? null,
        labelFraction,
        loss: lossName,
        balancing,
        freezeEncoder,
        encoderCheckpoint: encoderCheckpoint ?? null,
        ...(given.encoder?.width === undefined ? {} : { width: given.encoder.width }),
        ...(given.encoderFrom && { encoderFrom: [...given.encoderFrom] }),
      },
      records: labeled.length,
      order,
      adam: given.adam,
      restore(stored) {
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
      async afterEpoch(epoch, result, { trainer, folder }) {
        const unfold = await features?.foldIntoHead(store, model);
        const { metrics } = await evaluate(workspace, inference!, split.validation, epoch);
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
        if (given.plateau) {
          const { learningRate } = options;
          trainer.learningRate = plateauRate(learningRate, validationLosses, given.plateau);
        }
        return {
          row: { validation_loss: validationLoss, ...scores, best: better },
          best: { epoch: bestEpoch, metrics: { ...bestMetrics! }, weights: best! },
          stop: epoch - bestEpoch >= (given.earlyStopping ?? Infinity),
        };
      },
      async finish(history, { folder }) {
        best!.restore();
        await saveCheckpoint(options.out, "model", store, workspace, {
          method: methodName,
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
        const validation = await evaluate(workspace, inference!, split.validation, bestEpoch);
        const test = await evaluate(workspace, inference!, split.test, bestEpoch);
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
          ...history,
          bestEpoch,
          validation: bestMetrics!,
          test: test.metrics,
          validationPerClass,
          testPerClass,
          selected: history.epochRows.map((row) => Number(row[SELECTION_ROWS[selection]] ?? NaN)),
        };
      },
    });
  } finally {
    inference?.destroy();
    best?.destroy();
    for (const tensor of owned) tensor.release();
    store.destroy();
  }
}

/** Answers of the present weights for some rows, and what they are worth. */
interface Evaluation {
  readonly metrics: ValidationMetrics;
  /** [rows, classes] */
  readonly probabilities: Float64Array;
  readonly labels: Float32Array;
}

async function evaluate(
  workspace: Workspace,
  inference: Inference,
  rows: Int32Array,
  epoch: number,
): Promise<Evaluation> {
  const { logits } = await inference.run(rows);
  if (logits.some(Number.isNaN)) throw diverged("the model's answers are NaN", epoch);
  const labels = workspace.labelsOf(rows);
  const probabilities = sigmoid(logits);
  const classes = workspace.set.classNames.length;
  const metrics = {
    ...multilabelMetrics(labels, probabilities, { classes }),
    loss: binaryCrossEntropy(logits, labels),
  };
  return { metrics, probabilities, labels };
}

function perClassOf(
  { labels, probabilities }: Evaluation,
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
  const plain = { name, classWeights: new Array<number>(classes).fill(1) };
  switch (name) {
    case "bce":
      return plain;
    case "focal":
      return { ...plain, focal: { alpha: 0.25, gamma: 2 } };
    case "weighted":
      return { name, classWeights: [...classWeights(counts, "inverse_frequency")] };
    case "class_balanced":
      return { name, classWeights: [...effectiveNumberWeights(counts)] };
    case "weighted_positives": {
      const records = labels.length / classes;
      return { ...plain, positiveWeights: [...positiveWeights(counts, records)] };
    }
  }
}
