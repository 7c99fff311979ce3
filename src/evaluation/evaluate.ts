/**
 * Evaluation of a classifier on one fold, clean or corrupted.
 *
 * @module
 */

import { type Checkpoint, sourceOf } from "../checkpoint/state_dict.ts";
import { architectureOf } from "../models/registry.ts";
import type { RecordSet } from "../data/signals/record_set.ts";
import { rowsOfFolds } from "../data/sampling/splits.ts";
import { UserError } from "../errors.ts";
import type { Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { type BootstrapIntervals, bootstrapIntervals } from "../metrics/bootstrap.ts";
import {
  type ClassMetrics,
  type MultilabelMetrics,
  multilabelMetrics,
  perClassMetrics,
} from "../metrics/multilabel_metrics.ts";
import { assertSamplingRate } from "../runs/checkpoints.ts";
import { Inference, sigmoid } from "./inference.ts";
import { loadClassifier } from "./load_network.ts";
import type { Workspace } from "../runs/workspace.ts";

/** Settings of {@linkcode evaluateClassifier}. */
export interface EvaluateOptions {
  readonly checkpoint: Checkpoint;
  /** 1 to 10. */
  readonly fold: number;
  readonly batchSize: number;
  /** Standard deviation of additive noise, mV. */
  readonly noiseStd: number;
  /** Part of the record that one stretch of zeros covers, 0 to below 1. */
  readonly maskRatio: number;
  /** Seed of corruption and bootstrap. */
  readonly seed: number;
  /** Cluster of every row of the workspace: rows of one are drawn together in the bootstrap. */
  readonly clusters?: ArrayLike<number>;
  readonly onProgress?: (done: number, total: number) => void;
}

/** What {@linkcode evaluateClassifier} gives. */
export interface Evaluation {
  /** Rows of the workspace. */
  readonly rows: Int32Array;
  /** [rows, classes] */
  readonly probabilities: Float64Array;
  readonly metrics: MultilabelMetrics;
  readonly perClass: readonly ClassMetrics[];
  readonly intervals: BootstrapIntervals;
  readonly recordsPerSecond: number;
}

/**
 * Evaluates key `model` of a checkpoint.
 *
 * @throws {UserError} When the fold is empty, the checkpoint holds no classifier of these classes
 * at this sampling rate, or its output is not a number.
 */
export async function evaluateClassifier(
  workspace: Workspace,
  options: EvaluateOptions,
): Promise<Evaluation> {
  const { set, gpu } = workspace;
  const { checkpoint, fold, seed, clusters } = options;
  const classes = set.classNames.length;
  const rows = rowsOfFolds(set.folds, [fold]);
  if (rows.length === 0) throw new UserError(`Fold ${fold} has no records`);
  assertFits(checkpoint, set);
  const model = loadClassifier(gpu, checkpoint);
  let inference: Inference | undefined;
  try {
    inference = await Inference.record(
      workspace,
      Math.min(options.batchSize, rows.length),
      (recorder, x, { indices }) => {
        const seen = recordCorruption(recorder, x, indices, workspace, options);
        return { logits: model.evaluate(recorder, seen).logits };
      },
    );
    const started = performance.now();
    const { logits } = await inference.run(
      rows,
      (done) => options.onProgress?.(done, rows.length),
    );
    const seconds = (performance.now() - started) / 1000;
    const probabilities = sigmoid(logits);
    const broken = probabilities.findIndex(Number.isNaN);
    if (broken >= 0) {
      throw new UserError(
        `Cannot evaluate ${sourceOf(checkpoint)}: its output is not a number for record ` +
          `${set.ids[rows[Math.floor(broken / classes)]]}. The weights are damaged` +
          (options.noiseStd > 0 ? ", or noise of this strength exceeds single precision" : ""),
      );
    }
    const labels = workspace.labelsOf(rows);
    return {
      rows,
      probabilities,
      metrics: multilabelMetrics(labels, probabilities, { classes }),
      perClass: perClassMetrics(labels, probabilities, { classes }),
      intervals: bootstrapIntervals(labels, probabilities, {
        classes,
        seed,
        ...(clusters ? { clusters: Array.from(rows, (row) => clusters[row]) } : {}),
      }),
      recordsPerSecond: rows.length / seconds,
    };
  } finally {
    inference?.destroy();
    model.destroy();
  }
}

/** The input with noise and gap, where there are any. */
function recordCorruption(
  recorder: Recorder,
  x: Tensor,
  indices: Tensor,
  workspace: Workspace,
  { noiseStd, maskRatio, seed }: EvaluateOptions,
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

function assertFits(
  checkpoint: Checkpoint,
  { classNames, samplingRate }: RecordSet,
): void {
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
