/**
 * Counts of several series in several groups.
 *
 * @module
 */

import { PLOT_HEIGHT, PLOT_WIDTH, SERIES_COLORS } from "./style.ts";
import { captionLines, renderVegaLite } from "./vega_chart.ts";

/** What {@linkcode groupedBarChart} draws. */
export interface GroupedBarChart {
  readonly title: string;
  /** Where the numbers come from, with n. */
  readonly caption?: string;
  /** Title of the horizontal axis and names of the groups, from the left. */
  readonly groupTitle: string;
  readonly groups: readonly string[];
  /** Title of the value axis, with its unit. */
  readonly valueTitle: string;
  /** Up to six; `values` has one number for each group. */
  readonly series: readonly { readonly name: string; readonly values: readonly number[] }[];
}

/**
 * Draws groups of upright bars from zero, a colour for each series.
 *
 * @returns SVG text
 * @throws {RangeError} No groups or one twice, no series or more than six, or a value that is missing
 *   or not finite
 *
 * @example
 * ```ts
 * import { groupedBarChart } from "./grouped_bar_chart.ts";
 * const svg = await groupedBarChart({
 *   title: "Records by class and sex",
 *   groupTitle: "Sex",
 *   groups: ["male", "female"],
 *   valueTitle: "Records",
 *   series: [{ name: "NORM", values: [321, 342] }, { name: "MI", values: [227, 147] }],
 * });
 * console.assert(svg.includes("female"));
 * ```
 */
export function groupedBarChart(chart: GroupedBarChart): Promise<string> {
  const { groups, series } = chart;
  if (groups.length === 0) throw new RangeError("No groups given: give at least one");
  if (new Set(groups).size < groups.length) {
    throw new RangeError(`Cannot tell groups apart: ${groups.join(", ")}`);
  }
  if (series.length === 0 || series.length > SERIES_COLORS.length) {
    throw new RangeError(`${series.length} series given: draw 1 to ${SERIES_COLORS.length}`);
  }
  const bars = series.flatMap(({ name, values }) => {
    if (values.length !== groups.length || !values.every(Number.isFinite)) {
      throw new RangeError(`Series ${name} needs ${groups.length} finite values`);
    }
    return values.map((value, g) => ({ series: name, group: groups[g], value }));
  });
  const names = series.map(({ name }) => name);
  return renderVegaLite({
    title: { text: chart.title, subtitle: captionLines(chart.caption, 72) },
    width: PLOT_WIDTH,
    height: PLOT_HEIGHT,
    data: { values: bars },
    mark: "bar",
    encoding: {
      x: {
        field: "group",
        type: "nominal",
        sort: null,
        title: chart.groupTitle,
        axis: { ticks: false, labelAngle: 0, labelPadding: 8 },
        scale: { paddingInner: 0.22, paddingOuter: 0.1 },
      },
      xOffset: { field: "series", scale: { domain: names } },
      y: {
        field: "value",
        type: "quantitative",
        title: chart.valueTitle,
        scale: { nice: 6 },
        axis: { tickCount: 6, domain: false },
      },
      color: {
        field: "series",
        type: "nominal",
        scale: { domain: names, range: SERIES_COLORS.slice(0, names.length) },
        legend: names.length > 1 ? { symbolType: "square", symbolSize: 160 } : null,
      },
    },
  });
}
