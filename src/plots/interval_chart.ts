/**
 * Estimates with their intervals, one below the other, against a line of no effect (a forest plot;
 * Lewis & Clarke 2001).
 *
 * @module
 */

import { formatScore } from "../text/format.ts";
import { chartColors, PLOT_WIDTH, type Theme } from "./style.ts";
import { captionLines, renderVegaLite } from "./vega_chart.ts";

/** One line. */
export interface IntervalRow {
  readonly name: string;
  readonly value: number;
  /** Ends of the interval; left out where there is none. */
  readonly low?: number;
  readonly high?: number;
  /** Rows of one group share a color, and groups a legend; up to six. */
  readonly group?: string;
}

/** What {@linkcode intervalChart} draws. */
export interface IntervalChart {
  readonly title: string;
  /** Where the numbers come from, what the intervals are, and n. */
  readonly caption?: string;
  /** Title of the value axis, with its unit and direction. */
  readonly valueTitle: string;
  /** Where the line of no effect stands. Default 0. */
  readonly reference?: number;
  /** Decimals of the numbers. Default 3. */
  readonly decimals?: number;
  /** From the top. */
  readonly rows: readonly IntervalRow[];
  readonly theme?: Theme;
}

/**
 * Draws estimates as points with their intervals as lines, the numbers beside them.
 *
 * @returns SVG text
 * @throws {RangeError} No rows, more than six groups, or a value that is not finite
 */
export function intervalChart(chart: IntervalChart): Promise<string> {
  const { rows, reference = 0, decimals = 3, theme } = chart;
  const colors = chartColors(theme);
  if (rows.length === 0) throw new RangeError("No rows given: give at least one");
  const groups = [...new Set(rows.map(({ group }) => group ?? ""))];
  if (groups.length > colors.series.length) {
    throw new RangeError(`${groups.length} groups given: draw up to ${colors.series.length}`);
  }
  const signed = (value: number) => (value > 0 ? "+" : "") + formatScore(value, decimals);
  const values = rows.map(({ name, value, low, high, group }, index) => {
    if (!Number.isFinite(value)) {
      throw new RangeError(`Row ${name} is ${value}: a finite value is needed`);
    }
    const ends = low !== undefined && high !== undefined && Number.isFinite(low) &&
        Number.isFinite(high)
      ? { low, high }
      : undefined;
    return {
      // Two rows of one name would share a line.
      row: `${index}`,
      value,
      low: ends?.low ?? null,
      high: ends?.high ?? null,
      group: group ?? "",
      label: signed(value) + (ends ? `  [${signed(ends.low)}, ${signed(ends.high)}]` : ""),
    };
  });
  const all = [
    reference,
    ...values.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value]),
  ];
  const names = JSON.stringify(rows.map(({ name }) => name));
  const y = {
    field: "row",
    type: "nominal" as const,
    sort: null,
    title: null,
    axis: {
      ticks: false,
      domain: false,
      grid: false,
      labelPadding: 8,
      labelLimit: 320,
      labelExpr: `${names}[toNumber(datum.value)]`,
    },
  };
  const x = {
    field: "value",
    type: "quantitative" as const,
    title: chart.valueTitle,
    scale: { domain: [Math.min(...all), Math.max(...all)], nice: true, zero: false },
    axis: { tickCount: 6 },
  };
  const color = {
    field: "group",
    type: "nominal" as const,
    scale: { domain: groups, range: colors.series.slice(0, groups.length) },
    legend: groups.length > 1 ? { symbolType: "circle", symbolSize: 120 } : null,
  };
  // Room on the right for the numbers, which stand outside the plotting area.
  const labelRoom = Math.max(...values.map(({ label }) => label.length)) * 7.5 + 12;
  return renderVegaLite({
    title: { text: chart.title, subtitle: captionLines(chart.caption, 72) },
    width: Math.max(200, PLOT_WIDTH - labelRoom),
    height: { step: 30 },
    data: { values },
    layer: [
      {
        data: { values: [{ reference }] },
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
      {
        mark: { type: "text", align: "left", dx: 10, fontSize: 13, color: colors.text },
        encoding: { y, x: { value: "width" }, text: { field: "label" } },
      },
    ],
  }, theme);
}
