import { writeFileAtomically } from "../src/checkpoint/atomic_write.ts";
import { defineComparison } from "../src/console/comparison.ts";
import { baselineOf, caption } from "../src/console/views/comparison_view.ts";
import { LOSS_CHECKPOINTS } from "../src/console/documented_checkpoints.ts";
import { numberFlag, pathFlag } from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { csvTable, scoreTable } from "../src/console/views/score_table.ts";
import type { RecordSet } from "../src/data/signals/record_set.ts";
import type {
  ClassifierComparison,
  ComparedClassifier,
} from "../src/evaluation/compare_checkpoints.ts";
import type { ClassScore } from "../src/metrics/bootstrap.ts";
import {
  CLASS_SCORES,
  compareWithTarget,
  meanClassScores,
  rarestClasses,
} from "../src/metrics/class_scores.ts";
import { groupedBarChart } from "../src/plots/grouped_bar_chart.ts";
import { SERIES_COLORS } from "../src/plots/style.ts";
import type { Workspace } from "../src/runs/workspace.ts";
import { formatCount } from "../src/text/format.ts";

export const command = defineComparison({
  name: "per-class-analysis",
  summary: "Analyze classifiers class by class, with a target for the rarest",
  description: [
    "AUROC, AUPRC, F1, sensitivity and specificity of every class and their means over the classes " +
    "where they are defined, and the change of each class against --baseline with its interval, " +
    "paired by record. Says whether the two rarest classes reach the target.",
  ],
  examples: [
    { args: "", about: "Plain BCE against focal loss with oversampling" },
    {
      args: "checkpoints/finetuned.pt --target 0.8 --csv classes.csv --figure classes.svg",
      about: "One classifier, with files for a paper",
    },
  ],
  documented: LOSS_CHECKPOINTS,
  atLeast: 1,
  flags: {
    "target": numberFlag({
      default: 0.6,
      minimum: 0,
      exclusiveMaximum: 1,
      description: "AUROC that the two rarest classes shall exceed",
    }),
    "figure": pathFlag({ description: "Draw AUROC by class with intervals as SVG" }),
  },
  view: ({ target }) => ({
    report: (comparison, { set }) =>
      [
        ...comparison.compared.map((each) => classTable(each, set.classNames)),
        targetTable(comparison, set, target),
      ].join("\n\n"),
    csv: (comparison, { set }) => classesCsv(comparison, set.classNames),
    json: (comparison, { set }) => describeClasses(comparison, set, target),
    draw: drawClasses,
  }),
});

/** Classes that the target is set for; the reference's are the two rarest. */
const TARGETED = 2;

/** A line a class and one for their mean; after AUROC its change against the baseline. */
function classTable(
  { name, evaluation, difference }: ComparedClassifier,
  classNames: readonly string[],
): string {
  const { perClass, intervals } = evaluation;
  const means = meanClassScores(perClass);
  /** A class, or undefined for their mean, of which AUROC alone has an interval. */
  type Line = number | undefined;
  const score = (score: ClassScore) => (c: Line) =>
    c === undefined ? means[score] : intervals.perClass[c][score];
  return scoreTable<Line>([...classNames.keys(), undefined], [
    { title: name, text: (c) => c === undefined ? "mean" : classNames[c] },
    {
      title: "records",
      align: "right",
      text: (c) => c === undefined ? "" : formatCount(perClass[c].support),
    },
    {
      title: "AUROC",
      interval: (c) =>
        c === undefined ? intervals.overall.auroc_macro : intervals.perClass[c].auroc,
    },
    { title: "AUPRC", score: score("auprc") },
    { title: "F1", score: score("f1") },
    { title: "sensitivity", score: score("sensitivity") },
    { title: "specificity", score: score("specificity") },
    {
      title: "AUROC change",
      interval: (c) =>
        c === undefined ? difference?.overall.auroc_macro : difference?.perClass[c].auroc,
      signed: true,
    },
  ]);
}

function targetTable({ compared }: ClassifierComparison, set: RecordSet, target: number): string {
  const classes = rarestClasses(set, TARGETED);
  const lines = classes.flatMap((c) =>
    compared.map(({ name, evaluation: { intervals } }) => ({
      className: set.classNames[c],
      name,
      auroc: intervals.perClass[c].auroc,
    }))
  );
  const table = scoreTable(lines, [
    { title: "class", text: ({ className }) => className },
    { title: "name", text: ({ name }) => name },
    { title: "AUROC", interval: ({ auroc }) => auroc },
    { title: "target", text: ({ auroc }) => compareWithTarget(auroc, target) },
  ]);
  const names = classes.map((c) => set.classNames[c]).join(" and ");
  return `Target: AUROC above ${target} for the rarest classes of the data, ${names}\n\n${table}`;
}

function describeClasses({ compared }: ClassifierComparison, set: RecordSet, target: number) {
  const byName = <Value>(of: (each: ComparedClassifier) => Value) =>
    Object.fromEntries(compared.map((each) => [each.name, of(each)]));
  return {
    mean: byName(({ evaluation }) => meanClassScores(evaluation.perClass)),
    target: {
      auroc: target,
      classes: Object.fromEntries(
        rarestClasses(set, TARGETED).map((c) => [
          set.classNames[c],
          byName(({ evaluation }) =>
            compareWithTarget(evaluation.intervals.perClass[c].auroc, target)
          ),
        ]),
      ),
    },
  };
}

/** A row a checkpoint and class. */
function classesCsv({ compared }: ClassifierComparison, classNames: readonly string[]): string {
  const lines = compared.flatMap((each) =>
    classNames.map((className, c) => ({ ...each, className, c }))
  );
  type Line = typeof lines[number];
  return csvTable(lines, [
    { title: "name", value: ({ name }) => name },
    { title: "checkpoint", value: ({ path }) => path },
    { title: "class", value: ({ className }) => className },
    { title: "records", value: ({ evaluation }) => evaluation.rows.length },
    { title: "support", value: ({ evaluation, c }) => evaluation.perClass[c].support },
    ...CLASS_SCORES.map((title) => ({
      title,
      interval: ({ evaluation, c }: Line) => evaluation.intervals.perClass[c][title],
    })),
    ...CLASS_SCORES.map((score) => ({
      title: `${score}_difference`,
      interval: ({ difference, c }: Line) => difference?.perClass[c][score],
    })),
  ]);
}

/** Draws AUROC by class; gives the reason where there is no picture. */
async function drawClasses(
  file: string,
  comparison: ClassifierComparison,
  workspace: Workspace,
): Promise<string | void> {
  const { compared } = comparison;
  const { classNames } = workspace.set;
  if (compared.length > SERIES_COLORS.length) {
    return `more than ${SERIES_COLORS.length} checkpoints cannot be told apart`;
  }
  // Whether a class has an AUROC depends on the labels alone, so it has one everywhere or nowhere.
  const { perClass } = baselineOf(comparison).evaluation;
  const shown = [...classNames.keys()].filter((c) => Number.isFinite(perClass[c].auroc));
  if (shown.length === 0) return "no class has an AUROC on these records";
  const svg = await groupedBarChart({
    title: "AUROC by class",
    caption: caption(comparison, workspace),
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
  await writeFileAtomically(file, svg);
}

if (import.meta.main) await runCommand(command);
