/** A 12-lead ECG as it is printed for reading: 3 × 4 leads above a rhythm strip. */

import { formatNumber, formatScore } from "../text/format.ts";
import { truncate } from "../text/width.ts";
import { ECG_PAPER, INK, SERIES_COLORS } from "./style.ts";
import { round, svgElement, svgPicture, svgText, tracePath } from "./svg.ts";

/** One lead of {@linkcode ClinicalEcg}. */
export interface ClinicalLead {
  /** I, II, III, aVR, aVL, aVF, V1 to V6, in any case. */
  readonly name: string;
  /** mV, one value a sample; values that are not finite leave a gap. */
  readonly samples: ArrayLike<number>;
}

/** Probabilities next to the title. */
export interface ClassProbabilities {
  /** What gave them, such as the name of the checkpoint. */
  readonly caption: string;
  /** In the order of the table; each probability in [0, 1]. */
  readonly classes: readonly { readonly name: string; readonly probability: number }[];
}

/** What {@linkcode clinicalEcg} draws. */
export interface ClinicalEcg {
  readonly title: string;
  /** Name of the record; nothing else that tells of the patient belongs on the sheet. */
  readonly record: string;
  /** Hz. */
  readonly samplingRate: number;
  /** The twelve leads in any order; others are not drawn. */
  readonly leads: readonly ClinicalLead[];
  /** Second at which the sheet begins. Default 0. */
  readonly from?: number;
  readonly probabilities?: ClassProbabilities;
}

/** Leads as they are arranged on paper, row by row. */
const LAYOUT = [
  ["I", "aVR", "V1", "V4"],
  ["II", "aVL", "V2", "V5"],
  ["III", "aVF", "V3", "V6"],
] as const;
const RHYTHM = "II";
const COLUMN_SECONDS = 2.5;
const SHEET_SECONDS = 10;

// All lengths are in millimeters.
const MM_PER_SECOND = 25;
const FULL_GAIN = 10;
const HALF_GAIN = 5;
/** Grid: 10 mm for the calibration pulse, 250 mm for 10 s, 5 mm of air. */
const GRID_WIDTH = 265;
const GRID_HEIGHT = 155;
const PULSE_WIDTH = 10;
/** Middles of the rows, on strong lines: room for 3 mV above the first and 2 mV below the last. */
const BASELINES = [30, 65, 100, 135] as const;
const ROW_DISTANCE = 35;
/** With the grid 277 mm: fits A4 and US Letter on their side, unscaled. */
const MARGIN = 6;
const TABLE_ROWS = 5;
const TABLE_COLUMN = 62;

/** One drawn piece: a lead in a column, or the rhythm strip. */
interface Strip {
  readonly lead: string;
  readonly samples: ArrayLike<number>;
  /** Row, 0 to 3. */
  readonly row: number;
  /** Left end on the grid. */
  readonly x: number;
  /** Second at the left end. */
  readonly start: number;
  /** First and last sample. */
  readonly first: number;
  readonly last: number;
  /** mV at the middle of the row. */
  readonly center: number;
}

/**
 * Draws a sheet of ECG paper in true millimeters: 25 mm/s and 10 mm/mV, lines every 1 mm and 5 mm, a
 * calibration pulse of 1 mV and 0.2 s before every row. Columns of 2.5 s follow each other in time,
 * above 10 s of lead II; in a record shorter than that, the later columns start earlier and the
 * sheet says where. Nothing is filtered; the median of every strip is at the middle of its row.
 *
 * Traces may cross those of other rows, as on paper. Where one would leave the paper or pass the
 * middle of the neighboring row (3.5 mV), all are drawn at 5 mm/mV; a trace that leaves the paper even
 * so is cut off there. The sheet says both and names the leads.
 *
 * @returns SVG text of 277 mm × about 200 mm, which fits A4 and US Letter
 * @throws {RangeError} A lead is missing, the rate is no positive number, the record ends before
 * `from`, or a probability is outside [0, 1]
 */
