/** Counts or scores of several series in several groups. */

import { chartColors, PLOT_HEIGHT, PLOT_WIDTH, SERIES_COLORS } from "./style.ts";
import { captionLines, type ChartText, colorBy, renderVegaLite } from "./vega_chart.ts";

/** Bars of one color. */
export interface BarSeries {
  readonly name: string;
  /** One for each group. */
  readonly values: readonly number[];
  /** Ends of the intervals, such as 95 % bootstrap intervals; where one is not finite, none is drawn. */
  readonly low?: readonly number[];
  readonly high?: readonly number[];
}

/** What {@linkcode groupedBarChart} draws. */
export interface GroupedBarChart extends ChartText {
  /** Title of the horizontal axis and names of the groups, from the left. */
  readonly groupTitle: string;
  readonly groups: readonly string[];
  /** Title of the value axis, with its unit. */
  readonly valueTitle: string;
  /** Where bars start: 0, or a meaningful zero such as 0.5 for AUROC (chance). Default 0. */
  readonly base?: number;
  /** End of the value axis; default from the data. */
  readonly maximum?: number;
  /** Up to six. */
  readonly series: readonly BarSeries[];
}

/**
 * Draws groups of upright bars, a color for each series, with their intervals where there are any.
 *
 * @throws {RangeError} No groups or one twice, no series or more than six, or a value that is missing
 *   or not finite
 */
export function groupedBarChart(chart: GroupedBarChart): Promise<string> {
  const { groups, series } = chart;
  const colors = chartColors(chart.theme);
  if (groups.length === 0) throw new RangeError("No groups given: give at least one");
  if (new Set(groups).size < groups.length) {
    throw new RangeError(`Cannot tell groups apart: ${groups.join(", ")}`);
  }
  if (series.length === 0 || series.length > SERIES_COLORS.length) {
    throw new RangeError(`${series.length} series given: draw 1 to ${SERIES_COLORS.length}`);
  }
  const base = chart.base ?? 0;
  const bars = series.flatMap(({ name, values, low, high }) => {
    const fits = [values, low, high].every((list) => (list ?? values).length === groups.length);
    if (!fits || !values.every(Number.isFinite)) {
      throw new RangeError(`Series ${name} needs ${groups.length} finite values`);
    }
    return values.map((value, g) => ({
      series: name,
      group: groups[g],
      value,
      base,
      low: low?.[g] ?? NaN,
      high: high?.[g] ?? NaN,
    }));
  });
  const names = series.map(({ name }) => name);
  const heights = bars.flatMap(({ value, low, high }) => [value, low, high])
    .filter(Number.isFinite);
  const domain = [Math.min(base, ...heights), chart.maximum ?? Math.max(base, ...heights)];
  const x = {
    field: "group",
    type: "nominal" as const,
    sort: null,
    title: chart.groupTitle,
    axis: { ticks: false, labelAngle: 0, labelPadding: 8 },
    scale: { paddingInner: 0.22, paddingOuter: 0.1 },
  };
  const xOffset = { field: "series", scale: { domain: names } };
  const y = {
    field: "value",
    type: "quantitative" as const,
    title: chart.valueTitle,
    scale: { domain, nice: chart.maximum === undefined ? 6 : false, zero: false },
    axis: { tickCount: 6, domain: false },
  };
  const legend = names.length > 1
    ? { symbolType: "square", symbolSize: 160, columns: legendColumns(names) }
    : null;
  const intervals = bars.some(({ low, high }) => Number.isFinite(low + high));
  return renderVegaLite({
    title: { text: chart.title, subtitle: captionLines(chart.caption, 72) },
    width: PLOT_WIDTH,
    height: PLOT_HEIGHT,
    data: { values: bars },
    layer: [
      {
        mark: "bar",
        encoding: {
          x,
          xOffset,
          y,
          y2: { field: "base" },
          color: colorBy("series", names, colors.series, legend),
        },
      },
      ...(intervals
        ? [{
          transform: [{ filter: "isValid(datum.low) && isValid(datum.high)" }],
          mark: { type: "rule" as const, strokeWidth: 1.5, color: colors.text },
          encoding: { x, xOffset, y: { ...y, field: "low" }, y2: { field: "high" } },
        }]
        : []),
    ],
  }, chart.theme);
}

/** All names in one line, or three a line where they are wider than the bars. */
function legendColumns(names: readonly string[]): number {
  const width = names.reduce((sum, name) => sum + 8 * name.length + 34, 0);
  return width > PLOT_WIDTH ? 3 : names.length;
}
