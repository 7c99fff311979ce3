/**
 * `compare-baselines` as a person sees it.
 *
 * @module
 */

import type { CommandContext } from "../console/flags/command.ts";
import { formatInterval, formatNumber, formatScore } from "../text/format.ts";
import { renderTable } from "../text/table.ts";
import type { ComparedCheckpoint, Comparison } from "../experiments/compare.ts";
import { OVERALL_METRICS } from "../evaluation/evaluation_tables.ts";
import { HEAD_TRAINING } from "../training/linear_head.ts";
import { barChart } from "../plots/bar_chart.ts";
import { type ComparisonFlags, runComparison } from "../console/comparison.ts";
import {
  baselineOf,
  describeKind,
  formatDifference,
  formatDifferenceInterval,
  sideOfZero,
} from "../console/comparison_report.ts";
import { BASELINE_CHECKPOINTS } from "../console/documented_checkpoints.ts";

/** The options of `compare-baselines`. */
export interface CompareBaselinesFlags extends ComparisonFlags {
  readonly epochs: number;
  readonly labelFraction: number;
  readonly out: string;
  readonly figure: string | undefined;
}

/** Runs the command. */
export async function runCompareBaselines(
  flags: CompareBaselinesFlags,
  context: CommandContext,
): Promise<void> {
  const { epochs, labelFraction, seed, out } = flags;
  const percent = `${formatNumber(100 * labelFraction)} %`;
  await runComparison(flags, context, {
    command: "compare-baselines",
    documented: BASELINE_CHECKPOINTS,
    atLeast: 2,
    heads: { folder: out, epochs, labelFraction, seed },
    settings: [[
      "Heads",
      `of encoders: linear, encoder frozen, ${epochs} epochs, batch ${HEAD_TRAINING.batchSize}, ` +
      `BCE, Adam ${HEAD_TRAINING.learningRate}, ${percent} of the labels, seed ${seed}, epoch chosen by validation AUROC`,
    ]],
    figure: flags.figure,
    report: (comparison) =>
      `${scoresTable(comparison)}\n\n${describeBest(comparison)}` +
      (comparison.compared.some(({ headPath }) => headPath !== undefined)
        ? `\nA frozen encoder is measured by a linear head on ${percent} of the labels; fine-tuned, ` +
          `it is another classifier (finetune)`
        : ""),
    json: (comparison) => ({
      best: ranked(comparison)[0]?.name ?? null,
      heads: { ...HEAD_TRAINING, epochs, labelFraction },
    }),
    async draw(comparison, _workspace, caption) {
      const bars = ranked(comparison).map((each) => {
        const { estimate, low, high } = each.evaluation.intervals.overall.auroc_macro;
        return { name: each.name, group: describeKind(each), value: estimate, low, high };
      });
      if (bars.length === 0) return { none: NOT_DEFINED };
      const svg = await barChart({
        title: "Methods on the same records",
        caption,
        valueTitle: "Macro AUROC (0.5 = chance)",
        base: 0.5,
        maximum: 1,
        bars,
      });
      return { svg };
    },
  });
}

const NOT_DEFINED = "AUROC is not defined where every class has one label only";

function auroc({ evaluation }: ComparedCheckpoint): number {
  return evaluation.metrics.auroc_macro;
}

/** Those with an AUROC, the best first. */
function ranked({ compared }: Comparison): ComparedCheckpoint[] {
  return compared.filter((each) => Number.isFinite(auroc(each)))
    .sort((a, b) => auroc(b) - auroc(a));
}

function scoresTable(comparison: Comparison): string {
  const best = ranked(comparison);
  const rest = comparison.compared.filter((each) => !best.includes(each));
  return renderTable(
    [
      "name",
      "evaluated",
      "method",
      "AUROC",
      "95 % interval",
      "F1",
      "sensitivity",
      "specificity",
      `AUROC - ${baselineOf(comparison).name}`,
      "95 % interval",
    ],
    [...best, ...rest].map((each) => {
      const { metrics, intervals } = each.evaluation;
      const [area, ...others] = OVERALL_METRICS.map((name) => formatScore(metrics[name], 4));
      const difference = each.difference?.overall.auroc_macro;
      return [
        each.name,
        describeKind(each),
        each.method ?? "-",
        area,
        formatInterval(intervals.overall.auroc_macro),
        ...others,
        difference ? formatDifference(difference.estimate) : "",
        difference ? formatDifferenceInterval(difference) : "",
      ];
    }),
  );
}

/** The best one, and whether it is better than the baseline beyond the choice of records. */
function describeBest(comparison: Comparison): string {
  const [best] = ranked(comparison);
  if (best === undefined) return `Best: none, ${NOT_DEFINED}`;
  const line = `Best: ${best.name}, AUROC ${formatScore(auroc(best), 4)}`;
  const difference = best.difference?.overall.auroc_macro;
  if (difference === undefined) return `${line}. It is the baseline: no other is above it`;
  return `${line}. ${formatDifference(difference.estimate)} against the baseline, interval ` +
    `${formatDifferenceInterval(difference)}, which ` +
    (sideOfZero(difference) === "neither" ? "includes 0: not shown to be better" : "excludes 0");
}
