/**
 * Comparisons in words, as CSV and as JSON: what the comparing commands share.
 *
 * @module
 */

import { stringify } from "@std/csv";
import { formatSignedInterval } from "../text/format.ts";
import { sha256OfFile } from "../checkpoint/sha256.ts";
import type { ComparedCheckpoint, Comparison } from "../experiments/compare.ts";
import { describeMetrics, OVERALL_METRICS } from "../evaluation/evaluation_tables.ts";
import type { Interval } from "../metrics/bootstrap.ts";

/** What the intervals in tables are. */
export const INTERVALS_NOTE = "Intervals: 95 %, percentile bootstrap over records, 1,000 " +
  "resamples; differences are paired by record";

/** The one without a difference. */
export function baselineOf({ compared }: Comparison): ComparedCheckpoint {
  return compared.find(({ difference }) => difference === undefined)!;
}

/** Which side of 0 the whole interval of a difference lies on. */
export function sideOfZero(
  { low, high }: Pick<Interval, "low" | "high">,
): "above" | "below" | "neither" {
  return low > 0 ? "above" : high < 0 ? "below" : "neither";
}

export { formatSigned as formatDifference } from "../text/format.ts";

/** `+0.002 to +0.020`, "n/a" where no resample defines the metric. */
export function formatDifferenceInterval(interval: Interval, decimals = 3): string {
  return formatSignedInterval(interval, decimals);
}

/** What was evaluated: the classifier of the file, or the encoder of the file under a new head. */
export function describeKind({ headPath }: ComparedCheckpoint): string {
  return headPath === undefined ? "classifier" : "frozen encoder, linear head";
}

/** A value for a CSV cell, empty where it is not defined. */
export function cell(value: number | undefined): number | "" {
  return value !== undefined && Number.isFinite(value) ? value : "";
}

/** Estimate and ends of an interval as CSV cells. */
export function intervalCells(interval: Interval | undefined): (number | "")[] {
  return [cell(interval?.estimate), cell(interval?.low), cell(interval?.high)];
}

/** Titles of the columns that {@linkcode intervalCells} fills. */
export function intervalTitles(name: string): string[] {
  return [name, `${name}_low`, `${name}_high`];
}

/** The four metrics and their differences from the baseline, a row a checkpoint. */
export function metricsCsv({ compared }: Comparison): string {
  const head = [
    "name",
    "checkpoint",
    "kind",
    "method",
    "architecture",
    "normalisation",
    "records",
    ...OVERALL_METRICS.flatMap(intervalTitles),
    ...OVERALL_METRICS.flatMap((name) => intervalTitles(`${name}_difference`)),
  ];
  const rows = compared.map(({ evaluation, difference, ...about }) => [
    about.name,
    about.path,
    describeKind({ evaluation, ...about }),
    about.method ?? "",
    about.architecture,
    about.normalization,
    evaluation.rows.length,
    ...OVERALL_METRICS.flatMap((name) => intervalCells(evaluation.intervals.overall[name])),
    ...OVERALL_METRICS.flatMap((name) => intervalCells(difference?.overall[name])),
  ]);
  return stringify([head, ...rows], { headers: false });
}

/** What all JSON files hold of a comparison. What is not defined (NaN) becomes null in the file. */
export async function describeComparison(
  comparison: Comparison,
  classNames: readonly string[],
): Promise<Record<string, unknown>> {
  const checkpoints: Record<string, unknown> = {};
  for (const each of comparison.compared) {
    const { difference } = each;
    checkpoints[each.name] = {
      checkpoint: each.path,
      checkpoint_sha256: await sha256OfFile(each.path),
      kind: describeKind(each),
      head_checkpoint: each.headPath ?? null,
      method: each.method ?? null,
      architecture: each.architecture,
      normalisation: each.normalization,
      names_classes: each.namesClasses,
      ...describeMetrics(each.evaluation, classNames),
      difference_from_baseline: difference === undefined ? null : {
        ...difference.overall,
        per_class: Object.fromEntries(
          classNames.map((name, c) => [name, difference.perClass[c]]),
        ),
      },
    };
  }
  return {
    records: baselineOf(comparison).evaluation.rows.length,
    classes: classNames,
    baseline: baselineOf(comparison).name,
    checkpoints,
    left_out: comparison.leftOut.map(({ name, path, reason }) => ({
      name,
      checkpoint: path,
      reason,
    })),
  };
}
