/**
 * `quick-compare` as a person sees it.
 *
 * @module
 */

import type { CommandContext } from "../console/flags/command.ts";
import { formatScore } from "../text/format.ts";
import { renderTable } from "../text/table.ts";
import type { Comparison } from "../experiments/compare.ts";
import type { Interval } from "../metrics/bootstrap.ts";
import { type ComparisonFlags, runComparison } from "../console/comparison.ts";
import {
  baselineOf,
  formatDifference,
  formatDifferenceInterval,
  sideOfZero,
} from "../console/comparison_report.ts";
import { LOSS_CHECKPOINTS } from "../console/documented_checkpoints.ts";

const SHOWN = [["auroc_macro", "AUROC"], ["f1_macro", "F1"]] as const;

/** Runs the command. */
export async function runQuickCompare(
  flags: ComparisonFlags,
  context: CommandContext,
): Promise<void> {
  await runComparison(flags, context, {
    command: "quick-compare",
    documented: LOSS_CHECKPOINTS,
    atLeast: 2,
    report: (comparison) => `${scoresTable(comparison)}\n\n${remarks(comparison).join("\n")}`,
  });
}

function scoresTable({ compared }: Comparison): string {
  return renderTable(
    [
      "name",
      ...SHOWN.flatMap(([, title]) => [
        title,
        { title: "difference", align: "right" as const },
        "95 % interval",
      ]),
    ],
    compared.map(({ name, evaluation, difference }) => [
      name,
      ...SHOWN.flatMap(([metric]) => [
        formatScore(evaluation.metrics[metric], 4),
        difference ? formatDifference(difference.overall[metric].estimate) : "",
        difference ? formatDifferenceInterval(difference.overall[metric]) : "",
      ]),
    ]),
  );
}

/** A line a difference. */
function remarks(comparison: Comparison): string[] {
  const base = baselineOf(comparison).name;
  return comparison.compared.flatMap(({ name, difference }) =>
    difference === undefined
      ? []
      : SHOWN.map(([metric, title]) =>
        `${name}: ${title} ${inWords(difference.overall[metric], base)}`
      )
  );
}

function inWords(difference: Interval, base: string): string {
  if (!Number.isFinite(difference.low)) return "is not defined on these records";
  switch (sideOfZero(difference)) {
    case "above":
      return `is higher than that of ${base}: the interval excludes 0`;
    case "below":
      return `is lower than that of ${base}: the interval excludes 0`;
    case "neither":
      return `cannot be told from that of ${base}: the interval includes 0`;
  }
}