export function clinicalEcg(ecg: ClinicalEcg): string {
  const { samplingRate, from = 0, probabilities } = ecg;
  if (!(samplingRate > 0 && Number.isFinite(samplingRate))) {
    throw new RangeError(`samplingRate is ${samplingRate}: give Hz above 0`);
  }
  for (const { name, probability } of probabilities?.classes ?? []) {
    if (!(probability >= 0 && probability <= 1)) {
      throw new RangeError(`Probability of ${name} is ${probability}: give one in [0, 1]`);
    }
  }
  const leads = findLeads(ecg.leads);
  const duration = Math.max(...[...leads.values()].map(({ length }) => length)) / samplingRate;
  if (!(from >= 0 && from < duration)) {
    throw new RangeError(`Nothing to show from ${from} s: the record has ${duration} s`);
  }
  const strips = layOut(leads, samplingRate, from, Math.min(SHEET_SECONDS, duration - from));
  const large = strips.filter((strip) =>
    leavesPaper(strip, FULL_GAIN) || reach(strip) * FULL_GAIN > ROW_DISTANCE
  );
  const gain = large.length > 0 ? HALF_GAIN : FULL_GAIN;

  const header = drawHeader(ecg, duration, from);
  const gridTop = MARGIN + header.height;
  const notes = [`25 mm/s ${gain} mm/mV`];
  if (large.length > 0) {
    notes.push(
      `half gain for ${listLeads(large, (strip) => ` (${formatNumber(reach(strip), 2)} mV)`)}`,
    );
  }
  const cut = strips.filter((strip) => leavesPaper(strip, gain));
  if (cut.length > 0) notes.push(`cut off at the edge: ${listLeads(cut, () => "")}`);
  const starts = LAYOUT[0].map((_, column) => strips[column].start);
  if (starts.some((start, column) => start !== from + column * COLUMN_SECONDS)) {
    notes.push(`columns start at ${starts.map((start) => formatNumber(start)).join(", ")} s`);
  }
  const height = gridTop + GRID_HEIGHT + 5 + MARGIN;
  return svgPicture(GRID_WIDTH + 2 * MARGIN, height, "mm", ecg.title, [
    ...header.body,
    `<g transform="translate(${MARGIN} ${round(gridTop)})">`,
    ...drawGrid(),
    ...strips.map(drawLabel),
    `<clipPath id="grid"><rect width="${GRID_WIDTH}" height="${GRID_HEIGHT}"/></clipPath>`,
    // Traces in hundredths of a millimeter.
    `<g clip-path="url(#grid)"><g transform="scale(0.01)" fill="none" ` +
    `stroke="${ECG_PAPER.trace}" stroke-width="28" stroke-linejoin="round">`,
    ...BASELINES.map((y) => drawPulse(y, gain)),
    ...strips.map((strip) => drawTrace(strip, samplingRate, gain)),
    "</g></g></g>",
    smallText(MARGIN, height - MARGIN, notes.join(" · ")),
  ]);
}

/** Names of strips; lead II, which is drawn twice, once. */
function listLeads(strips: readonly Strip[], remark: (strip: Strip) => string): string {
  const byLead = new Map(strips.map((strip) => [strip.lead, strip]));
  return [...byLead.values()].map((strip) => strip.lead + remark(strip)).join(", ");
}

/** Samples of the twelve leads by the name they have on paper. */
function findLeads(given: readonly ClinicalLead[]): Map<string, ArrayLike<number>> {
  const byName = new Map(given.map(({ name, samples }) => [name.toLowerCase(), samples]));
  const names = LAYOUT.flat();
  const missing = names.filter((name) => !byName.has(name.toLowerCase()));
  if (missing.length > 0) {
    throw new RangeError(
      `Cannot draw 12 leads: ${missing.join(", ")} missing, got ` +
        given.map(({ name }) => name).join(", "),
    );
  }
  return new Map(names.map((name) => [name, byName.get(name.toLowerCase())!]));
}

/** The twelve pieces, row by row, then the rhythm strip. */
function layOut(
  leads: ReadonlyMap<string, ArrayLike<number>>,
  samplingRate: number,
  from: number,
  shown: number,
): Strip[] {
  const strip = (lead: string, row: number, column: number, start: number, seconds: number) => {
    const samples = leads.get(lead)!;
    // A hair more, since 2.5 s times a rate may fall just short of a whole number.
    const first = Math.ceil(start * samplingRate - 1e-6);
    const last = Math.floor((start + seconds) * samplingRate + 1e-6);
    const x = PULSE_WIDTH + column * COLUMN_SECONDS * MM_PER_SECOND;
    return { lead, samples, row, x, start, first, last, center: median(samples, first, last) };
  };
  const latest = Math.max(0, shown - COLUMN_SECONDS);
  return [
    ...LAYOUT.flatMap((names, row) =>
      names.map((lead, column) => {
        const start = from + Math.min(column * COLUMN_SECONDS, latest);
        return strip(lead, row, column, start, Math.min(COLUMN_SECONDS, shown));
      })
    ),
    strip(RHYTHM, LAYOUT.length, 0, from, shown),
  ];
}

/** Median of the finite samples from `first` to `last`; 0 where there is none. */
function median(samples: ArrayLike<number>, first: number, last: number): number {
  const sorted = Float64Array.from(finite(samples, first, last)).sort();
  return sorted.length === 0 ? 0 : sorted[sorted.length >> 1];
}

function* finite(samples: ArrayLike<number>, first: number, last: number): Generator<number> {
  for (let i = first; i <= Math.min(last, samples.length - 1); i++) {
    if (Number.isFinite(samples[i])) yield samples[i];
  }
}

/** How far a strip goes below (negative) and above the middle of its row, mV. */
function extremes({ samples, first, last, center }: Strip): [low: number, high: number] {
  let [low, high] = [0, 0];
  for (const value of finite(samples, first, last)) {
    low = Math.min(low, value - center);
    high = Math.max(high, value - center);
  }
  return [low, high];
}

/** The farthest that a strip goes from its middle, mV. */
function reach(strip: Strip): number {
  return Math.max(...extremes(strip).map(Math.abs));
}

