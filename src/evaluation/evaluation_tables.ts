/**
 * Metrics of a classifier as tables for the terminal, as JSON and as CSV.
 *
 * @module
 */

import { stringify } from "@std/csv";
import { formatCount, formatInterval, formatScore } from "../text/format.ts";
import { renderTable } from "../text/table.ts";
import type { RecordSet } from "../data/signals/record_set.ts";
import type { BootstrapIntervals } from "../metrics/bootstrap.ts";
import type { ClassMetrics, MultilabelMetrics } from "../metrics/multilabel_metrics.ts";

/** The four documented metrics in the order of tables. */
export const OVERALL_METRICS: readonly (keyof MultilabelMetrics)[] = [
  "auroc_macro",
  "f1_macro",
  "sensitivity_micro",
  "specificity_micro",
];

/** Metrics of one fold. */
export interface EvaluatedMetrics {
  readonly metrics: MultilabelMetrics;
  readonly perClass: readonly ClassMetrics[];
  readonly intervals: BootstrapIntervals;
}

/** Predictions for some rows of a record set. */
export interface Predictions {
  readonly rows: Int32Array;
  /** [rows, classes] */
  readonly probabilities: Float64Array;
}

/** A table of the four metrics and a table of the classes, with their intervals. */
export function renderMetrics(
  { metrics, perClass, intervals }: EvaluatedMetrics,
  classNames: readonly string[],
): string {
  const score = (value: number) => formatScore(value, 4);
  const overall = renderTable(
    ["metric", "value", "95 % interval"],
    Object.entries(metrics).map(([name, value]) => [
      name,
      score(value),
      formatInterval(intervals.overall[name as keyof typeof metrics]),
    ]),
  );
  const classes = renderTable(
    ["class", "records", "AUROC", "95 % interval", "AUPRC", "95 % interval", "F1", "95 % interval"],
    perClass.map(({ auroc, auprc, f1, support }, c) => [
      classNames[c],
      formatCount(support),
      score(auroc),
      formatInterval(intervals.perClass[c].auroc),
      score(auprc),
      formatInterval(intervals.perClass[c].auprc),
      score(f1),
      formatInterval(intervals.perClass[c].f1),
    ]),
  );
  return `${overall}\n\n${classes}`;
}

/** The same for a JSON file, where a metric that is not defined becomes null. */
export function describeMetrics(
  { metrics, perClass, intervals }: EvaluatedMetrics,
  classNames: readonly string[],
): Record<string, unknown> {
  return {
    metrics,
    intervals_95: intervals.overall,
    per_class: Object.fromEntries(
      classNames.map((name, c) => [
        name,
        { ...perClass[c], intervals_95: intervals.perClass[c] },
      ]),
    ),
  };
}

/** CSV: `ecg_id`, then the probability of each class. */
export function predictionsCsv(
  { rows, probabilities }: Predictions,
  { ids, classNames }: Pick<RecordSet, "ids" | "classNames">,
): string {
  const classes = classNames.length;
  const table = Array.from(rows, (row, i) => [
    ids[row],
    ...probabilities.subarray(i * classes, (i + 1) * classes),
  ]);
  return stringify([["ecg_id", ...classNames], ...table], { headers: false });
}
