/** Scores side by side, with their intervals. */

import { formatScore } from "../text/format.ts";
import { type ChartRow, rowChart, type RowChartText } from "./row_chart.ts";

/** What {@link barChart} draws. */
export interface BarChart extends RowChartText {
  /** Where bars start: 0, or a meaningful zero such as 0.5 for AUROC (chance). Default 0. */
  readonly base?: number;
  /** End of the value axis; default from the data. */
  readonly maximum?: number;
  /** Decimals of the numbers at the bars. Default 3. */
  readonly decimals?: number;
  readonly bars: readonly ChartRow[];
}

/**
 * Draws horizontal bars in the order given, the number (and its interval) next to each.
 *
 * @throws {RangeError} No bars, more than six groups, or a value that is not finite
 */
export function barChart({ base = 0, decimals = 3, bars, ...chart }: BarChart): Promise<string> {
  return rowChart({
    ...chart,
    rows: bars,
    write: (value) => formatScore(value, decimals),
    origin: base,
    step: 38,
    scale: { paddingInner: 0.45, paddingOuter: 0.25 },
    legendSymbol: { symbolType: "square", symbolSize: 160 },
    layers: ({ x, y, color, colors }) => [
      {
        mark: { type: "bar", cornerRadiusEnd: 2 },
        encoding: { y, x, x2: { datum: base }, color },
      },
      {
        transform: [{ filter: "isValid(datum.low)" }],
        mark: { type: "rule", strokeWidth: 2, color: colors.text },
        encoding: { y, x: { ...x, field: "low" }, x2: { field: "high" } },
      },
      ...["low", "high"].map((field) => ({
        transform: [{ filter: `isValid(datum.${field})` }],
        mark: { type: "tick", thickness: 2, size: 9, color: colors.text },
        encoding: { y, x: { ...x, field } },
      })),
    ],
  });
}
