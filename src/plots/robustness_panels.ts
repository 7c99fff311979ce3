/** What noise and gaps cost, as panels of a line chart. */

import type { Condition } from "../data/signals/conditions.ts";
import type { LinePanel } from "./line_chart.ts";

/** Macro AUROC of one classifier under several conditions, with ends of its intervals. */
export interface RobustnessCurve {
  readonly name: string;
  readonly points: readonly (Condition & {
    readonly auroc: { readonly estimate: number; readonly low: number; readonly high: number };
  })[];
}

/**
 * AUROC against noise and against the part that is zeroed, a panel for each that was swept. Curves
 * begin with the clean record.
 */
export function robustnessPanels(curves: readonly RobustnessCurve[]): LinePanel[] {
  const panel = (title: string, own: keyof Condition, other: keyof Condition): LinePanel[] => {
    const series = curves.flatMap(({ name, points }) => {
      const shown = points.filter((point) => point[other] === 0);
      const scores = shown.map(({ auroc }) => auroc);
      return shown.length < 2 ? [] : [{
        name,
        x: shown.map((point) => point[own]),
        y: scores.map(({ estimate }) => estimate),
        low: scores.map(({ low }) => low),
        high: scores.map(({ high }) => high),
      }];
    });
    return series.length === 0 ? [] : [{ x: { title }, series }];
  };
  return [
    ...panel("Noise (standard deviation, mV)", "noiseStd", "maskRatio"),
    ...panel("Zeroed part of the record", "maskRatio", "noiseStd"),
  ];
}