function leavesPaper(strip: Strip, gain: number): boolean {
  const [low, high] = extremes(strip);
  const y = BASELINES[strip.row];
  return y - high * gain < 0 || y - low * gain > GRID_HEIGHT;
}

function drawTrace(strip: Strip, samplingRate: number, gain: number): string {
  const { samples, first, last, start, x, row, center } = strip;
  const d = tracePath(samples, first, last, (i, value) => [
    100 * (x + (i / samplingRate - start) * MM_PER_SECOND),
    100 * (BASELINES[row] - (value - center) * gain),
  ]);
  return `<path d="${d}"/>`;
}

/** 1 mV for 0.2 s, with 2.5 mm before and after. */
function drawPulse(y: number, gain: number): string {
  return `<path d="m0 ${100 * y}h250v${-100 * gain}h500v${100 * gain}h250"/>`;
}

/** Name of the lead and, between columns, the marks that part them. */
function drawLabel({ lead, row, x }: Strip): string {
  const y = BASELINES[row];
  const label = svgText(
    x + 1.5,
    y - 12,
    lead,
    // A halo of paper sets the name off the grid; traces are drawn over both.
    `font-size="3.8" font-weight="600" fill="${INK.text}" paint-order="stroke" ` +
      `stroke="${ECG_PAPER.paper}" stroke-width="1.2" stroke-linejoin="round"`,
  );
  if (x === PULSE_WIDTH) return label;
  return `${label}<path d="M${x} ${y - 10}v4m0 12v4" stroke="${ECG_PAPER.trace}" ` +
    `stroke-width="0.28"/>`;
}

/** Lines every 1 mm and, stronger, every 5 mm. */
function drawGrid(): string[] {
  const lines = (strong: boolean, stroke: string, width: number) => {
    const upTo = (end: number) =>
      [...Array(end + 1).keys()].filter((mm) => (mm % 5 === 0) === strong);
    const d = upTo(GRID_WIDTH).map((x) => `M${x} 0v${GRID_HEIGHT}`).join("") +
      upTo(GRID_HEIGHT).map((y) => `M0 ${y}h${GRID_WIDTH}`).join("");
    return svgElement("path", { d, stroke, "stroke-width": width });
  };
  return [
    svgElement("rect", { width: GRID_WIDTH, height: GRID_HEIGHT, fill: ECG_PAPER.paper }),
    lines(false, ECG_PAPER.smallGrid, 0.12),
    lines(true, ECG_PAPER.largeGrid, 0.22),
  ];
}

/** Title and facts on the left, probabilities on the right. */
function drawHeader(
  { title, record, samplingRate, probabilities }: ClinicalEcg,
  duration: number,
  from: number,
): { body: string[]; height: number } {
  const classes = probabilities?.classes ?? [];
  const columns = Math.min(2, Math.ceil(classes.length / TABLE_ROWS));
  const rows = columns === 0 ? 0 : Math.ceil(classes.length / columns);
  const tableLeft = MARGIN + GRID_WIDTH - columns * TABLE_COLUMN;
  // 1.9 and 3.1 mm are about the width of a character of the two sizes.
  const room = tableLeft - MARGIN - 4;
  const shown = duration - from > SHEET_SECONDS || from > 0
    ? `, shown from ${formatNumber(from)} to ${
      formatNumber(Math.min(duration, from + SHEET_SECONDS))
    } s`
    : "";
  const facts = [
    `Record ${record}`,
    `${formatNumber(samplingRate)} Hz, ${formatNumber(duration)} s${shown}`,
    "Filters: none",
  ];
  const body = [
    svgText(
      MARGIN,
      MARGIN + 5,
      truncate(title, Math.floor(room / 3.1)),
      `font-size="5.4" fill="${INK.text}" font-weight="600"`,
    ),
    ...facts.map((fact, i) =>
      smallText(MARGIN, MARGIN + 11 + 4.6 * i, truncate(fact, Math.floor(room / 1.9)))
    ),
  ];
  if (columns > 0) {
    const caption = truncate(probabilities!.caption, Math.floor(columns * TABLE_COLUMN / 1.9));
    body.push(smallText(tableLeft, MARGIN + 3.4, caption, INK.muted));
    for (const [i, { name, probability }] of classes.entries()) {
      const x = tableLeft + Math.floor(i / rows) * TABLE_COLUMN;
      const y = MARGIN + 8.4 + 4.4 * (i % rows);
      const bar = (width: number, fill: string) =>
        svgElement("rect", { x: x + 22, y: y - 2.4, width, height: 2.4, fill });
      body.push(
        smallText(x, y, truncate(name, 11)) + bar(26, INK.grid) +
          bar(26 * probability, SERIES_COLORS[0]) + smallText(x + 50, y, formatScore(probability)),
      );
    }
  }
  return { body, height: Math.max(23, rows === 0 ? 0 : 8.4 + 4.4 * (rows - 1) + 3) };
}

function smallText(x: number, y: number, content: string, fill: string = INK.text): string {
  return svgText(x, y, content, `font-size="3.4" fill="${fill}"`);
}
