/**
 * WFDB header files (`.hea`), as described in the manual page header(5) of the WFDB Applications
 * Guide (Moody, Massachusetts Institute of Technology).
 */

import { UserError } from "../../../errors.ts";
import { decimal } from "../../../text/decimal.ts";
import { leadIndex } from "../../signals/lead_names.ts";
import { cannotRead } from "../file_errors.ts";
import type { FileSource } from "./file_source.ts";

/** One signal line of a header, with the documented defaults filled in. */
export interface SignalHeader {
  /** File with the samples, in the folder of the header; `~` where there is none. */
  readonly fileName: string;
  /** Storage format: 8, 16, 24, 32, 61, 80, 160, 212, 310, 311; 0 for none. */
  readonly format: number;
  /** Samples in each frame; the signal's rate is this times the frame rate. */
  readonly samplesPerFrame: number;
  /** Frames by which this signal lags in the file. */
  readonly skew: number;
  /** Bytes before the first sample of the file. */
  readonly byteOffset: number;
  /** Digital units per physical unit; 200 where the header says 0 or nothing. */
  readonly gain: number;
  /** Whether the header states a gain. */
  readonly calibrated: boolean;
  /** Digital value of physical zero; the ADC zero where not stated. */
  readonly baseline: number;
  /** Physical unit, `mV` where not stated. */
  readonly units: string;
  /** Bits of the converter; 12 (10 for format 8) where not stated. */
  readonly adcResolution: number;
  /** Digital value in the middle of the converter's range. */
  readonly adcZero: number;
  /** First sample, or undefined where not stated. */
  readonly initialValue: number | undefined;
  /** Sum of all samples modulo 2¹⁶, in [0, 65535], or undefined where not stated. */
  readonly checksum: number | undefined;
  /** Block size of a special file, usually 0. */
  readonly blockSize: number;
  /** Name of the signal. */
  readonly description: string;
}

/** One line of a multi-segment header. */
export interface SegmentHeader {
  /** Record name, or `~` for a gap. */
  readonly name: string;
  /** Frames; 0 marks the layout segment. */
  readonly frames: number;
}

/** A parsed header. */
export interface WfdbHeader {
  readonly recordName: string;
  /** Frames a second, Hz; 250 where not stated. */
  readonly frameRate: number;
  /** Ticks a second of the counter; the frame rate where not stated. */
  readonly counterFrequency: number;
  /** Counter value of the first sample. */
  readonly baseCounter: number;
  /** Frames in the record, or undefined where the header does not say. */
  readonly frames: number | undefined;
  /** Time of day of the first sample as written, for example `19:46:25.757`. */
  readonly baseTime: string | undefined;
  /** Date of the first sample as `YYYY-MM-DD`. */
  readonly baseDate: string | undefined;
  /** Number of signals that the record line declares. */
  readonly signalCount: number;
  /** Signal lines; empty in a multi-segment header. */
  readonly signals: readonly SignalHeader[];
  /** Segments, or undefined in an ordinary record. */
  readonly segments: readonly SegmentHeader[] | undefined;
  /** Comment lines without their `#`. */
  readonly comments: readonly string[];
}

/** Units per millivolt that the WFDB library assumes for an uncalibrated signal. */
const DEFAULT_GAIN = 200;
const DEFAULT_FRAME_RATE = 250;

/** `26/10/1994` (documented), `12-May-2020` and `2020-05-12` (seen in the challenges). */
const DATES = [
  /^(?<day>\d{1,2})[/.-](?<month>\d{1,2})[/.-](?<year>\d{4})$/,
  /^(?<day>\d{1,2})-(?<month>[a-z]{3})-(?<year>\d{4})$/i,
  /^(?<year>\d{4})-(?<month>\d{1,2})-(?<day>\d{1,2})$/,
];
const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const TIME = /^\d{1,2}(:\d{1,2}){1,2}(\.\d+)?$/;

