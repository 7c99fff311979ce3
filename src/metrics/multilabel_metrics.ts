/**
 * Metrics of multi-label classification. Labels and probabilities are row-major
 * [records, classes].
 */

import { rank, type Ranking, rankingScores } from "./ranking.ts";

/** The four documented metrics, in the documented order. */
export type MultilabelMetrics = {
  /** Mean F1 over all classes; a class without positives and predictions counts 0. In [0, 1]. */
  f1_macro: number;
  /** Mean AUROC over the classes that have both labels; NaN if none has. In [0, 1]. */
  auroc_macro: number;
  /** Σ TP / (Σ TP + Σ FN) over all record-class cells. NORM is a class like any other. */
  sensitivity_micro: number;
  /** Σ TN / (Σ TN + Σ FP) over all record-class cells. */
  specificity_micro: number;
};

/** The four documented metrics in the order of tables. */
export const OVERALL_METRICS: readonly (keyof MultilabelMetrics)[] = [
  "auroc_macro",
  "f1_macro",
  "sensitivity_micro",
  "specificity_micro",
];

/** What all metrics here need besides the arrays. */
export interface MetricOptions {
  /** Number of classes, the width of a row. */
  readonly classes: number;
  /** A probability at or above it predicts the class. Default 0.5. */
  readonly threshold?: number;
}

/** Keeps micro metrics defined when there is nothing to divide by; documented as 1e-8. */
const EPSILON = 1e-8;

/** Columns of a checked pair of arrays. */
interface Columns {
  readonly records: number;
  readonly labels: readonly Uint8Array[];
  readonly probabilities: readonly Float64Array[];
}

/**
 * Splits row-major labels and probabilities into columns and checks them.
 *
 * @throws {RangeError} If lengths differ or are no multiple of `classes`, a label is not 0 or 1, or a
 * probability is NaN
 */
function splitColumns(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  classes: number,
): Columns {
  if (!Number.isInteger(classes) || classes < 1) {
    throw new RangeError(`Cannot compute metrics for ${classes} classes: need 1 or more`);
  }
  if (labels.length !== probabilities.length) {
    throw new RangeError(
      `Cannot compute metrics: got ${labels.length} labels and ${probabilities.length} probabilities`,
    );
  }
  if (labels.length === 0 || labels.length % classes !== 0) {
    throw new RangeError(
      `Cannot compute metrics: ${labels.length} values are no rows of ${classes} classes`,
    );
  }
  const records = labels.length / classes;
  const columns = {
    records,
    labels: Array.from({ length: classes }, () => new Uint8Array(records)),
    probabilities: Array.from({ length: classes }, () => new Float64Array(records)),
  };
  for (let record = 0, at = 0; record < records; record++) {
    for (let k = 0; k < classes; k++, at++) {
      const label = labels[at];
      const probability = probabilities[at];
      if (label !== 0 && label !== 1) {
        throw new RangeError(
          `Cannot compute metrics: label of record ${record}, class ${k} is ${label}, need 0 or 1`,
        );
      }
      if (Number.isNaN(probability)) {
        throw new RangeError(
          `Cannot compute metrics: probability of record ${record}, class ${k} is NaN`,
        );
      }
      columns.labels[k][record] = label;
      columns.probabilities[k][record] = probability;
    }
  }
  return columns;
}

/** Cells of one class's confusion table. */
export interface Confusion {
  tp: number;
  fp: number;
  fn: number;
  tn: number;
}

/** Counts one class's confusion table; records count `weights` times (absent: once). */
function confusion(
  labels: Uint8Array,
  predicted: Uint8Array,
  weights?: ArrayLike<number>,
): Confusion {
  // Index 2 · label + prediction.
  const cells = [0, 0, 0, 0];
  for (let i = 0; i < labels.length; i++) {
    cells[2 * labels[i] + predicted[i]] += weights === undefined ? 1 : weights[i];
  }
  const [tn, fp, fn, tp] = cells;
  return { tp, fp, fn, tn };
}

