/**
 * Confusion tables of a multi-label classifier: two by two cells for each class, since a record can
 * have several classes or none.
 *
 * @module
 */

import { formatCount } from "../text/format.ts";
import type { Confusion } from "../metrics/multilabel_metrics.ts";
import { chartColors, type Theme } from "./style.ts";
import { captionLines, renderVegaLite } from "./vega_chart.ts";

/** What {@linkcode confusionChart} draws. */
export interface ConfusionChart {
  readonly title: string;
  /** Where the numbers come from, the threshold, and n. */
  readonly caption?: string;
  /** Counts of records; means over several runs may be no whole numbers. */
  readonly classes: readonly { readonly name: string; readonly table: Confusion }[];
  readonly theme?: Theme;
}

const CELL = 92;

/**
 * Draws a table a class, three in a row: what is true from the top, what is predicted from the left.
 * A cell has the count and its share of the row, which its depth of color shows: sensitivity and
 * specificity are on the diagonal.
 *
 * @returns SVG text
 * @throws {RangeError} No classes
 */
export function confusionChart(
  { title, caption, classes, theme }: ConfusionChart,
): Promise<string> {
  if (classes.length === 0) throw new RangeError("No classes given: give at least one");
  const colors = chartColors(theme);
  const columns = Math.min(3, classes.length);
  const axis = (field: string, text: string, orient: "left" | "bottom") => ({
    field,
    type: "nominal" as const,
    sort: null,
    title: text,
    axis: { orient, ticks: false, domain: false, labelAngle: 0, labelPadding: 6 },
  });
  return renderVegaLite({
    title: { text: title, subtitle: captionLines(caption, 34 * columns) },
    spacing: 30,
    columns,
    concat: classes.map(({ name, table: { tp, fn, fp, tn } }) => {
      const row = (truth: string, counts: readonly [no: number, yes: number]) => {
        const total = counts[0] + counts[1];
        return ["no", "yes"].map((predicted, i) => ({
          truth,
          predicted,
          share: total > 0 ? counts[i] / total : 0,
          count: Number.isInteger(counts[i]) ? formatCount(counts[i]) : counts[i].toFixed(1),
          percent: total > 0 ? `${(100 * counts[i] / total).toFixed(0)}%` : "none",
        }));
      };
      const y = axis("truth", `Has ${name}`, "left");
      const x = axis("predicted", `Predicted ${name}`, "bottom");
      const text = (field: string, dy: number, fontSize: number) => ({
        mark: { type: "text" as const, fontSize, dy },
        encoding: {
          y,
          x,
          text: { field },
          color: {
            condition: { test: "datum.share > 0.7", value: colors.paper },
            value: colors.text,
          },
        },
      });
      return {
        width: { step: CELL },
        height: { step: 0.7 * CELL },
        data: { values: [...row("no", [tn, fp]), ...row("yes", [fn, tp])] },
        layer: [
          {
            mark: {
              type: "rect" as const,
              fill: colors.series[0],
              stroke: colors.paper,
              strokeWidth: 2,
            },
            encoding: {
              y,
              x,
              fillOpacity: {
                field: "share",
                type: "quantitative" as const,
                scale: { domain: [0, 1], range: [0.06, 1] },
                legend: null,
              },
            },
          },
          text("percent", -8, 15),
          text("count", 12, 12),
        ],
      };
    }),
  }, theme);
}
