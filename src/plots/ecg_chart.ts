/** ECG traces on ECG paper. */

import { ECG_PAPER, INK, SERIES_COLORS } from "./style.ts";
import { round, svgElement, svgPicture, svgText, tracePath } from "./svg.ts";
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
  /** From the top. */
  readonly panels: readonly EcgPanel[];
  /** First second shown. Default 0. */
  readonly from?: number;
  /** Seconds shown in each panel; default to the end of the longest trace. */
  readonly seconds?: number;
}

/** Pixels. */
const WIDTH = 860;
const MARGIN = 18;
/** Between panels, with room for the label above each. */
const ROW_GAP = 25;
/** Below the grid, a little darker than the paper. */
const SHADE = "#e3e6ea";
// Black over blue: as different in lightness as in hue, so gray prints work too. The first trace of
// a comparison is the paler one.
const PALETTES: readonly (readonly string[])[] = [
  [ECG_PAPER.trace],
  ["#4a9bd1", ECG_PAPER.trace],
  ["#4a9bd1", "#D55E00", ECG_PAPER.trace],
];

/**
 * Draws panels at the proportions of ECG paper: 1 s is as long as 2.5 mV are high (25 mm/s and
 * 10 mm/mV). There are fine lines every 0.04 s and 0.1 mV when there is room, strong ones every 0.2 s
 * and 0.5 mV. All panels share one scale.
 *
 * @throws {RangeError} No panels, nothing to show in the stretch asked for, or a bad sampling rate
 */
export function ecgChart(chart: EcgChart): string {
  const { panels, samplingRate, from = 0 } = chart;
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
  const pixelsPerSecond = WIDTH / seconds;
  const pixelsPerMillivolt = pixelsPerSecond / 2.5;
  // Each panel is as high as its traces need.
  const ranges = panels.map((panel) => amplitudeRange(panel, first, last));
  const heights = ranges.map(([bottom, top]) => (top - bottom) * pixelsPerMillivolt);
  const names = [...new Set(panels.flatMap((panel) => panel.traces.map((trace) => trace.name)))];
  const palette = PALETTES[names.length - 1] ?? SERIES_COLORS;
  const colorOf = (name: string) => palette[names.indexOf(name) % palette.length];

  let y = MARGIN + 16;
  const body: string[] = [
    svgText(MARGIN, y, chart.title, `font-size="17" font-weight="600" fill="${INK.text}"`),
  ];
  for (const line of captionLines(chart.caption, 125)) {
    y += 19;
    body.push(svgText(MARGIN, y, line, `font-size="13" fill="${INK.muted}"`));
  }
  if (names.length > 1) {
    y += 22;
    let x = MARGIN;
    for (const name of names) {
      const line = { x1: x, x2: x + 26, y1: y - 4, y2: y - 4 };
      body.push(
        svgElement("line", { ...line, "stroke": colorOf(name), "stroke-width": 2.5 }),
        svgText(x + 33, y, name, `font-size="13" fill="${INK.text}"`),
      );
      x += 33 + name.length * 7.5 + 24;
    }
  }
  y += ROW_GAP + 2;

  body.push(definitions(heights, pixelsPerSecond, from, ranges[0][1]));
  for (const [row, { label, traces, shaded = [] }] of panels.entries()) {
    const [height, top] = [heights[row], ranges[row][1]];
    const paper = { width: WIDTH, height };
    body.push(
      `<g transform="translate(${MARGIN} ${round(y)})">`,
      svgElement("rect", { ...paper, fill: ECG_PAPER.paper }),
      ...shaded.flatMap(([start, end]) => {
        const x = Math.max(0, (start - from) * pixelsPerSecond);
        const width = Math.min(WIDTH, (end - from) * pixelsPerSecond) - x;
        return width > 0 ? svgElement("rect", { x, width, height, fill: SHADE }) : [];
      }),
      svgElement("rect", { ...paper, fill: "url(#paper)", stroke: ECG_PAPER.largeGrid }),
      `<g clip-path="url(#row${row})">`,
      // A tenth of a pixel is finer than any screen.
      `<g transform="scale(0.1)" fill="none" stroke-linejoin="round" stroke-width="15">`,
      ...traces.map(({ name, samples }) => {
        const d = tracePath(samples, first, last, (i, value) => [
          10 * (i / samplingRate - from) * pixelsPerSecond,
          10 * (top - value) * pixelsPerMillivolt,
        ]);
        return svgElement("path", { d, stroke: colorOf(name) });
      }),
      "</g></g>",
      svgText(1, -6, label, `font-size="13" font-weight="600" fill="${INK.text}"`),
      "</g>",
    );
    y += height + ROW_GAP;
  }
  y -= ROW_GAP;

  const tick = tickStep(seconds);
  for (let k = Math.ceil(from / tick - 1e-9); k * tick <= from + seconds + 1e-9; k++) {
    const inside = (k * tick - from) * pixelsPerSecond;
    const x = MARGIN + inside;
    const anchor = inside < 8 ? "start" : WIDTH - inside < 8 ? "end" : "middle";
    const label = `${Number((k * tick).toFixed(2))}${anchor === "end" ? " s" : ""}`;
    body.push(
      svgElement("line", { x1: x, x2: x, y1: y, y2: y + 4, stroke: INK.axis }),
      svgText(x, y + 18, label, `font-size="12" text-anchor="${anchor}" fill="${INK.text}"`),
    );
  }
  y += 38;
  const note = "Time in s; strong lines every 0.2 s and 0.5 mV (25 mm/s, 10 mm/mV)";
  body.push(svgText(MARGIN, y, note, `font-size="12" fill="${INK.muted}"`));
  return svgPicture(WIDTH + 2 * MARGIN, Math.ceil(y + MARGIN - 6), "", chart.title, body);
}

