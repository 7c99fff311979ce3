/**
 * Confusion tables of a multi-label classifier: two by two cells for each class, since a record can
 * have several classes or none.
 */

import { formatCount } from "../text/format.ts";
import type { Confusion } from "../metrics/multilabel_metrics.ts";
import { nameAxis, shadedCells } from "./heat_map.ts";
import { chartColors } from "./style.ts";
import { captionLines, type ChartText, renderVegaLite } from "./vega_chart.ts";

/** What {@linkcode confusionChart} draws. */
export interface ConfusionChart extends ChartText {
  /** Counts of records; means over several runs may be no whole numbers. */
  readonly classes: readonly { readonly name: string; readonly table: Confusion }[];
}

const CELL = 92;

/**
 * Draws a table a class, three in a row: what is true from the top, what is predicted from the left.
 * A cell has the count and its share of the row, which its depth of color shows: sensitivity and
 * specificity are on the diagonal.
 *
 * @throws {RangeError} No classes
 */
export function confusionChart(
  { title, caption, classes, theme }: ConfusionChart,
): Promise<string> {
  if (classes.length === 0) throw new RangeError("No classes given: give at least one");
  const colors = chartColors(theme);
  const columns = Math.min(3, classes.length);
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
      return {
        width: { step: CELL },
        height: { step: 0.7 * CELL },
        data: { values: [...row("no", [tn, fp]), ...row("yes", [fn, tp])] },
        layer: shadedCells({
          y: nameAxis("truth", `Has ${name}`, "left", 6),
          x: nameAxis("predicted", `Predicted ${name}`, "bottom", 6),
          shade: "share",
          texts: [
            { field: "percent", dy: -8, fontSize: 15 },
            { field: "count", dy: 12, fontSize: 12 },
          ],
          lightFrom: 0.7,
        }, colors),
      };
    }),
  }, theme);
}
