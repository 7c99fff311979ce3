/**
 * Curves over steps or epochs.
 *
 * @module
 */

import { PLOT_HEIGHT, PLOT_WIDTH, SERIES_COLORS, SERIES_DASHES } from "./style.ts";
import { captionLines, renderVegaLite } from "./vega_chart.ts";

/** One curve; all arrays of one length. */
export interface LineSeries {
  readonly name: string;
  readonly x: ArrayLike<number>;
  /** Values that are not finite leave a gap. */
  readonly y: ArrayLike<number>;
  /** Lower and upper end of a band around the curve. */
  readonly low?: ArrayLike<number>;
  readonly high?: ArrayLike<number>;
}

/** An axis. */
export interface Axis {
  /** With its unit: "Time (s)", "Loss (nats)". */
  readonly title: string;
  /** Logarithmic with base 10. Default linear. */
  readonly scale?: "linear" | "log";
  /** Ends of the axis; default from the data. */
  readonly domain?: readonly [number, number];
}

/** What {@link lineChart} draws. */
export interface LineChart {
  readonly title: string;
  /** Where the numbers come from, with n. */
  readonly caption?: string;
  readonly x: Axis;
  readonly y: Axis;
  /** Up to six; more cannot be told apart. */
  readonly series: readonly LineSeries[];
}

/**
 * Draws curves with a legend on top when there are several, each with its own colour and dash.
 *
 * @returns SVG text
 * @throws {RangeError} No series, more than six, or arrays of different lengths
 *
 * @example
 * ```ts
 * import { lineChart } from "./line_chart.ts";
 * const svg = await lineChart({
 *   title: "SimCLR loss",
 *   caption: "n = 1,200 records, batch 64",
 *   x: { title: "Epoch" },
 *   y: { title: "NT-Xent (nats)" },
 *   series: [{ name: "training", x: [1, 2, 3], y: [4.8, 3.9, 3.5] }],
 * });
 * console.assert(svg.includes("NT-Xent"));
 * ```
 */
export function lineChart(chart: LineChart): Promise<string> {
  const { series } = chart;
  if (series.length === 0 || series.length > SERIES_COLORS.length) {
    throw new RangeError(`${series.length} series given: draw 1 to ${SERIES_COLORS.length}`);
  }
  const rows: Record<string, number | string | null>[] = [];
  for (const { name, x, y, low, high } of series) {
    for (const other of [y, low, high]) {
      if (other !== undefined && other.length !== x.length) {
        throw new RangeError(`Series ${name} has ${x.length} x values and ${other.length} others`);
      }
    }
    for (let i = 0; i < x.length; i++) {
      rows.push({
        series: name,
        x: x[i],
        y: finiteOrNull(y[i]),
        low: finiteOrNull(low?.[i]),
        high: finiteOrNull(high?.[i]),
      });
    }
  }
  const names = series.map((each) => each.name);
  const encodeAxis = (axis: Axis, nice: boolean) => ({
    type: "quantitative" as const,
    title: axis.title,
    scale: {
      type: axis.scale ?? "linear" as const,
      zero: false,
      nice,
      ...(axis.domain === undefined ? {} : { domain: [...axis.domain] }),
    },
  });
  // Lines as in the chart, also where a pale band shares the colour.
  const legend = names.length > 1
    ? { symbolType: "stroke", symbolOpacity: 1, symbolFillColor: "transparent" }
    : null;
  const color = {
    field: "series",
    type: "nominal" as const,
    scale: { domain: names, range: SERIES_COLORS.slice(0, names.length) },
    legend,
  };
  const x = { field: "x", ...encodeAxis(chart.x, false), axis: { grid: false, tickCount: 8 } };
  const y = { field: "y", ...encodeAxis(chart.y, true), axis: { tickCount: 6, domain: false } };
  const bands = series.some((each) => each.low !== undefined && each.high !== undefined);
  return renderVegaLite({
    title: { text: chart.title, subtitle: captionLines(chart.caption, 72) },
    width: PLOT_WIDTH,
    height: PLOT_HEIGHT,
    data: { values: rows },
    layer: [
      ...(bands
        ? [{
          mark: { type: "area" as const, opacity: 0.18, clip: true },
          encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color },
        }]
        : []),
      {
        mark: { type: "line" as const, strokeWidth: 2.25, clip: true },
        encoding: {
          x,
          y,
          color,
          strokeDash: {
            field: "series",
            type: "nominal",
            scale: {
              domain: names,
              range: SERIES_DASHES.slice(0, names.length).map((dash) => [...dash]),
            },
            legend,
          },
        },
      },
      // A single measurement has no line to show it.
      ...(series.some((each) => each.x.length === 1)
        ? [{ mark: { type: "point" as const, filled: true, size: 60 }, encoding: { x, y, color } }]
        : []),
    ],
  });
}

function finiteOrNull(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
