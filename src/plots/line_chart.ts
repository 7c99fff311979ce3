/** Curves over steps or epochs. */

import {
  type ChartColors,
  chartColors,
  PLOT_HEIGHT,
  PLOT_WIDTH,
  SERIES_COLORS,
  SERIES_DASHES,
} from "./style.ts";
import { captionLines, type ChartText, colorBy, renderVegaLite } from "./vega_chart.ts";

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
  /** Ticks at whole numbers only, for counts such as epochs. Default false. */
  readonly whole?: boolean;
}

/** One plotting area of {@linkcode linePanels}. */
export interface LinePanel {
  /** Title above it, where there are several. */
  readonly heading?: string;
  readonly x: Axis;
  /** A vertical axis of its own, in place of the one that panels share. */
  readonly ownY?: Axis;
  /** A thin straight line from one point to another, such as the diagonal of chance. */
  readonly guide?: readonly [from: readonly [number, number], to: readonly [number, number]];
  /** Up to six; more cannot be told apart. */
  readonly series: readonly LineSeries[];
}

/** What {@linkcode linePanels} draws. */
export interface LinePanels extends ChartText {
  /** The axis that all panels share. */
  readonly y: Axis;
  /** Marks every value, for curves through few measurements. */
  readonly points?: boolean;
  /** Plotting areas as wide as high, for two axes of one unit. */
  readonly square?: boolean;
  /** Panels in a row. Default all. */
  readonly columns?: number;
  readonly panels: readonly LinePanel[];
}

/** What {@link lineChart} draws. */
export interface LineChart extends Omit<LinePanels, "panels">, LinePanel {}

/**
 * Draws curves with a legend on top when there are several, each with its own color and dash.
 *
 * @throws {RangeError} No series, more than six, or arrays of different lengths
 */
export function lineChart({ x, series, ...chart }: LineChart): Promise<string> {
  return linePanels({ ...chart, panels: [{ x, series }] });
}

/**
 * Draws line charts side by side on one vertical scale, so that heights compare.
 *
 * @throws {RangeError} No panels, or as {@linkcode lineChart}
 */
export function linePanels(chart: LinePanels): Promise<string> {
  const { title, caption, y, points, panels, square, theme } = chart;
  if (panels.length === 0) throw new RangeError("No panels given: give at least one");
  const columns = Math.min(chart.columns ?? panels.length, panels.length);
  const { width, height } = panelSize(columns, square ?? false);
  // Panels of the same series need one legend only; else colors are those of their own panel.
  const names = panels.map(({ series }) => JSON.stringify(series.map(({ name }) => name)));
  const colors = new Set(names).size === 1 ? "shared" as const : "independent" as const;
  const ownY = panels.some((panel) => panel.ownY !== undefined);
  return renderVegaLite({
    title: {
      text: title,
      subtitle: captionLines(caption, Math.round(72 * Math.max(width * columns, 360) / PLOT_WIDTH)),
    },
    spacing: 34,
    resolve: {
      scale: { y: ownY ? "independent" : "shared", color: colors, strokeDash: colors },
    },
    columns,
    concat: panels.map((panel, index) => ({
      width,
      height,
      title: panel.heading === undefined
        ? undefined
        : { text: panel.heading, fontSize: 14, fontWeight: 500, offset: 8, anchor: "middle" },
      data: { values: tabulate(panel.series) },
      layer: layers(
        panel,
        panel.ownY ?? (index % columns === 0 ? y : { ...y, title: "" }),
        points ?? false,
        chartColors(theme),
        width * (colors === "shared" ? columns : 1),
      ),
    })),
  }, theme);
}

/** Panels side by side are narrower, but not so narrow that their labels run into each other. */
function panelSize(columns: number, square: boolean): { width: number; height: number } {
  if (square) {
    const side = columns === 1 ? 380 : 240;
    return { width: side, height: side };
  }
  return { width: columns === 1 ? PLOT_WIDTH : Math.max(280, 640 / columns), height: PLOT_HEIGHT };
}

type Row = Record<"series", string> & Record<"x" | "y" | "low" | "high", number>;

function tabulate(series: readonly LineSeries[]): Row[] {
  if (series.length === 0 || series.length > SERIES_COLORS.length) {
    throw new RangeError(`${series.length} series given: draw 1 to ${SERIES_COLORS.length}`);
  }
  return series.flatMap(({ name, x, y, low, high }) => {
    for (const other of [y, low, high]) {
      if (other !== undefined && other.length !== x.length) {
        throw new RangeError(`Series ${name} has ${x.length} x values and ${other.length} others`);
      }
    }
    return Array.from({ length: x.length }, (_, i) => ({
      series: name,
      x: x[i],
      y: y[i],
      low: low?.[i] ?? NaN,
      high: high?.[i] ?? NaN,
    }));
  });
}

/** Bands, curves and points of one panel. */
function layers(
  { x: xAxis, series, guide }: LinePanel,
  yAxis: Axis,
  points: boolean,
  colors: ChartColors,
  legendWidth: number,
) {
  const names = series.map((each) => each.name);
  const encodeAxis = (axis: Axis, nice: boolean) => ({
    type: "quantitative" as const,
    title: axis.title,
    scale: {
      type: axis.scale ?? "linear" as const,
      zero: false,
      nice,
      domain: axis.domain?.slice(),
    },
  });
  // Lines as in the chart, also where a pale band shares the color.
  const legend = names.length > 1
    ? {
      symbolType: "stroke",
      symbolOpacity: 1,
      symbolFillColor: "transparent",
      columns: legendColumns(names, legendWidth),
      labelLimit: 420,
    }
    : null;
  const color = colorBy("series", names, colors.series, legend);
  const x = {
    field: "x",
    ...encodeAxis(xAxis, false),
    axis: { grid: false, tickCount: 8, tickMinStep: xAxis.whole ? 1 : undefined },
  };
  const y = { field: "y", ...encodeAxis(yAxis, true), axis: { tickCount: 6, domain: false } };
  const bands = series.some((each) => each.low !== undefined && each.high !== undefined);
  return [
    ...(guide === undefined ? [] : [{
      data: {
        values: [{ x: guide[0][0], y: guide[0][1], x2: guide[1][0], y2: guide[1][1] }],
      },
      mark: { type: "rule" as const, strokeDash: [4, 4], color: colors.axis },
      encoding: { x, y, x2: { field: "x2" }, y2: { field: "y2" } },
    }]),
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
          type: "nominal" as const,
          scale: {
            domain: names,
            range: SERIES_DASHES.slice(0, names.length).map((dash) => [...dash]),
          },
          legend,
        },
      },
    },
    // A single measurement has no line to show it.
    ...(points || series.some((each) => each.x.length === 1)
      ? [{
        mark: { type: "point" as const, filled: true, opacity: 1, size: 60 },
        encoding: { x, y, color },
      }]
      : []),
  ];
}

/** As many names in a line as fit. */
function legendColumns(names: readonly string[], width: number): number {
  const widest = Math.max(...names.map((name) => 8.2 * name.length)) + 44;
  return Math.max(1, Math.min(names.length, Math.floor(width / widest)));
}