function parseDate(text: string): string | undefined {
  const groups = DATES.map((format) => format.exec(text)?.groups).find((found) => found);
  if (groups === undefined) return undefined;
  const { day, year } = groups;
  const month = Number(groups.month) || MONTHS.indexOf(groups.month.toLowerCase()) + 1;
  if (month < 1 || month > 12 || Number(day) < 1 || Number(day) > 31) return undefined;
  return `${year}-${String(month).padStart(2, "0")}-${day.padStart(2, "0")}`;
}

/** A whole number within the safe range; `5000.0` counts as whole. */
function whole(text: string | undefined): number | undefined {
  const value = decimal(text);
  return value !== undefined && Number.isSafeInteger(value) ? value : undefined;
}

/** A line of a header with its fields, and the errors about it. */
interface Line {
  readonly text: string;
  readonly fields: readonly string[];
  readonly fail: (what: string) => UserError;
}

/**
 * Reads the header of a record.
 *
 * @param name Path of the record, without `.hea`
 * @throws {UserError} where it is missing or not valid
 */
export function readHeader(source: FileSource, name: string): WfdbHeader {
  const file = `${name}.hea`;
  return parseHeader(new TextDecoder().decode(source.read(file)), file);
}

/**
 * Parses a header.
 *
 * Besides the documented syntax it takes what the PhysioNet challenges and PTB-XL write: checksums
 * as unsigned numbers, dates such as `12-May-2020` before the time, whole numbers with a decimal
 * point, blank lines, carriage returns, fields separated by tabs. A lead's name before all numbers
 * are there ends them; the initial value and the checksum then count as not stated.
 *
 * @throws {UserError} naming the file and line where the header is not valid
 */
export function parseHeader(text: string, file = "header"): WfdbHeader {
  const comments: string[] = [];
  const lines: Line[] = [];
  for (const [index, line] of text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/).entries()) {
    const text = line.trim();
    const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
    if (text.startsWith("#")) comments.push(text.slice(1).trim());
    else if (text !== "") {
      lines.push({
        text,
        fields: text.split(/\s+/),
        fail: (what) =>
          new UserError(`Cannot read ${file}, line ${index + 1}: ${what} in "${shown}"`),
      });
    }
  }
  const fail = cannotRead(file);
  if (lines.length === 0) throw fail("the header is empty");
  const { segmentCount, ...header } = parseRecordLine(lines[0]);
  const [count, kind] = segmentCount === undefined
    ? [header.signalCount, "signals"]
    : [segmentCount, "segments"];
  const rest = lines.slice(1, 1 + count);
  if (rest.length < count) {
    throw fail(`the record line names ${count} ${kind}, ${rest.length} follow`);
  }
  return segmentCount === undefined
    ? {
      ...header,
      signals: rest.map((line, s) =>
        parseSignalLine(line, `record ${header.recordName}, signal ${s}`)
      ),
      segments: undefined,
      comments,
    }
    : { ...header, signals: [], segments: rest.map(parseSegmentLine), comments };
}

function parseSegmentLine({ fields: [name, count], fail }: Line): SegmentHeader {
  const frames = whole(count);
  if (frames === undefined || frames < 0) {
    throw fail("a segment line needs a record name and a number of samples");
  }
  return { name, frames };
}

