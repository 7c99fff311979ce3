/**
 * A transfer to MIT-BIH as tables for the terminal, as JSON, CSV and figures.
 *
 * @module
 */

import { stringify } from "@std/csv";
import { formatCount, formatInterval, formatPercent, formatScore } from "../text/format.ts";
import { renderTable } from "../text/table.ts";
import type { MitBihSet } from "../data/datasets/mit_bih.ts";
import type { FoldSplit } from "../data/sampling/splits.ts";
import type {
  TransferMitBihResult,
  TransferRun,
  TransferScores,
} from "../experiments/transfer_mitbih.ts";
import { rocCurve } from "../metrics/roc_curve.ts";
import { barChart } from "../plots/bar_chart.ts";
import { lineChart } from "../plots/line_chart.ts";

/** Titles of the metrics, in the order of tables and files. */
const METRICS: readonly (readonly [name: keyof TransferScores, title: string])[] = [
  ["auroc", "AUROC"],
  ["auprc", "AUPRC"],
  ["f1", "F1"],
  ["sensitivity", "sensitivity"],
  ["specificity", "specificity"],
];

/** Windows and abnormal windows of one part of the split, and its records. */
export interface PartSummary {
  readonly records: readonly number[];
  readonly windows: number;
  readonly abnormal: number;
}

/** What each part of the split holds. */
export function summarizeParts(
  set: Pick<MitBihSet, "records" | "labels">,
  split: FoldSplit,
): Record<keyof FoldSplit, PartSummary> {
  const summarize = (rows: Int32Array): PartSummary => ({
    records: [...new Set(Array.from(rows, (row) => set.records[row]))].sort((a, b) => a - b),
    windows: rows.length,
    abnormal: rows.filter((row) => set.labels[row] === 1).length,
  });
  return {
    train: summarize(split.train),
    validation: summarize(split.validation),
    test: summarize(split.test),
  };
}

/** `3,960 windows of 22 records, 37% abnormal`. */
export function describePart({ records, windows, abnormal }: PartSummary): string {
  const share = windows === 0 ? "" : `, ${formatPercent(abnormal / windows)} abnormal`;
  return `${formatCount(windows)} windows of ${records.length} ` +
    `${records.length === 1 ? "record" : "records"}${share}`;
}

/** A row a metric: both classifiers and the difference, each with its interval. */
export function scoresTable({ transfer, baseline, difference }: TransferMitBihResult): string {
  const columns = [
    { title: "transfer", scores: transfer.scores, signed: false },
    ...(baseline ? [{ title: "baseline", scores: baseline.scores, signed: false }] : []),
    ...(difference ? [{ title: "difference", scores: difference, signed: true }] : []),
  ];
  return renderTable(
    ["metric", ...columns.flatMap(({ title }) => [title, "95 % interval"])],
    METRICS.map(([name, title]) => [
      title,
      ...columns.flatMap(({ scores, signed }) => {
        const { estimate } = scores[name];
        const sign = signed && estimate >= 0 ? "+" : "";
        return [sign + formatScore(estimate, 4), formatInterval(scores[name])];
      }),
    ]),
  );
}

/** A row a record. */
export function recordsTable({ transfer, baseline }: TransferMitBihResult): string {
  return renderTable(
    [
      "record",
      "windows",
      "abnormal",
      "AUROC",
      ...(baseline ? ["baseline"] : []),
      "accuracy",
      "F1",
    ],
    transfer.perRecord.map((result, i) => [
      String(result.record),
      formatCount(result.windows),
      formatPercent(result.abnormal / result.windows),
      formatScore(result.auroc),
      ...(baseline ? [formatScore(baseline.perRecord[i].auroc)] : []),
      formatScore(result.accuracy),
      formatScore(result.f1),
    ]),
  );
}

/** The documented object, which the command prints. */
export function documentedResult({ scores }: TransferRun): Record<string, unknown> {
  return { transfer_eval: { auroc: scores.auroc.estimate, f1: scores.f1.estimate } };
}

/** Everything for the JSON file, where a metric that is not defined becomes null. */
export function describeTransfer(result: TransferMitBihResult): Record<string, unknown> {
  const { transfer, baseline, difference } = result;
  const describeRun = (run: TransferRun) => ({
    checkpoint: run.checkpoint,
    best_epoch: run.bestEpoch,
    epochs: run.epochs,
    metrics: Object.fromEntries(METRICS.map(([name]) => [name, run.scores[name].estimate])),
    intervals_95: run.scores,
    per_record: run.perRecord,
  });
  return {
    transfer: describeRun(transfer),
    baseline: baseline ? describeRun(baseline) : null,
    difference: difference ?? null,
  };
}

/** CSV, a row a test window: record, number of the window, label, probabilities. */
export function transferPredictions(
  { rows, transfer, baseline }: TransferMitBihResult,
  set: Pick<MitBihSet, "records" | "ids" | "labels">,
): string {
  const head = ["record", "window", "abnormal", "transfer", ...(baseline ? ["baseline"] : [])];
  const table = Array.from(rows, (row, i) => [
    set.records[row],
    // Ids are 1,000 times the record's number plus the window's.
    set.ids[row] % 1000,
    set.labels[row],
    transfer.probabilities[i],
    ...(baseline ? [baseline.probabilities[i]] : []),
  ]);
  return stringify([head, ...table], { headers: false });
}

/** ROC curves of the pooled test windows; undefined where all have one label. */
export function rocChart(
  { rows, transfer, baseline }: TransferMitBihResult,
  labels: ArrayLike<number>,
  caption: string,
): Promise<string> | undefined {
  const truth = Array.from(rows, (row) => labels[row]);
  const curves = [transfer, ...(baseline ? [baseline] : [])].flatMap((run) => {
    const curve = rocCurve(truth, run.probabilities);
    if (curve === undefined) return [];
    return [{
      name: `${run.name} ${formatScore(run.scores.auroc.estimate)}`,
      x: curve.falsePositiveRate,
      y: curve.truePositiveRate,
    }];
  });
  if (curves.length === 0) return undefined;
  return lineChart({
    title: "MIT-BIH: windows with an abnormal beat",
    caption,
    x: { title: "False positive rate (1 − specificity)", domain: [0, 1] },
    y: { title: "Sensitivity", domain: [0, 1] },
    series: [...curves, { name: "chance 0.500", x: [0, 1], y: [0, 1] }],
  });
}

/** AUROC of the transfer record by record; undefined where no record has both labels. */
export function recordsChart(
  { transfer }: TransferMitBihResult,
  caption: string,
): Promise<string> | undefined {
  const bars = transfer.perRecord.filter(({ auroc }) => Number.isFinite(auroc))
    .map(({ record, abnormal, windows, auroc }) => ({
      name: `${record} (${abnormal} of ${windows})`,
      value: auroc,
    }));
  if (bars.length === 0) return undefined;
  return barChart({
    title: "MIT-BIH: AUROC record by record (abnormal of all windows)",
    caption,
    valueTitle: "AUROC (0.5 = chance)",
    base: 0.5,
    maximum: 1,
    bars,
  });
}
