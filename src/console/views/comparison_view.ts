/** Classifiers on the same records as columns, CSV, JSON and chart. */

import { writeFileAtomically } from "../../checkpoint/atomic_write.ts";
import { sha256OfFile } from "../../checkpoint/sha256.ts";
import {
  byAuroc,
  type ClassifierComparison,
  type ComparedClassifier,
} from "../../evaluation/compare_checkpoints.ts";
import type { Interval } from "../../metrics/bootstrap.ts";
import { describeMetrics } from "../../metrics/evaluated_metrics.ts";
import { type MultilabelMetrics, OVERALL_METRICS } from "../../metrics/multilabel_metrics.ts";
import { barChart } from "../../plots/bar_chart.ts";
import type { Workspace } from "../../runs/workspace.ts";
import { formatCount } from "../../text/format.ts";
import type { CommandContext } from "../flags/command.ts";
import { type CsvColumn, csvTable, type ScoreColumn } from "./score_table.ts";

/** A metric of a classifier. */
export const metricOf = (metric: keyof MultilabelMetrics) => ({ evaluation }: ComparedClassifier) =>
  evaluation.intervals.overall[metric];

/** The difference of a metric from the baseline. */
export const differenceOf = (metric: keyof MultilabelMetrics) => (each: ComparedClassifier) =>
  each.difference?.overall[metric];

/** What was evaluated: the classifier of the file, or the encoder of the file under a new head. */
export function describeKind({ headPath }: ComparedClassifier): string {
  return headPath === undefined ? "classifier" : "frozen encoder, linear head";
}

/** The one without a difference. */
export function baselineOf({ compared }: ClassifierComparison): ComparedClassifier {
  return compared.find(({ difference }) => difference === undefined)!;
}

/** The method that trained it. */
export const METHOD_COLUMN: ScoreColumn<ComparedClassifier> = {
  title: "method",
  text: ({ method }) => method ?? "-",
};

/** The four metrics, AUROC with its interval. */
export const METRIC_COLUMNS: readonly ScoreColumn<ComparedClassifier>[] = [
  { title: "AUROC", interval: metricOf("auroc_macro") },
  { title: "F1", score: metricOf("f1_macro") },
  { title: "sensitivity", score: metricOf("sensitivity_micro") },
  { title: "specificity", score: metricOf("specificity_micro") },
];

const CSV_COLUMNS = {
  name: ({ name }) => name,
  checkpoint: ({ path }) => path,
  kind: describeKind,
  method: ({ method }) => method,
  architecture: ({ architecture }) => architecture,
  epoch: ({ epoch }) => epoch,
  normalisation: ({ normalization }) => normalization,
  records: ({ evaluation }) => evaluation.rows.length,
} satisfies Record<string, (each: ComparedClassifier) => string | number | undefined>;

/** A row a checkpoint: facts, then the four metrics. */
export function metricsCsv(
  compared: readonly ComparedClassifier[],
  facts: readonly (keyof typeof CSV_COLUMNS)[],
  more: readonly CsvColumn<ComparedClassifier>[] = [],
): string {
  return csvTable(compared, [
    ...facts.map((title) => ({ title, value: CSV_COLUMNS[title] })),
    ...OVERALL_METRICS.map((title) => ({ title, interval: metricOf(title) })),
    ...more,
  ]);
}

/** The same with the differences from the baseline. */
export function comparisonCsv({ compared }: ClassifierComparison): string {
  return metricsCsv(
    compared,
    ["name", "checkpoint", "kind", "method", "architecture", "normalisation", "records"],
    OVERALL_METRICS.map((metric) => ({
      title: `${metric}_difference`,
      interval: differenceOf(metric),
    })),
  );
}

/** A classifier for a JSON file. */
export async function describeClassifier(
  { path, evaluation, ...about }: ComparedClassifier,
  classNames: readonly string[],
) {
  return {
    checkpoint: path,
    checkpoint_sha256: await sha256OfFile(path),
    method: about.method ?? null,
    architecture: about.architecture,
    epoch: about.epoch ?? null,
    normalisation: about.normalization,
    names_classes: about.namesClasses,
    ...describeMetrics(evaluation, classNames),
  };
}

/** The same with its difference from the baseline. */
async function describeCompared(each: ComparedClassifier, classNames: readonly string[]) {
  const { difference, headPath = null } = each;
  return {
    ...await describeClassifier(each, classNames),
    kind: describeKind(each),
    head_checkpoint: headPath,
    difference_from_baseline: difference === undefined ? null : {
      ...difference.overall,
      per_class: Object.fromEntries(classNames.map((name, c) => [name, difference.perClass[c]])),
    },
  };
}

/** What JSON files say of the whole. */
export function describeFrame(
  { compared, leftOut }: ClassifierComparison,
  { set, gpu }: Workspace,
  { fold, seed }: { readonly fold: number; readonly seed: number },
  { commandLine }: CommandContext,
) {
  return {
    command_line: commandLine,
    data: set.source,
    adapter: gpu.name,
    fold,
    seed,
    records: compared[0].evaluation.rows.length,
    left_out: leftOut.map(({ name, path, reason }) => ({ name, checkpoint: path, reason })),
  };
}

/** A comparison with a baseline for a JSON file. */
export async function describeComparison(
  comparison: ClassifierComparison,
  { set: { classNames } }: Workspace,
) {
  const checkpoints = comparison.compared.map(async (each) =>
    [each.name, await describeCompared(each, classNames)] as const
  );
  return {
    classes: classNames,
    baseline: baselineOf(comparison).name,
    checkpoints: Object.fromEntries(await Promise.all(checkpoints)),
  };
}

/** What a figure says under its title. */
export function caption({ compared }: ClassifierComparison, { set }: Workspace): string {
  const { rows } = compared[0].evaluation;
  return `${set.source}, fold ${set.folds[rows[0]]}, n = ${formatCount(rows.length)} records; ` +
    "95 % bootstrap intervals over records";
}

/**
 * Draws macro AUROC with intervals as SVG.
 *
 * @returns Why there is no picture, where there is none
 */
export async function writeAurocChart(
  path: string,
  { bars, ...texts }: {
    readonly title: string;
    readonly caption: string;
    readonly bars: readonly {
      readonly name: string;
      readonly group?: string;
      readonly auroc: Interval;
    }[];
  },
): Promise<string | void> {
  const shown = bars.filter(({ auroc }) => Number.isFinite(auroc.estimate));
  if (shown.length === 0) return NOT_DEFINED;
  const svg = await barChart({
    ...texts,
    valueTitle: "Macro AUROC (0.5 = chance)",
    base: 0.5,
    maximum: 1,
    bars: shown.map(({ name, group, auroc: { estimate, low, high } }) => ({
      name,
      group,
      value: estimate,
      low,
      high,
    })),
  });
  await writeFileAtomically(path, svg);
}

/** Draws the AUROC of all classifiers, the best first, with a name and a group for each. */
export function drawAuroc(
  title: string,
  about: (each: ComparedClassifier) => { readonly name: string; readonly group?: string },
) {
  return (file: string, comparison: ClassifierComparison, workspace: Workspace) =>
    writeAurocChart(file, {
      title,
      caption: caption(comparison, workspace),
      bars: comparison.compared.toSorted(byAuroc)
        .map((each) => ({ ...about(each), auroc: metricOf("auroc_macro")(each) })),
    });
}

/** Why there is no macro AUROC. */
export const NOT_DEFINED = "AUROC is not defined where every class has one label only";