/** `name[/segments] signals [rate[/counter[(base)]]] [samples] [time] [date]` */
function parseRecordLine({ fields, fail }: Line) {
  const [recordName, segments, ...more] = fields[0].split("/");
  if (recordName === "" || more.length > 0) throw fail("the record name is not valid");
  const segmentCount = whole(segments);
  if (segments !== undefined && !(segmentCount! >= 1)) {
    throw fail("the number of segments is not a whole number above 0");
  }
  const signalCount = whole(fields[1]);
  if (signalCount === undefined || signalCount < 0) {
    throw fail("the number of signals is missing or not a whole number");
  }

  const rates = /^([^/()]+)(?:\/([^/()]+)(?:\(([^()]+)\))?)?$/.exec(fields[2] ?? "") ?? [];
  const number = (text: string | undefined, absent: number, what: string): number => {
    const value = text === undefined ? absent : decimal(text);
    if (value === undefined) throw fail(`the ${what} is not a number`);
    return value;
  };
  const frameRate = fields[2] === undefined ? DEFAULT_FRAME_RATE : decimal(rates[1]);
  if (frameRate === undefined || frameRate <= 0) {
    throw fail("the sampling frequency is not above 0");
  }
  const counter = number(rates[2], 0, "counter frequency");
  const baseCounter = number(rates[3], 0, "base counter value");

  let rest = fields.slice(3);
  let frames: number | undefined;
  if (rest.length > 0 && !TIME.test(rest[0]) && parseDate(rest[0]) === undefined) {
    frames = whole(rest[0]);
    if (frames === undefined || frames < 0) throw fail("the number of samples is not valid");
    rest = rest.slice(1);
  }
  return {
    segmentCount,
    recordName,
    frameRate,
    counterFrequency: counter > 0 ? counter : frameRate,
    baseCounter,
    // Zero means "not known" in an ordinary header (header(5)).
    frames: frames || undefined,
    // Time and date in either order; anything else here is of no use to a reader of signals.
    baseTime: rest.find((field) => TIME.test(field)),
    baseDate: rest.map(parseDate).find((date) => date !== undefined),
    signalCount,
  };
}

/** `file format[xN][:skew][+offset] [gain[(baseline)][/units] [bits [zero [initial [sum [block [name]]]]]]]` */
function parseSignalLine({ text, fields: all, fail }: Line, unnamed: string): SignalHeader {
  // The description is the rest of the line after eight fields, inner blanks kept. Where it names a
  // lead earlier, fields are missing, and no one can say which of the numbers is the checksum.
  const early = all.slice(0, 8).findIndex((field, index) => index > 4 && leadIndex(field) >= 0);
  const fields = early < 0 ? all : all.slice(0, 5);
  const description = early < 0
    ? /^(?:\S+\s+){8}(.*)$/s.exec(text)?.[1]
    : all.slice(early).join(" ");

  const storage = /^(\d+)(?:x(\d+))?(?::(\d+))?(?:\+(\d+))?$/.exec(fields[1] ?? "");
  if (storage === null) throw fail("the format is missing or not valid");
  const [format, samplesPerFrame = 1, skew = 0, byteOffset = 0] = storage.slice(1).map(whole);
  if (format === undefined || samplesPerFrame < 1) throw fail("the format is not valid");

  const [, gainText, baselineText, units = "mV"] = fields[2] === undefined
    ? ["", "0"]
    : /^([^(/]+)(?:\(([^)]*)\))?(?:\/(.+))?$/.exec(fields[2]) ?? [];
  const gain = decimal(gainText);
  if (gain === undefined) throw fail("the gain is not a number");
  const baseline = whole(baselineText);
  if (baselineText !== undefined && baseline === undefined) {
    throw fail("the baseline is not a whole number");
  }
  const [resolution, adcZero = 0, initialValue, checksum, blockSize = 0] = fields.slice(3, 8)
    .map((field, i) => {
      const value = whole(field);
      if (value !== undefined) return value;
      const name = ["ADC resolution", "ADC zero", "initial value", "checksum", "block size"][i];
      throw fail(`the ${name} is not a whole number`);
    });
  return {
    fileName: fields[0],
    format,
    samplesPerFrame,
    skew,
    byteOffset,
    gain: gain || DEFAULT_GAIN,
    calibrated: gain !== 0,
    baseline: baseline ?? adcZero,
    units,
    adcResolution: resolution || (format === 8 ? 10 : 12),
    adcZero,
    initialValue,
    checksum: checksum === undefined ? undefined : ((checksum % 65536) + 65536) % 65536,
    blockSize,
    description: description || unnamed,
  };
}
