/**
 * ECG traces on ECG paper.
 *
 * @module
 */

import { ECG_PAPER, FONT, INK } from "./style.ts";
import { escapeSvg, round, svgText, tracePath } from "./svg.ts";
import { captionLines } from "./vega_chart.ts";

/** One curve of a panel. */
export interface EcgTrace {
  /** Named in the legend; traces of one name share their look. */
  readonly name: string;
  /** mV, one value a sample; values that are not finite leave a gap. */
  readonly samples: ArrayLike<number>;
}

/** One strip of paper with a label above its left corner. */
export interface EcgPanel {
  /** Such as the lead's name. */
  readonly label: string;
  /** Drawn in this order, the last one on top. */
  readonly traces: readonly EcgTrace[];
  /** Stretches on darker paper, from and to in seconds. */
  readonly shaded?: readonly (readonly [from: number, to: number])[];
}

/** What {@link ecgChart} draws. */
export interface EcgChart {
  readonly title: string;
  readonly caption?: string;
  /** Hz. */
  readonly samplingRate: number;
  /** Filled column by column, as 12-lead paper is read (I, II, III, then AVR, AVL, AVF, ...). */
  readonly panels: readonly EcgPanel[];
  /** Columns of panels. Default 1. */
  readonly columns?: number;
  /** First second shown. Default 0. */
  readonly from?: number;
  /** Seconds shown in each panel; default to the end of the longest trace. */
  readonly seconds?: number;
  /** Lowest and highest mV of every panel; default from the traces shown in its row, at least ±0.5. */
  readonly range?: readonly [number, number];
}

/** Pixels of a column of full width; a chart of several columns divides it. */
const PAPER_WIDTH = 860;
const MARGIN = 18;
const COLUMN_GAP = 14;
/** Between rows of panels, with room for the labels above each. */
const ROW_GAP = 25;
/** Below the grid, a little darker than the paper. */
const SHADE = "#e3e6ea";
// Black over blue: as different in lightness as in hue, so gray prints work too. The first trace of
// a comparison is the paler one.
const SINGLE = [ECG_PAPER.trace];
const PAIR = ["#4a9bd1", ECG_PAPER.trace];
const TRIO = ["#4a9bd1", "#D55E00", ECG_PAPER.trace];
const MANY = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"];

/**
 * Draws panels at the proportions of ECG paper: 1 s is as long as 2.5 mV are high (25 mm/s and
 * 10 mm/mV). There are fine lines every 0.04 s and 0.1 mV when there is room, strong ones every 0.2 s
 * and 0.5 mV. All panels share one scale.
 *
 * @returns SVG text
 * @throws {RangeError} No panels, nothing to show in the stretch asked for, or a bad sampling rate
 */