/** Range of the samples shown, widened to strong lines (0.5 mV) with some air, at least ±0.5 mV. */
function amplitudeRange({ traces }: EcgPanel, first: number, last: number): [number, number] {
  let [low, high] = [-0.5, 0.5];
  for (const { samples } of traces) {
    for (let i = first; i <= Math.min(last, samples.length - 1); i++) {
      if (samples[i] < low) low = samples[i];
      if (samples[i] > high) high = samples[i];
    }
  }
  // One wild sample must not flatten every panel: beyond ±5 mV traces are clipped.
  return [
    Math.max(-5, Math.floor(low / 0.5 - 0.1) * 0.5),
    Math.min(5, Math.ceil(high / 0.5 + 0.1) * 0.5),
  ];
}

/** Grid pattern (aligned to whole seconds and to 0 mV; panels differ by whole tiles) and clips. */
function definitions(
  heights: readonly number[],
  pixelsPerSecond: number,
  from: number,
  top: number,
): string {
  const tile = 0.2 * pixelsPerSecond; // 5 mm: 0.2 s wide and 0.5 mV high
  const [x, y] = [round(-((from / 0.2) % 1) * tile), round(((top / 0.5) % 1) * tile)];
  const end = round(tile);
  const line = (d: string, stroke: string, width: number) =>
    svgElement("path", { d, stroke, "stroke-width": width });
  const fine = [1, 2, 3, 4].map((k) => round(k * tile / 5))
    .map((at) => `M${at} 0V${end}M0 ${at}H${end}`).join("");
  return [
    "<defs>",
    `<pattern id="paper" patternUnits="userSpaceOnUse" x="${x}" y="${y}" width="${end}" ` +
    `height="${end}">` + (tile / 5 >= 2.5 ? line(fine, ECG_PAPER.smallGrid, 0.7) : "") +
    line(`M0 0H${end}M0 0V${end}`, ECG_PAPER.largeGrid, 1.6) + "</pattern>",
    ...heights.map((height, row) =>
      `<clipPath id="row${row}">${svgElement("rect", { width: WIDTH, height })}</clipPath>`
    ),
    "</defs>",
  ].join("\n");
}

/** The smallest round step that leaves 45 pixels between labels. */
function tickStep(seconds: number): number {
  return [0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60].find((step) => WIDTH * step / seconds >= 45) ?? 300;
}
