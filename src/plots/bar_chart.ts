/**
 * Scores side by side, with their intervals.
 *
 * @module
 */

import { formatScore } from "../text/format.ts";
import { chartColors, PLOT_WIDTH, type Theme } from "./style.ts";
import { captionLines, renderVegaLite } from "./vega_chart.ts";

/** One bar. */
export interface Bar {
  readonly name: string;
  readonly value: number;
  /** Ends of the interval, such as a 95 % bootstrap interval. */
  readonly low?: number;
  readonly high?: number;
  /** Bars of one group share a color, and groups a legend. */
  readonly group?: string;
}

/** What {@link barChart} draws. */
export interface BarChart {
  readonly title: string;
  /** Where the numbers come from, what the intervals are, and n. */
  readonly caption?: string;
  /** Title of the value axis, with its unit. */
  readonly valueTitle: string;
  /** Where bars start: 0, or a meaningful zero such as 0.5 for AUROC (chance). Default 0. */
  readonly base?: number;
  /** End of the value axis; default from the data. */
  readonly maximum?: number;
  /** Decimals of the numbers at the bars. Default 3. */
  readonly decimals?: number;
  readonly bars: readonly Bar[];
  readonly theme?: Theme;
}

/**
 * Draws horizontal bars in the order given, the number (and its interval) beside each.
 *
 * @returns SVG text
 * @throws {RangeError} No bars, or a value that is not finite
 */
export function barChart(chart: BarChart): Promise<string> {
  const colors = chartColors(chart.theme);
  const base = chart.base ?? 0;
  const decimals = chart.decimals ?? 3;
  if (chart.bars.length === 0) throw new RangeError("No bars given: give at least one");
  for (const bar of chart.bars) {
    if (!Number.isFinite(bar.value)) {
      throw new RangeError(`Bar ${bar.name} is ${bar.value}: a finite value is needed`);
    }
  }
  const groups = [...new Set(chart.bars.map((bar) => bar.group ?? ""))];
  const rows = chart.bars.map((bar, index) => ({
    ...bar,
    group: bar.group ?? "",
    base,
    // Two bars of one name would share a row.
    row: `${index}`,
    label: formatScore(bar.value, decimals) +
      (bar.low === undefined || bar.high === undefined
        ? ""
        : `  [${formatScore(bar.low, decimals)}, ${formatScore(bar.high, decimals)}]`),
  }));
  const ends = chart.bars.flatMap((bar) => [bar.value, bar.high ?? bar.value]);
  const starts = chart.bars.flatMap((bar) => [bar.value, bar.low ?? bar.value]);
  const domain = [Math.min(base, ...starts), chart.maximum ?? Math.max(base, ...ends)];
  const names = JSON.stringify(chart.bars.map((bar) => bar.name));
  const y = {
    field: "row",
    type: "nominal" as const,
    sort: null,
    title: null,
    axis: {
      ticks: false,
      domain: false,
      labelPadding: 8,
      labelLimit: 340,
      labelExpr: `${names}[toNumber(datum.value)]`,
    },
    scale: { paddingInner: 0.45, paddingOuter: 0.25 },
  };
  const x = {
    field: "value",
    type: "quantitative" as const,
    title: chart.valueTitle,
    scale: { domain, nice: chart.maximum === undefined, zero: false },
    axis: { tickCount: 6 },
  };
  const intervals = chart.bars.some((bar) => bar.low !== undefined && bar.high !== undefined);
  // Room on the right for the numbers, which stand outside the plotting area.
  const labelRoom = Math.max(...rows.map((row) => row.label.length)) * 7.5 + 12;
  return renderVegaLite({
    title: { text: chart.title, subtitle: captionLines(chart.caption, 72) },
    width: PLOT_WIDTH - labelRoom,
    height: { step: 38 },
    data: { values: rows },
    layer: [
      {
        mark: { type: "bar", cornerRadiusEnd: 2 },
        encoding: {
          y,
          x,
          x2: { field: "base" },
          color: {
            field: "group",
            type: "nominal",
            scale: { domain: groups, range: colors.series.slice(0, groups.length) },
            legend: groups.length > 1 ? { symbolType: "square", symbolSize: 160 } : null,
          },
        },
      },
      ...(intervals
        ? [
          {
            transform: [{ filter: "isValid(datum.low) && isValid(datum.high)" }],
            mark: { type: "rule" as const, strokeWidth: 2, color: colors.text },
            encoding: { y, x: { ...x, field: "low" }, x2: { field: "high" } },
          },
          ...["low", "high"].map((field) => ({
            transform: [{ filter: `isValid(datum.${field})` }],
            mark: { type: "tick" as const, thickness: 2, size: 9, color: colors.text },
            encoding: { y, x: { ...x, field } },
          })),
        ]
        : []),
      {
        mark: { type: "text", align: "left", dx: 10, fontSize: 13, color: colors.text },
        encoding: { y, x: { value: "width" }, text: { field: "label" } },
      },
    ],
  }, chart.theme);
}