export function ecgChart(chart: EcgChart): string {
  const { panels, samplingRate } = chart;
  const columns = Math.min(chart.columns ?? 1, panels.length);
  const from = chart.from ?? 0;
  if (!(samplingRate > 0)) throw new RangeError(`samplingRate is ${samplingRate}: give Hz above 0`);
  if (panels.length === 0) throw new RangeError("No panels given: give at least one");
  const longest = Math.max(...panels.flatMap((p) => p.traces.map((t) => t.samples.length)));
  const seconds = chart.seconds ?? longest / samplingRate - from;
  if (!(seconds > 0)) {
    throw new RangeError(
      `Nothing to show from ${from} s: traces end at ${longest / samplingRate} s`,
    );
  }

  const first = Math.max(0, Math.ceil(from * samplingRate));
  const last = Math.floor((from + seconds) * samplingRate);
  const rows = Math.ceil(panels.length / columns);
  const rowOf = (index: number) => index % rows;
  const width = (PAPER_WIDTH - COLUMN_GAP * (columns - 1)) / columns;
  const pixelsPerSecond = width / seconds;
  const pixelsPerMillivolt = pixelsPerSecond / 2.5;
  // Panels side by side share their zero line; each row is as high as its traces need.
  const ranges = Array.from({ length: rows }, (_, row) =>
    chart.range ??
      amplitudeRange(panels.filter((_, index) => rowOf(index) === row), first, last));
  const heights = ranges.map(([bottom, top]) => (top - bottom) * pixelsPerMillivolt);

  const names = [...new Set(panels.flatMap((panel) => panel.traces.map((trace) => trace.name)))];
  const palette = [SINGLE, PAIR, TRIO].find((colors) => colors.length === names.length) ?? MANY;
  const colorOf = (name: string) => palette[names.indexOf(name) % palette.length];

  const caption = captionLines(chart.caption, 125);
  const totalWidth = PAPER_WIDTH + 2 * MARGIN;
  let y = MARGIN + 16;
  const body: string[] = [
    svgText(MARGIN, y, chart.title, `font-size="17" font-weight="600" fill="${INK.text}"`),
  ];
  for (const line of caption) {
    y += 19;
    body.push(svgText(MARGIN, y, line, `font-size="13" fill="${INK.muted}"`));
  }
  if (names.length > 1) {
    y += 22;
    let x = MARGIN;
    for (const name of names) {
      body.push(
        `<line x1="${x}" x2="${x + 26}" y1="${y - 4}" y2="${y - 4}" stroke="${
          colorOf(name)
        }" stroke-width="2.5"/>`,
        svgText(x + 33, y, name, `font-size="13" fill="${INK.text}"`),
      );
      x += 33 + name.length * 7.5 + 24;
    }
  }
  y += ROW_GAP + 2;

  body.push(definitions(width, heights, pixelsPerSecond, from, ranges[0][1]));
  for (const [index, panel] of panels.entries()) {
    const row = rowOf(index);
    const height = heights[row];
    const top = ranges[row][1];
    const left = MARGIN + Math.floor(index / rows) * (width + COLUMN_GAP);
    const upper = y + heights.slice(0, row).reduce((sum, each) => sum + each + ROW_GAP, 0);
    body.push(
      `<g transform="translate(${round(left)} ${round(upper)})">`,
      `<rect width="${round(width)}" height="${round(height)}" fill="${ECG_PAPER.paper}"/>`,
      ...(panel.shaded ?? []).flatMap(([start, end]) => {
        const x = Math.max(0, (start - from) * pixelsPerSecond);
        const wide = Math.min(width, (end - from) * pixelsPerSecond) - x;
        return wide > 0
          ? `<rect x="${round(x)}" width="${round(wide)}" height="${
            round(height)
          }" fill="${SHADE}"/>`
          : [];
      }),
      `<rect width="${round(width)}" height="${
        round(height)
      }" fill="url(#paper)" stroke="${ECG_PAPER.largeGrid}"/>`,
      `<g clip-path="url(#row${row})">`,
      // A tenth of a pixel is finer than any screen.
      `<g transform="scale(0.1)" fill="none" stroke-linejoin="round" stroke-width="15">`,
    );
    for (const trace of panel.traces) {
      const d = tracePath(trace.samples, first, last, (i, value) => [
        10 * (i / samplingRate - from) * pixelsPerSecond,
        10 * (top - value) * pixelsPerMillivolt,
      ]);
      body.push(`<path d="${d}" stroke="${colorOf(trace.name)}"/>`);
    }
    body.push(
      "</g></g>",
      svgText(1, -6, panel.label, `font-size="13" font-weight="600" fill="${INK.text}"`),
      "</g>",
    );
  }
  y += heights.reduce((sum, each) => sum + each + ROW_GAP, -ROW_GAP);

  // Seconds under every column.
  const tick = tickStep(seconds, width);
  for (let column = 0; column < columns; column++) {
    const left = MARGIN + column * (width + COLUMN_GAP);
    for (let k = Math.ceil(from / tick - 1e-9); k * tick <= from + seconds + 1e-9; k++) {
      const x = left + (k * tick - from) * pixelsPerSecond;
      const anchor = x - left < 8 ? "start" : left + width - x < 8 ? "end" : "middle";
      const label = `${Number((k * tick).toFixed(2))}${anchor === "end" ? " s" : ""}`;
      body.push(
        `<line x1="${round(x)}" x2="${round(x)}" y1="${round(y)}" y2="${
          round(y + 4)
        }" stroke="${INK.axis}"/>`,
        svgText(x, y + 18, label, `font-size="12" text-anchor="${anchor}" fill="${INK.text}"`),
      );
    }
  }
  y += 38;
  body.push(svgText(
    MARGIN,
    y,
    `Time in s; strong lines every 0.2 s and 0.5 mV (25 mm/s, 10 mm/mV)`,
    `font-size="12" fill="${INK.muted}"`,
  ));
  const totalHeight = Math.ceil(y + MARGIN - 6);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${totalWidth}" height="${totalHeight}" viewBox="0 0 ${totalWidth} ${totalHeight}" font-family="${FONT}" role="img" aria-label="${
      escapeSvg(chart.title)
    }">`,
    `<rect width="100%" height="100%" fill="${INK.paper}"/>`,
    ...body,
    "</svg>",
  ].join("\n");
}

