/**
 * Numbers one below the other, each with its name on the left and written out on the right: what bar
 * charts and interval charts have in common.
 */

import type { TopLevelSpec } from "vega-lite";
import { type ChartColors, chartColors, PLOT_WIDTH } from "./style.ts";
import { captionLines, type ChartText, colorBy, renderVegaLite } from "./vega_chart.ts";

/** One row. */
export interface ChartRow {
  readonly name: string;
  readonly value: number;
  /** Ends of the interval, such as a 95 % bootstrap interval; left out or NaN where there is none. */
  readonly low?: number;
  readonly high?: number;
  /** Rows of one group share a color, and groups a legend; up to six. */
  readonly group?: string;
}

/** What every chart of rows is told. */
export interface RowChartText extends ChartText {
  /** Title of the value axis, with its unit. */
  readonly valueTitle: string;
}

/** Settings of {@linkcode rowChart}. */
export interface RowChart extends RowChartText {
  /** From the top. */
  readonly rows: readonly ChartRow[];
  /** Writes a number. */
  readonly write: (value: number) => string;
  /** A value that the axis shall reach: where bars begin, or the line of no effect. */
  readonly origin: number;
  /** End of the value axis; default from the data. */
  readonly maximum?: number;
  /** Height of a row in pixels. */
  readonly step: number;
  /** Padding between rows. */
  readonly scale?: object;
  readonly legendSymbol: object;
  /** Marks below the numbers. */
  readonly layers: (encodings: Encodings) => object[];
}

/** Axes and colors for the marks, as Vega-Lite takes them. */
export interface Encodings {
  readonly x: object;
  readonly y: object;
  /** By group. */
  readonly color: object;
  readonly colors: Pick<ChartColors, "text" | "axis">;
}

function encodings(chart: RowChart): Encodings {
  const { rows, origin, maximum } = chart;
  const { text, axis, series } = chartColors(chart.theme);
  const groups = [...new Set(rows.map(({ group = "" }) => group))];
  if (groups.length > series.length) {
    throw new RangeError(`${groups.length} groups given: draw up to ${series.length}`);
  }
  const all = [origin, ...rows.flatMap(({ value, low, high }) => [value, low, high])]
    .filter((value) => Number.isFinite(value)) as number[];
  const names = JSON.stringify(rows.map(({ name }) => name));
  return {
    colors: { text, axis },
    y: {
      // By number: two rows of one name would share a place.
      field: "row",
      type: "nominal",
      sort: null,
      title: null,
      axis: {
        ticks: false,
        domain: false,
        grid: false,
        labelPadding: 8,
        labelLimit: 340,
        labelExpr: `${names}[toNumber(datum.value)]`,
      },
      scale: chart.scale,
    },
    x: {
      field: "value",
      type: "quantitative",
      title: chart.valueTitle,
      scale: {
        domain: [Math.min(...all), maximum ?? Math.max(...all)],
        nice: maximum === undefined,
        zero: false,
      },
      axis: { tickCount: 6 },
    },
    color: colorBy("group", groups, series, groups.length > 1 ? chart.legendSymbol : null),
  };
}

/**
 * Draws rows.
 *
 * @throws {RangeError} No rows, more than six groups, or a value that is not finite
 */
export function rowChart(chart: RowChart): Promise<string> {
  const { title, caption, rows, write, theme } = chart;
  if (rows.length === 0) throw new RangeError("No rows given: give at least one");
  const values = rows.map(({ name, value, low = NaN, high = NaN, group = "" }, index) => {
    if (!Number.isFinite(value)) {
      throw new RangeError(`Row ${name} is ${value}: a finite value is needed`);
    }
    const interval = Number.isFinite(low) && Number.isFinite(high)
      ? { low, high }
      : { low: NaN, high: NaN };
    const ends = Number.isFinite(interval.low) ? `  [${write(low)}, ${write(high)}]` : "";
    return { row: `${index}`, value, ...interval, group, label: write(value) + ends };
  });
  const shared = encodings(chart);
  const { y, colors } = shared;
  // Room on the right for the numbers, which are outside the plotting area.
  const labelRoom = Math.max(...values.map(({ label }) => label.length)) * 7.5 + 12;
  return renderVegaLite({
    title: { text: title, subtitle: captionLines(caption, 72) },
    width: Math.max(200, PLOT_WIDTH - labelRoom),
    height: { step: chart.step },
    data: { values },
    layer: [
      ...chart.layers(shared),
      {
        mark: { type: "text", align: "left", dx: 10, fontSize: 13, color: colors.text },
        encoding: { y, x: { value: "width" }, text: { field: "label" } },
      },
    ],
  } as TopLevelSpec, theme);
}
