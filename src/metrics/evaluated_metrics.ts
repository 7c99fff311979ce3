/** All metrics of one set of predictions, with their intervals. */

import { type BootstrapIntervals, bootstrapIntervals, type BootstrapOptions } from "./bootstrap.ts";
import {
  type ClassMetrics,
  type MultilabelMetrics,
  multilabelMetrics,
  perClassMetrics,
} from "./multilabel_metrics.ts";

/** Metrics with their intervals. */
export interface EvaluatedMetrics {
  readonly metrics: MultilabelMetrics;
  readonly perClass: readonly ClassMetrics[];
  readonly intervals: BootstrapIntervals;
}

/**
 * Metrics overall and by class, with bootstrap intervals.
 *
 * @throws {RangeError} As `bootstrapIntervals`
 */
export function evaluateMetrics(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  options: BootstrapOptions,
): EvaluatedMetrics {
  return {
    metrics: multilabelMetrics(labels, probabilities, options),
    perClass: perClassMetrics(labels, probabilities, options),
    intervals: bootstrapIntervals(labels, probabilities, options),
  };
}

/** The same for a JSON file. */
export function describeMetrics(
  { metrics, perClass, intervals }: EvaluatedMetrics,
  classNames: readonly string[],
) {
  return {
    metrics,
    intervals_95: intervals.overall,
    per_class: Object.fromEntries(
      classNames.map((name, c) => [name, { ...perClass[c], intervals_95: intervals.perClass[c] }]),
    ),
  };
}
