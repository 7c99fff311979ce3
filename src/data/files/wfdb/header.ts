/**
 * WFDB header files (`.hea`), as described in the manual page header(5) of the WFDB Applications
 * Guide (Moody, Massachusetts Institute of Technology).
 *
 * @module
 */

import { UserError } from "../../../errors.ts";
import { decimal } from "../../../text/decimal.ts";
import { leadIndex } from "../../signals/lead_names.ts";

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

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun"]
  .concat(["jul", "aug", "sep", "oct", "nov", "dec"]);

/** Reads `26/10/1994` (documented), `12-May-2020` and `2020-05-12` (seen in the challenges). */
function parseDate(text: string): string | undefined {
  let year: number, month: number, day: number;
  let match = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(text);
  if (match) {
    [day, month, year] = match.slice(1).map(Number);
  } else if ((match = /^(\d{1,2})-([A-Za-z]{3})-(\d{4})$/.exec(text))) {
    [day, month, year] = [Number(match[1]), MONTHS.indexOf(match[2].toLowerCase()) + 1, 0];
    year = Number(match[3]);
  } else if ((match = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text))) {
    [year, month, day] = match.slice(1).map(Number);
  } else {
    return undefined;
  }
  if (month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  const pad = (value: number, width: number) => String(value).padStart(width, "0");
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}

const TIME = /^\d{1,2}(:\d{1,2}){1,2}(\.\d+)?$/;

/** A whole number within the safe range; `5000.0` counts as whole. */
function whole(text: string | undefined): number | undefined {
  const value = decimal(text);
  return value !== undefined && Number.isSafeInteger(value) ? value : undefined;
}

/**
 * Parses a header.
 *
 * Besides the documented syntax it takes what the PhysioNet challenges and PTB-XL write: checksums
 * as unsigned numbers, dates such as `12-May-2020` before the time, whole numbers with a decimal
 * point, blank lines, carriage returns, fields separated by tabs. A lead's name before all numbers
 * are there ends them; the initial value and the checksum then count as not stated.
 *
 * @param text Contents of the `.hea` file
 * @param file Its name, for error messages
 * @throws {UserError} naming the file and line where the header is not valid
 */
export function parseHeader(text: string, file = "header"): WfdbHeader {
  const comments: string[] = [];
  const lines: { number: number; text: string }[] = [];
  text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/).forEach((line, index) => {
    const trimmed = line.trim();
    if (trimmed === "") return;
    if (trimmed.startsWith("#")) comments.push(trimmed.slice(1).trim());
    else lines.push({ number: index + 1, text: trimmed });
  });
  if (lines.length === 0) throw new UserError(`Cannot read ${file}: the header is empty`);

  const record = parseRecordLine(lines[0], file);
  if (record.segmentCount !== undefined) {
    if (lines.length - 1 < record.segmentCount) {
      throw new UserError(
        `Cannot read ${file}: the record line names ${record.segmentCount} segments, ` +
          `${lines.length - 1} follow`,
      );
    }
    const segments = lines.slice(1, 1 + record.segmentCount).map((line) => {
      const [name, count] = line.text.split(/\s+/);
      const frames = whole(count);
      if (frames === undefined || frames < 0) {
        throw new UserError(
          `Cannot read ${file}, line ${line.number}: a segment line needs a record name and a ` +
            `number of samples, got "${shorten(line.text)}"`,
        );
      }
      return { name, frames };
    });
    return { ...record.header, signals: [], segments, comments };
  }

  const { signalCount } = record.header;
  if (lines.length - 1 < signalCount) {
    throw new UserError(
      `Cannot read ${file}: the record line names ${signalCount} signals, ` +
        `${lines.length - 1} follow`,
    );
  }
  const signals = lines.slice(1, 1 + signalCount).map((line, index) =>
    parseSignalLine(line, file, record.header.recordName, index)
  );
  return { ...record.header, signals, segments: undefined, comments };
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** `name[/segments] signals [rate[/counter[(base)]]] [samples] [time] [date]` */
function parseRecordLine(line: { number: number; text: string }, file: string) {
  const bad = (what: string) =>
    new UserError(
      `Cannot read ${file}, line ${line.number}: ${what} in "${shorten(line.text)}"`,
    );
  const fields = line.text.split(/\s+/);
  const [recordName, segmentText, ...more] = fields[0].split("/");
  if (recordName === "" || more.length > 0) throw bad("the record name is not valid");
  let segmentCount: number | undefined;
  if (segmentText !== undefined) {
    segmentCount = whole(segmentText);
    if (segmentCount === undefined || segmentCount < 1) {
      throw bad("the number of segments is not a whole number above 0");
    }
  }
  const signalCount = whole(fields[1]);
  if (signalCount === undefined || signalCount < 0) {
    throw bad("the number of signals is missing or not a whole number");
  }

  let frameRate = DEFAULT_FRAME_RATE;
  let counterFrequency: number | undefined;
  let baseCounter = 0;
  if (fields[2] !== undefined) {
    const match = /^([^/()]+)(?:\/([^/()]+)(?:\(([^()]+)\))?)?$/.exec(fields[2]);
    const rate = decimal(match?.[1]);
    if (rate === undefined || rate <= 0) throw bad("the sampling frequency is not above 0");
    frameRate = rate;
    if (match![2] !== undefined) {
      const frequency = decimal(match![2]);
      if (frequency === undefined) throw bad("the counter frequency is not a number");
      if (frequency > 0) counterFrequency = frequency;
    }
    if (match![3] !== undefined) {
      const base = decimal(match![3]);
      if (base === undefined) throw bad("the base counter value is not a number");
      baseCounter = base;
    }
  }

  let rest = fields.slice(3);
  let frames: number | undefined;
  if (rest.length > 0 && !TIME.test(rest[0]) && parseDate(rest[0]) === undefined) {
    frames = whole(rest[0]);
    if (frames === undefined || frames < 0) throw bad("the number of samples is not valid");
    // Zero means "not known" in an ordinary header (header(5)).
    if (frames === 0) frames = undefined;
    rest = rest.slice(1);
  }
  // Time and date in either order; anything else here is of no use to a reader of signals.
  const baseTime = rest.find((field) => TIME.test(field));
  const baseDate = rest.map(parseDate).find((date) => date !== undefined);
  return {
    segmentCount,
    header: {
      recordName,
      frameRate,
      counterFrequency: counterFrequency ?? frameRate,
      baseCounter,
      frames,
      baseTime,
      baseDate,
      signalCount,
    },
  };
}

