/** Evaluation of a classifier on one fold, clean or corrupted. */

import { type Checkpoint, sourceOf } from "../checkpoint/state_dict.ts";
import { rowsOfFolds } from "../data/sampling/splits.ts";
import type { RecordSet } from "../data/signals/record_set.ts";
import { UserError } from "../errors.ts";
import type { Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { type EvaluatedMetrics, evaluateMetrics } from "../metrics/evaluated_metrics.ts";
import { CLEAN, type Condition } from "../data/signals/conditions.ts";
import { architectureOf } from "../models/registry.ts";
import { assertSamplingRate } from "../runs/checkpoints.ts";
import type { Workspace } from "../runs/workspace.ts";
import { type EvaluationPass, Inference, INFERENCE_ROWS, sigmoid } from "./inference.ts";
import { loadClassifier } from "./load_network.ts";

/** Settings of {@linkcode evaluateClassifier}. */
export interface EvaluateOptions extends Partial<Condition> {
  readonly checkpoint: Checkpoint;
  /** 1 to 10. Default 10, the test fold. */
  readonly fold?: number;
  /** Records at once. Default 64. */
  readonly batchSize?: number;
  /** Seed of corruption and bootstrap. Default 42. */
  readonly seed?: number;
  /** Cluster of every row of the workspace: rows of one are drawn together in the bootstrap. */
  readonly clusters?: ArrayLike<number>;
  readonly onProgress?: (done: number, total: number) => void;
}

/** What {@linkcode evaluateClassifier} gives. */
export interface ClassifierEvaluation extends EvaluatedMetrics {
  /** Rows of the workspace. */
  readonly rows: Int32Array;
  /** [rows, classes] */
  readonly probabilities: Float64Array;
  readonly recordsPerSecond: number;
}

/**
 * Evaluates key `model` of a checkpoint on a fold, with the normalization that the workspace has.
 *
 * @throws {UserError} When the fold is empty, the checkpoint holds no classifier of these classes
 * at this sampling rate, or its output is not a number.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { Classifier, evaluateClassifier, ParameterStore } from "ssrl-ecg";
 * import { synthesizeCohort, Workspace } from "ssrl-ecg";
 * const store = new ParameterStore();
 * new Classifier(store, { width: 4 });
 * const model = new Map(store.initialValues(42).map((values) => [values.name, values]));
 * const set = synthesizeCohort({ records: 30, seed: 42, duration: 1.28 });
 * const workspace = await Workspace.open(set, { normalization: "train" });
 * const { rows, intervals } = await evaluateClassifier(workspace, {
 *   checkpoint: { sections: new Map([["model", model]]), metadata: {} },
 *   noiseStd: 0.1,
 * });
 * assert(rows.every((row) => set.folds[row] === 10));
 * assert(intervals.overall.f1_macro.low <= intervals.overall.f1_macro.estimate);
 * workspace.destroy();
 * ```
 */
export async function evaluateClassifier(
  workspace: Workspace,
  { checkpoint, clusters, fold = 10, seed = 42, ...options }: EvaluateOptions,
): Promise<ClassifierEvaluation> {
  const { set } = workspace;
  const rows = rowsOfFold(set, fold);
  assertFits(checkpoint, set);
  const condition = { ...CLEAN, ...options };
  const { probabilities, seconds } = await classify(workspace, checkpoint, rows, {
    ...options,
    input: (recorder, x, { indices }) =>
      recordCorruption(recorder, x, indices, workspace, { ...condition, seed }),
    diagnosis: condition.noiseStd > 0 ? ", or noise of this strength exceeds single precision" : "",
  });
  const measured = evaluateMetrics(workspace.labelsOf(rows), probabilities, {
    classes: set.classNames.length,
    seed,
    clusters: clusters && Array.from(rows, (row) => clusters[row]),
  });
  return { rows, probabilities, ...measured, recordsPerSecond: rows.length / seconds };
}

/**
 * The rows of a fold, ascending.
 *
 * @throws {UserError} Where there are none.
 */
export function rowsOfFold(set: Pick<RecordSet, "folds">, fold: number): Int32Array {
  const rows = rowsOfFolds(set.folds, [fold]);
  if (rows.length === 0) throw new UserError(`Fold ${fold} has no records`);
  return rows;
}

/** How {@linkcode classify} passes records through a classifier. */
export interface ClassifyOptions extends Pick<EvaluateOptions, "batchSize" | "onProgress"> {
  /** Makes of the records what the classifier reads; default: nothing else. */
  readonly input?: (...pass: Parameters<EvaluationPass>) => Tensor;
  /** What else could be wrong than the weights, for messages: ", or …". */
  readonly diagnosis?: string;
}

/**
 * Probabilities of the given rows, [rows, classes]: the sigmoid of each output by itself.
 *
 * @throws {UserError} When the checkpoint holds no classifier, or its output is not a number.
 */
export async function classify(
  workspace: Workspace,
  checkpoint: Checkpoint,
  rows: ArrayLike<number>,
  { batchSize = INFERENCE_ROWS, input, diagnosis = "", onProgress }: ClassifyOptions,
): Promise<{ probabilities: Float64Array; seconds: number }> {
  const { ids, files } = workspace.set;
  using model = loadClassifier(workspace.gpu, checkpoint);
  const batchRows = Math.min(batchSize, rows.length);
  using inference = await Inference.record(workspace, batchRows, (recorder, x, batch) => ({
    logits: model.evaluate(recorder, input?.(recorder, x, batch) ?? x).logits,
  }));
  const started = performance.now();
  const { logits } = await inference.run(rows, (done) => onProgress?.(done, rows.length));
  const seconds = (performance.now() - started) / 1000;
  const probabilities = sigmoid(logits);
  const broken = probabilities.findIndex(Number.isNaN);
  if (broken >= 0) {
    const row = rows[Math.floor(broken / model.classes)];
    throw new UserError(
      `Cannot use ${sourceOf(checkpoint)}: its output is not a number for ` +
        `${files?.[row] ?? `record ${ids[row]}`}. The weights are damaged${diagnosis}`,
    );
  }
  return { probabilities, seconds };
}

/** The input with noise and gap, where there are any. */
function recordCorruption(
  recorder: Recorder,
  x: Tensor,
  indices: Tensor,
  workspace: Workspace,
  { noiseStd, maskRatio, seed }: Condition & { readonly seed: number },
): Tensor {
  if (noiseStd === 0 && maskRatio === 0) return x;
  const length = workspace.set.signalLength;
  const span = maskRatio === 0 ? 0 : Math.max(1, Math.floor(length * maskRatio));
  const y = recorder.transient("corrupted", x.shape);
  recorder.dispatch("corrupt", {
    tensors: { x, batch: indices, normalization: workspace.normalizationTensor, y },
    dims: { length, span, noise: noiseStd, seed },
    grid: [Math.ceil(length / 64), x.shape[0]],
  });
  return y;
}

function assertFits(checkpoint: Checkpoint, { classNames, samplingRate }: RecordSet): void {
  const state = checkpoint.sections.get("model");
  const classes = state && architectureOf(state)?.classes;
  if (classes !== undefined && classes !== classNames.length) {
    throw new UserError(
      `Cannot evaluate ${sourceOf(checkpoint)}: its head has ${classes} outputs, the data ` +
        `${classNames.length} classes (${classNames.join(", ")})`,
    );
  }
  const { class_names: named } = checkpoint.metadata;
  if (named !== undefined && named.join() !== classNames.join()) {
    throw new UserError(
      `Cannot evaluate ${sourceOf(checkpoint)}: its classes are ${
        named.join(", ")
      }, the data has ` +
        classNames.join(", "),
    );
  }
  assertSamplingRate(checkpoint, samplingRate);
}
