/** Improvements with their intervals next to p-values: what `statistical-tests` draws. */

import { INK, SERIES_COLORS } from "./style.ts";
import { captionLines, type ChartText, renderVegaLite } from "./vega_chart.ts";

/** One metric of one comparison. */
export interface SignificanceRow {
  readonly metric: string;
  /** In % of the baseline's mean; NaN where it is not defined. */
  readonly improvement: number;
  /** Ends of its interval in %; NaN where there is none. */
  readonly low: number;
  readonly high: number;
  /** NaN where nothing was tested. */
  readonly pValue: number;
  /** Corrected for the number of metrics. */
  readonly pHolm: number;
}

/** What {@linkcode significanceChart} draws. */
export interface SignificanceChart extends Omit<ChartText, "theme"> {
  readonly alpha: number;
  /** Each a method against the baseline, with n in its name where they differ in it. */
  readonly comparisons: readonly {
    readonly name: string;
    readonly rows: readonly SignificanceRow[];
  }[];
}

const BETTER = "better";
const WORSE = "worse";
const OPEN = "not significant";
const VERDICTS = [BETTER, WORSE, OPEN];
const COLORS = [SERIES_COLORS[0], SERIES_COLORS[1], INK.muted];
const SHAPES = ["triangle-up", "triangle-down", "circle"];

/** Smaller p-values are drawn at the edge. */
const SMALLEST_P = 1e-6;
const ROW_HEIGHT = 26;
const PANEL_WIDTH = 300;
/** Data of marks that are drawn once, not once a row. */
const ONCE = { values: [{}] };

/**
 * Two panels side by side: on the left improvements in % with their intervals and a line at 0, on the
 * right p-values on a logarithmic axis with a line at alpha. Color and shape say the same: whether
 * the corrected p-value is below alpha, and on which side of 0 the improvement is.
 *
 * @throws {RangeError} No rows, or alpha outside (0, 1)
 */
export function significanceChart(chart: SignificanceChart): Promise<string> {
  const { alpha, comparisons } = chart;
  if (!comparisons.some(({ rows }) => rows.length > 0)) {
    throw new RangeError("No rows given: give at least one");
  }
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`Alpha is ${alpha}: give one in (0, 1)`);
  // A comparison's name is in a row of its own, above its metrics.
  const lines = comparisons.flatMap(({ name, rows }) => [
    { label: name, heading: true },
    ...rows.map((row) => ({
      label: row.metric,
      heading: false,
      improvement: row.improvement,
      low: row.low,
      high: row.high,
      pValue: drawn(row.pValue),
      pHolm: drawn(row.pHolm),
      verdict: verdictOf(row, alpha),
    })),
  ]).map((line, i) => ({ ...line, row: `${i}` }));
  const labels = JSON.stringify(lines.map(({ label }) => label));
  const headings = JSON.stringify(lines.map(({ heading }) => heading));
  const rows = lines.map(({ row }) => row);
  const y = (labeled: boolean) => ({
    field: "row",
    type: "nominal" as const,
    title: null,
    scale: { domain: rows, padding: 0.5 },
    axis: {
      labels: labeled,
      ticks: false,
      domain: false,
      labelPadding: 10,
      labelLimit: 360,
      labelExpr: `${labels}[toNumber(datum.value)]`,
      labelFontWeight: { expr: `${headings}[toNumber(datum.value)] ? 600 : 400` },
    },
  });
  const byVerdict = (range: string[]) => ({
    field: "verdict",
    type: "nominal" as const,
    scale: { domain: VERDICTS, range },
    legend: { symbolSize: 110, symbolStrokeWidth: 0 },
  });
  const [color, shape] = [byVerdict(COLORS), byVerdict(SHAPES)];
  const smallest = Math.min(
    ...lines.flatMap((line) => "pValue" in line ? [line.pValue, line.pHolm] : [])
      .filter(Number.isFinite),
    alpha,
  );
  const p = {
    type: "quantitative" as const,
    title: "p-value (log scale)",
    // Whole powers of ten, so that the axis ends at a tick.
    scale: { type: "log" as const, domain: [10 ** Math.floor(Math.log10(smallest)), 1] },
    axis: {
      tickCount: 5,
      // Without it small ones are written 0.00001, wider than the room between two ticks.
      labelExpr: "format(datum.value, datum.value < 0.001 ? '.0e' : '~g')",
    },
  };
  const improvement = {
    type: "quantitative" as const,
    title: "Improvement over the baseline (%)",
    axis: { tickCount: 6 },
  };
  const panel = { width: PANEL_WIDTH, height: ROW_HEIGHT * lines.length };
  const isValid = (...fields: string[]) => [
    { filter: fields.map((field) => `isValid(datum.${field})`).join(" && ") },
  ];
  const point = { type: "point" as const, filled: true, size: 90, opacity: 1 };
  const right = { y: y(false), x: { ...p, field: "pValue" } };
  return renderVegaLite({
    title: { text: chart.title, subtitle: captionLines(chart.caption, 80) },
    data: { values: lines },
    spacing: 36,
    hconcat: [
      {
        ...panel,
        layer: [
          {
            data: ONCE,
            mark: { type: "rule", color: INK.axis, strokeWidth: 1.5 },
            encoding: { x: { ...improvement, datum: 0 } },
          },
          {
            transform: isValid("low", "high"),
            mark: { type: "rule", strokeWidth: 2 },
            encoding: {
              y: y(true),
              x: { ...improvement, field: "low" },
              x2: { field: "high" },
              color,
            },
          },
          {
            transform: isValid("improvement"),
            mark: point,
            encoding: { y: y(true), x: { ...improvement, field: "improvement" }, color, shape },
          },
        ],
      },
      {
        ...panel,
        layer: [
          {
            data: ONCE,
            mark: { type: "rule", color: INK.text, strokeDash: [5, 4], strokeWidth: 1.5 },
            encoding: { x: { ...p, datum: alpha } },
          },
          {
            data: ONCE,
            mark: { type: "text", align: "left", dx: 5, fontSize: 12, color: INK.text },
            encoding: {
              x: { ...p, datum: alpha },
              y: { value: 8 },
              text: { value: `alpha = ${alpha}` },
            },
          },
          {
            transform: isValid("pHolm"),
            mark: { type: "rule", strokeWidth: 1, color: INK.axis },
            encoding: { ...right, x2: { field: "pHolm" } },
          },
          {
            transform: isValid("pHolm"),
            mark: { type: "tick", thickness: 2.5, size: 13, opacity: 1 },
            encoding: { ...right, color },
          },
          {
            transform: isValid("pHolm"),
            mark: point,
            encoding: { ...right, x: { ...p, field: "pHolm" }, color, shape },
          },
        ],
      },
    ],
    resolve: { scale: { color: "shared", shape: "shared" } },
  });
}

/** What color and shape say. */
function verdictOf({ improvement, pHolm }: SignificanceRow, alpha: number): string {
  return pHolm < alpha ? improvement > 0 ? BETTER : WORSE : OPEN;
}

function drawn(p: number): number {
  return Math.max(SMALLEST_P, p);
}