/** Range of the samples shown, widened to strong lines (0.5 mV) with some air, at least ±0.5 mV. */
function amplitudeRange(
  panels: readonly EcgPanel[],
  first: number,
  last: number,
): [number, number] {
  let low = -0.5;
  let high = 0.5;
  for (const { traces } of panels) {
    for (const { samples } of traces) {
      for (let i = first; i <= Math.min(last, samples.length - 1); i++) {
        if (samples[i] < low) low = samples[i];
        if (samples[i] > high) high = samples[i];
      }
    }
  }
  // One wild sample must not flatten every panel: beyond ±5 mV traces are clipped.
  return [
    Math.max(-5, Math.floor(low / 0.5 - 0.1) * 0.5),
    Math.min(5, Math.ceil(high / 0.5 + 0.1) * 0.5),
  ];
}

/** Grid pattern (aligned to whole seconds and to 0 mV; rows differ by whole tiles) and clips. */
function definitions(
  width: number,
  heights: readonly number[],
  pixelsPerSecond: number,
  from: number,
  top: number,
): string {
  const large = 0.2 * pixelsPerSecond; // 5 mm: 0.2 s wide and 0.5 mV high
  const small = large / 5;
  const shift = -((from / 0.2) % 1) * large;
  const rise = ((top / 0.5) % 1) * large;
  const lines: string[] = [];
  if (small >= 2.5) {
    let d = "";
    for (let k = 1; k < 5; k++) {
      d += `M${round(k * small)} 0V${round(large)}M0 ${round(k * small)}H${round(large)}`;
    }
    lines.push(`<path d="${d}" stroke="${ECG_PAPER.smallGrid}" stroke-width="0.7"/>`);
  }
  lines.push(
    `<path d="M0 0H${round(large)}M0 0V${
      round(large)
    }" stroke="${ECG_PAPER.largeGrid}" stroke-width="1.6"/>`,
  );
  return [
    "<defs>",
    `<pattern id="paper" patternUnits="userSpaceOnUse" x="${round(shift)}" y="${
      round(rise)
    }" width="${round(large)}" height="${round(large)}">${lines.join("")}</pattern>`,
    ...heights.map((height, row) =>
      `<clipPath id="row${row}"><rect width="${round(width)}" height="${
        round(height)
      }"/></clipPath>`
    ),
    "</defs>",
  ].join("\n");
}

/** The smallest round step that leaves 45 pixels between labels. */
function tickStep(seconds: number, width: number): number {
  for (const step of [0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60]) {
    if (width * step / seconds >= 45) return step;
  }
  return 300;
}