/** `file format[xN][:skew][+offset] [gain[(baseline)][/units] [bits [zero [initial [sum [block [name]]]]]]]` */
function parseSignalLine(
  line: { number: number; text: string },
  file: string,
  recordName: string,
  index: number,
): SignalHeader {
  const bad = (what: string) =>
    new UserError(
      `Cannot read ${file}, line ${line.number}: ${what} in "${shorten(line.text)}"`,
    );
  // The description is the rest of the line after eight fields, inner blanks kept. Where it names a
  // lead earlier, fields are missing, and no one can say which of the numbers is the checksum.
  const all = line.text.split(/\s+/, 8);
  const early = all.findIndex((field, index) => index > 4 && leadIndex(field) >= 0);
  const fields = early < 0 ? all : all.slice(0, 5);
  const description = early < 0
    ? /^(?:\S+\s+){8}(.*)$/s.exec(line.text)?.[1]
    : line.text.split(/\s+/).slice(early).join(" ");

  const storage = /^(\d+)(?:x(\d+))?(?::(\d+))?(?:\+(\d+))?$/.exec(fields[1] ?? "");
  if (storage === null) throw bad("the format is missing or not valid");
  const [format, perFrame, skew, byteOffset] = storage.slice(1).map((part) =>
    part === undefined ? undefined : whole(part)
  );
  const samplesPerFrame = perFrame ?? 1;
  if (format === undefined || samplesPerFrame < 1) throw bad("the format is not valid");

  let gain = DEFAULT_GAIN;
  let calibrated = false;
  let baseline: number | undefined;
  let units = "mV";
  if (fields[2] !== undefined) {
    const match = /^([^(/]+)(?:\(([^)]*)\))?(?:\/(.+))?$/.exec(fields[2]);
    const stated = decimal(match?.[1]);
    if (stated === undefined) throw bad("the gain is not a number");
    if (stated !== 0) {
      gain = stated;
      calibrated = true;
    }
    if (match![2] !== undefined) {
      baseline = whole(match![2]);
      if (baseline === undefined) throw bad("the baseline is not a whole number");
    }
    if (match![3] !== undefined) units = match![3];
  }

  const numbers = fields.slice(3, 8).map((field, i) => {
    const value = whole(field);
    if (value === undefined) {
      const name = ["ADC resolution", "ADC zero", "initial value", "checksum", "block size"][i];
      throw bad(`the ${name} is not a whole number`);
    }
    return value;
  });
  const [resolution, adcZero = 0, initialValue, checksum, blockSize = 0] = numbers;
  return {
    fileName: fields[0],
    format,
    samplesPerFrame,
    skew: skew ?? 0,
    byteOffset: byteOffset ?? 0,
    gain,
    calibrated,
    baseline: baseline ?? adcZero,
    units,
    adcResolution: resolution || (format === 8 ? 10 : 12),
    adcZero,
    initialValue,
    checksum: checksum === undefined ? undefined : ((checksum % 65536) + 65536) % 65536,
    blockSize,
    description: description === undefined || description === ""
      ? `record ${recordName}, signal ${index}`
      : description,
  };
}
