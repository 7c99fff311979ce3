/**
 * `per-class-analysis` as a person sees it.
 *
 * @module
 */

import { stringify } from "@std/csv";
import type { CommandContext } from "../console/flags/command.ts";
import { formatCount, formatInterval, formatScore } from "../text/format.ts";
import { renderTable } from "../text/table.ts";
import type { RecordSet } from "../data/signals/record_set.ts";
import {
  CLASS_SCORES,
  judgeTarget,
  meanClassScores,
  rarestClasses,
} from "../evaluation/class_scores.ts";
import type { ComparedCheckpoint, Comparison } from "../experiments/compare.ts";
import type { Interval } from "../metrics/bootstrap.ts";
import { groupedBarChart } from "../plots/grouped_bar_chart.ts";
import { SERIES_COLORS } from "../plots/style.ts";
import { type ComparisonFlags, runComparison } from "../console/comparison.ts";
import {
  baselineOf,
  cell,
  formatDifference,
  formatDifferenceInterval,
  intervalCells,
  intervalTitles,
} from "../console/comparison_report.ts";
import { LOSS_CHECKPOINTS } from "../console/documented_checkpoints.ts";

/** The options of `per-class-analysis`. */
export interface PerClassAnalysisFlags extends ComparisonFlags {
  readonly target: number;
  readonly figure: string | undefined;
}

/** Classes that the target is set for; the reference's are the two rarest. */
const TARGETED = 2;

/** Runs the command. */
export async function runPerClassAnalysis(
  flags: PerClassAnalysisFlags,
  context: CommandContext,
): Promise<void> {
  const { target } = flags;
  await runComparison(flags, context, {
    command: "per-class-analysis",
    documented: LOSS_CHECKPOINTS,
    atLeast: 1,
    figure: flags.figure,
    report: (comparison, { set }) =>
      [
        ...comparison.compared.map((each) => classTable(each, set.classNames)),
        targetTable(comparison, set, target),
      ].join("\n\n"),
    csv: (comparison, { set }) => classesCsv(comparison, set.classNames),
    json: ({ compared }, { set }) => ({
      mean: Object.fromEntries(
        compared.map(({ name, evaluation }) => [name, meanClassScores(evaluation.perClass)]),
      ),
      target: {
        auroc: target,
        classes: Object.fromEntries(
          rarestClasses(set, TARGETED).map((c) => [
            set.classNames[c],
            Object.fromEntries(compared.map(({ name, evaluation }) => [
              name,
              judgeTarget(evaluation.intervals.perClass[c].auroc, target),
            ])),
          ]),
        ),
      },
    }),
    draw: (comparison, { set }, caption) => drawClasses(comparison, set.classNames, caption),
  });
}

/** A line a class and one for their mean; beside AUROC its change against the baseline. */
function classTable(
  { name, evaluation, difference }: ComparedCheckpoint,
  classNames: readonly string[],
): string {
  const { perClass, intervals } = evaluation;
  const line = (
    title: string,
    records: string,
    scores: ReturnType<typeof meanClassScores>,
    auroc: Interval,
    change: Interval | undefined,
  ) => {
    const [area, ...others] = CLASS_SCORES.map((score) => formatScore(scores[score], 4));
    return [
      title,
      records,
      area,
      formatInterval(auroc),
      ...others,
      ...(change ? [formatDifference(change.estimate), formatDifferenceInterval(change)] : []),
    ];
  };
  return renderTable(
    [
      name,
      "records",
      "AUROC",
      "95 % interval",
      "AUPRC",
      "F1",
      "sensitivity",
      "specificity",
      ...(difference ? [{ title: "AUROC change", align: "right" as const }, "95 % interval"] : []),
    ],
    [
      ...classNames.map((title, c) =>
        line(
          title,
          formatCount(perClass[c].support),
          perClass[c],
          intervals.perClass[c].auroc,
          difference?.perClass[c].auroc,
        )
      ),
      line(
        "mean",
        "",
        meanClassScores(perClass),
        intervals.overall.auroc_macro,
        difference?.overall.auroc_macro,
      ),
    ],
  );
}

function targetTable({ compared }: Comparison, set: RecordSet, target: number): string {
  const classes = rarestClasses(set, TARGETED);
  const table = renderTable(
    ["class", "name", "AUROC", "95 % interval", "target"],
    classes.flatMap((c) =>
      compared.map(({ name, evaluation }) => {
        const { auroc } = evaluation.intervals.perClass[c];
        return [
          set.classNames[c],
          name,
          formatScore(auroc.estimate, 4),
          formatInterval(auroc),
          judgeTarget(auroc, target),
        ];
      })
    ),
  );
  const names = classes.map((c) => set.classNames[c]).join(" and ");
  return `Target: AUROC above ${target} for the rarest classes of the data, ${names}\n\n${table}`;
}

/** A row a checkpoint and class. */
function classesCsv({ compared }: Comparison, classNames: readonly string[]): string {
  const head = [
    "name",
    "checkpoint",
    "class",
    "records",
    "support",
    ...CLASS_SCORES.flatMap(intervalTitles),
    ...CLASS_SCORES.flatMap((score) => intervalTitles(`${score}_difference`)),
  ];
  const rows = compared.flatMap(({ name, path, evaluation, difference }) =>
    classNames.map((className, c) => [
      name,
      path,
      className,
      evaluation.rows.length,
      cell(evaluation.perClass[c].support),
      ...CLASS_SCORES.flatMap((score) => intervalCells(evaluation.intervals.perClass[c][score])),
      ...CLASS_SCORES.flatMap((score) => intervalCells(difference?.perClass[c][score])),
    ])
  );
  return stringify([head, ...rows], { headers: false });
}

async function drawClasses(
  comparison: Comparison,
  classNames: readonly string[],
  caption: string,
): Promise<{ svg: string } | { none: string }> {
  const { compared } = comparison;
  if (compared.length > SERIES_COLORS.length) {
    return { none: `more than ${SERIES_COLORS.length} checkpoints cannot be told apart` };
  }
  // Whether a class has an AUROC depends on the labels alone, so it has one everywhere or nowhere.
  const { perClass } = baselineOf(comparison).evaluation;
  const shown = [...classNames.keys()].filter((c) => Number.isFinite(perClass[c].auroc));
  if (shown.length === 0) return { none: "no class has an AUROC on these records" };
  const svg = await groupedBarChart({
    title: "AUROC by class",
    caption,
    groupTitle: "Class (positive records)",
    groups: shown.map((c) => `${classNames[c]} (${formatCount(perClass[c].support)})`),
    valueTitle: "AUROC (0.5 = chance)",
    base: 0.5,
    maximum: 1,
    series: compared.map(({ name, evaluation: { intervals } }) => {
      const scores = shown.map((c) => intervals.perClass[c].auroc);
      return {
        name,
        values: scores.map(({ estimate }) => estimate),
        low: scores.map(({ low }) => low),
        high: scores.map(({ high }) => high),
      };
    }),
  });
  return { svg };
}
