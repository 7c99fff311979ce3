/**
 * Estimates with their intervals, one below the other, against a line of no effect (a forest plot;
 * Lewis & Clarke 2001).
 */

import { formatSigned } from "../text/format.ts";
import { type ChartRow, rowChart, type RowChartText } from "./row_chart.ts";

/** What {@linkcode intervalChart} draws. */
export interface IntervalChart extends RowChartText {
  /** From the top. */
  readonly rows: readonly ChartRow[];
}

/**
 * Draws estimates as points with their intervals as lines, the numbers next to them.
 *
 * @throws {RangeError} No rows, more than six groups, or a value that is not finite
 */
export function intervalChart(chart: IntervalChart): Promise<string> {
  return rowChart({
    ...chart,
    write: (value) => formatSigned(value, 3),
    origin: 0,
    step: 30,
    legendSymbol: { symbolType: "circle", symbolSize: 120 },
    layers: ({ x, y, color, colors }) => [
      {
        data: { values: [{ reference: 0 }] },
        mark: { type: "rule", color: colors.axis, strokeWidth: 1.5 },
        encoding: { x: { ...x, field: "reference" } },
      },
      {
        transform: [{ filter: "isValid(datum.low)" }],
        mark: { type: "rule", strokeWidth: 2.5 },
        encoding: { y, x: { ...x, field: "low" }, x2: { field: "high" }, color },
      },
      {
        mark: { type: "point", filled: true, size: 90, opacity: 1 },
        encoding: { y, x, color },
      },
    ],
  });
}