/** F1 = 2 TP / (2 TP + FP + FN), 0 where that is 0 / 0. */
function f1Score({ tp, fp, fn }: Confusion): number {
  const divisor = 2 * tp + fp + fn;
  return divisor === 0 ? 0 : 2 * tp / divisor;
}

/** What one class's predictions are worth; NaN where nothing is there to divide by. */
export function thresholdScores(
  table: Confusion,
): Pick<ClassMetrics, "f1" | "sensitivity" | "specificity"> {
  const { tp, fp, fn, tn } = table;
  return {
    f1: tp + fp + fn === 0 ? NaN : f1Score(table),
    sensitivity: tp / (tp + fn),
    specificity: tn / (tn + fp),
  };
}

/** Puts per-class results together to the four metrics. */
export function combine(
  tables: readonly Confusion[],
  aurocs: readonly number[],
): MultilabelMetrics {
  let tp = 0, fp = 0, fn = 0, tn = 0, f1 = 0;
  for (const table of tables) {
    tp += table.tp;
    fp += table.fp;
    fn += table.fn;
    tn += table.tn;
    f1 += f1Score(table);
  }
  const defined = aurocs.filter((value) => !Number.isNaN(value));
  return {
    f1_macro: f1 / tables.length,
    auroc_macro: defined.reduce((sum, value) => sum + value, 0) / defined.length, // 0 / 0 = NaN
    sensitivity_micro: tp / (tp + fn + EPSILON),
    specificity_micro: tn / (tn + fp + EPSILON),
  };
}

/** Predictions of which any resample can be measured without sorting again. */
export interface PreparedPredictions {
  readonly records: number;
  readonly rankings: readonly Ranking[];
  /** Confusion tables of the classes; records count `weights` times (absent: once). */
  readonly tables: (weights?: ArrayLike<number>) => Confusion[];
}

/** @throws {RangeError} As {@linkcode splitColumns} */
export function preparePredictions(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  { classes, threshold = 0.5 }: MetricOptions,
): PreparedPredictions {
  const columns = splitColumns(labels, probabilities, classes);
  const predictions = columns.probabilities.map((column) =>
    Uint8Array.from(column, (probability) => probability >= threshold ? 1 : 0)
  );
  return {
    records: columns.records,
    rankings: columns.labels.map((column, k) => rank(column, columns.probabilities[k])),
    tables: (weights) =>
      columns.labels.map((column, k) => confusion(column, predictions[k], weights)),
  };
}

/**
 * The four documented metrics of multi-label predictions.
 *
 * @param labels 0 or 1, row-major [records, classes]
 * @param probabilities In [0, 1], row-major [records, classes]
 * @throws {RangeError} If lengths do not fit, a label is not 0 or 1, or a probability is NaN
 */
export function multilabelMetrics(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  options: MetricOptions,
): MultilabelMetrics {
  const { tables, rankings } = preparePredictions(labels, probabilities, options);
  return combine(tables(), rankings.map((ranking) => rankingScores(ranking).auroc));
}

/** Metrics of one class. */
export type ClassMetrics = {
  /** Area under the ROC curve; NaN if the class has one label value only. */
  auroc: number;
  /** Average precision; NaN if the class has no positives. */
  auprc: number;
  /** F1 at the threshold; NaN if the class has neither positives nor predictions. */
  f1: number;
  /** TP / (TP + FN) at the threshold; NaN if the class has no positives. */
  sensitivity: number;
  /** TN / (TN + FP) at the threshold; NaN if the class has no negatives. */
  specificity: number;
  /** Number of positive records. */
  support: number;
};

/**
 * Metrics class by class; arguments and errors as {@linkcode multilabelMetrics}.
 *
 * @returns One entry a class, in class order
 */
export function perClassMetrics(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  options: MetricOptions,
): ClassMetrics[] {
  const { tables, rankings } = preparePredictions(labels, probabilities, options);
  return tables().map((table, k) => ({
    ...rankingScores(rankings[k]),
    ...thresholdScores(table),
    support: table.tp + table.fn,
  }));
}
