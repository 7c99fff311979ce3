/**
 * `compare-losses` as a person sees it.
 *
 * @module
 */

import type { CommandContext } from "../console/flags/command.ts";
import { formatCount, formatInterval, formatScore } from "../text/format.ts";
import { renderTable } from "../text/table.ts";
import type { ComparedCheckpoint, Comparison } from "../experiments/compare.ts";
import { OVERALL_METRICS } from "../evaluation/evaluation_tables.ts";
import type { Interval } from "../metrics/bootstrap.ts";
import { type ComparisonFlags, runComparison } from "../console/comparison.ts";
import {
  baselineOf,
  formatDifference,
  formatDifferenceInterval,
} from "../console/comparison_report.ts";
import { LOSS_CHECKPOINTS } from "../console/documented_checkpoints.ts";

/** The unit of the differences. */
const UNIT = "points: 100 × (metric - baseline's metric), absolute";

/** Runs the command. */
export async function runCompareLosses(
  flags: ComparisonFlags,
  context: CommandContext,
): Promise<void> {
  await runComparison(flags, context, {
    command: "compare-losses",
    documented: LOSS_CHECKPOINTS,
    atLeast: 2,
    report: (comparison, { set }) =>
      [
        ...comparison.compared.map(overallTable),
        classTable(comparison, set.classNames),
        `Differences in ${UNIT}`,
      ].join("\n\n"),
    json: (comparison) => ({
      difference_points: {
        unit: UNIT,
        ...Object.fromEntries(
          comparison.compared.flatMap(({ name, difference }) =>
            difference === undefined ? [] : [[
              name,
              Object.fromEntries(
                OVERALL_METRICS.map((metric) => [metric, inPoints(difference.overall[metric])]),
              ),
            ]]
          ),
        ),
      },
    }),
  });
}

function inPoints({ estimate, low, high, resamples }: Interval): Interval {
  return { estimate: 100 * estimate, low: 100 * low, high: 100 * high, resamples };
}

function overallTable({ name, evaluation, difference }: ComparedCheckpoint): string {
  return renderTable(
    [
      name,
      "value",
      "95 % interval",
      ...(difference ? [{ title: "points", align: "right" as const }, "95 % interval"] : []),
    ],
    OVERALL_METRICS.map((metric) => {
      const points = difference && inPoints(difference.overall[metric]);
      return [
        metric,
        formatScore(evaluation.metrics[metric], 4),
        formatInterval(evaluation.intervals.overall[metric]),
        ...(points
          ? [formatDifference(points.estimate, 2), formatDifferenceInterval(points, 2)]
          : []),
      ];
    }),
  );
}

/** AUROC of each class under each loss, with the difference from the baseline. */
function classTable(comparison: Comparison, classNames: readonly string[]): string {
  const { perClass } = baselineOf(comparison).evaluation;
  return renderTable(
    [
      "AUROC by class",
      "records",
      ...comparison.compared.flatMap(({ name, difference }) =>
        difference ? [name, { title: "points", align: "right" as const }, "95 % interval"] : [name]
      ),
    ],
    classNames.map((className, c) => [
      className,
      formatCount(perClass[c].support),
      ...comparison.compared.flatMap(({ evaluation, difference }) => {
        const points = difference && inPoints(difference.perClass[c].auroc);
        return [
          formatScore(evaluation.perClass[c].auroc, 4),
          ...(points
            ? [formatDifference(points.estimate, 2), formatDifferenceInterval(points, 2)]
            : []),
        ];
      }),
    ]),
  );
}
