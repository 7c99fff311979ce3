/**
 * A robustness sweep as table, JSON and picture.
 *
 * @module
 */

import { formatInterval, formatNumber, formatScore } from "../text/format.ts";
import { renderTable } from "../text/table.ts";
import { type LinePanel, linePanels } from "../plots/line_chart.ts";
import type { Condition, SweepPoint } from "./robustness.ts";

/** A condition in words: "clean", "noise 0.1 mV", "20% zeroed". */
export function describeCondition({ noiseStd, maskRatio }: Condition): string {
  const parts = [
    ...(noiseStd > 0 ? [`noise ${noiseStd} mV`] : []),
    ...(maskRatio > 0 ? [`${formatNumber(100 * maskRatio)}% zeroed`] : []),
  ];
  return parts.length > 0 ? parts.join(", ") : "clean";
}

/** One line a condition. */
export function sweepTable(points: readonly SweepPoint[]): string {
  return renderTable(
    ["condition", "AUROC", "95 % interval", "F1", "AUROC - clean", "95 % interval"],
    points.map((point) => {
      const { metrics, intervals } = point.evaluation;
      const change = point.change?.auroc_macro;
      return [
        describeCondition(point),
        formatScore(metrics.auroc_macro, 4),
        formatInterval(intervals.overall.auroc_macro),
        formatScore(metrics.f1_macro, 4),
        change === undefined ? "" : formatScore(change.estimate, 4),
        change === undefined ? "" : formatInterval(change),
      ];
    }),
  );
}

/** The part `sweep` of the JSON file: metrics, intervals and paired changes of each condition. */
export function describeSweep(points: readonly SweepPoint[]): unknown {
  return points.map(({ noiseStd, maskRatio, evaluation, change }) => ({
    noise_std: noiseStd,
    mask_ratio: maskRatio,
    metrics: evaluation.metrics,
    intervals_95: evaluation.intervals.overall,
    change_from_clean: change ?? null,
  }));
}

/**
 * Draws macro AUROC against noise and against the part that is zeroed, a panel for each that was
 * swept, with 95 % intervals as bands. Both curves begin with the clean record.
 *
 * @param caption What was evaluated on what
 * @returns SVG text
 * @throws {RangeError} There is nothing but the clean record
 */
export function sweepChart(points: readonly SweepPoint[], caption: string): Promise<string> {
  const panel = (title: string, value: (point: SweepPoint) => number): LinePanel[] => {
    const shown = points.filter((point) => point.change === undefined || value(point) > 0);
    if (shown.length === 1) return [];
    const scores = shown.map(({ evaluation }) => evaluation.intervals.overall.auroc_macro);
    return [{
      x: { title },
      series: [{
        name: "macro AUROC",
        x: shown.map(value),
        y: scores.map(({ estimate }) => estimate),
        low: scores.map(({ low }) => low),
        high: scores.map(({ high }) => high),
      }],
    }];
  };
  return linePanels({
    title: "Robustness to noise and gaps",
    caption: `${caption}; bands: 95 % bootstrap intervals over records`,
    y: { title: "Macro AUROC (0.5 = chance)" },
    points: true,
    panels: [
      ...panel("Noise (standard deviation, mV)", ({ noiseStd }) => noiseStd),
      ...panel("Zeroed part of the record", ({ maskRatio }) => maskRatio),
    ],
  });
}
