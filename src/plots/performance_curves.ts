/** Axes of the three curves that describe a classifier: ROC, precision-recall, reliability. */

import type { LinePanel, LinePanels } from "./line_chart.ts";

/** Which curve. */
export type PerformanceCurve = "roc" | "precision" | "calibration";

/** One plotting area of {@linkcode performanceCurves}. */
export interface PerformancePanel extends Pick<LinePanel, "heading" | "series"> {
  /** Share of records with the class: the precision of guessing, drawn as a line in `precision`. */
  readonly prevalence?: number;
}

/** What {@linkcode performanceCurves} describes. */
export interface PerformanceCurves extends Pick<LinePanels, "title" | "caption"> {
  readonly curve: PerformanceCurve;
  readonly panels: readonly PerformancePanel[];
}

const AXES: Readonly<Record<PerformanceCurve, { x: string; y: string }>> = {
  roc: { x: "False positive rate (1 − specificity)", y: "Sensitivity" },
  precision: { x: "Recall (sensitivity)", y: "Precision" },
  calibration: { x: "Predicted probability", y: "Observed share" },
};

/**
 * The picture of one or several such curves for `linePanels`: both axes from 0 to 1 and a thin line
 * for what a useless (ROC, precision) or a perfectly calibrated classifier gives.
 */
export function performanceCurves(
  { title, caption, curve, panels }: PerformanceCurves,
): LinePanels {
  const domain = [0, 1] as const;
  return {
    title,
    caption,
    square: true,
    points: curve === "calibration",
    columns: Math.min(3, panels.length),
    y: { title: AXES[curve].y, domain },
    panels: panels.map(({ heading, series, prevalence }) => ({
      heading,
      x: { title: AXES[curve].x, domain },
      series,
      guide: curve !== "precision"
        ? [[0, 0], [1, 1]]
        : prevalence === undefined
        ? undefined
        : [[0, prevalence], [1, prevalence]],
    })),
  };
}
