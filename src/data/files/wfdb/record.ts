/**
 * A WFDB record of one segment: its digital samples, how they are decoded (interleaving, differences,
 * skew, missing samples, checksums), and the way to physical values.
 */

import { UserError } from "../../../errors.ts";
import { cannotRead } from "../file_errors.ts";
import type { FileSource } from "./file_source.ts";
import { sampleFormat } from "./formats.ts";
import type { SignalHeader, WfdbHeader } from "./header.ts";

/** Stands for a missing sample in every format (format 32 marks them with the same number). */
export const INVALID_SAMPLE = -(2 ** 31);

/**
 * The most samples that one signal may have. Only a header without a signal file (all `~`) or a
 * multi-segment header can ask for more than a file holds; this bounds what a damaged one allocates.
 */
const MAXIMUM_SAMPLES = 2 ** 28;

/** One signal with its samples. */
export interface WfdbSignal extends SignalHeader {
  /**
   * Digital values, [frames × samplesPerFrame]; {@linkcode INVALID_SAMPLE} where a sample is missing
   * (marked so in the file, lost to skew, or in a gap between segments).
   */
  readonly samples: Int32Array;
}

/** A record, or the part of it that was asked for. */
export interface WfdbRecord {
  /** The header as parsed; of a multi-segment record, the master header. */
  readonly header: WfdbHeader;
  /** First frame of this part. */
  readonly from: number;
  /** Frames in this part. */
  readonly frames: number;
  readonly signals: readonly WfdbSignal[];
  /** Initial values and checksums that do not fit, in words. */
  readonly warnings: readonly string[];
}

/** Options of {@linkcode readRecordSync}. */
export interface ReadRecordOptions {
  /** First frame, 0 by default. */
  readonly from?: number;
  /** Frame after the last; the end of the record by default. */
  readonly to?: number;
  /**
   * What a wrong initial value or checksum does: `warn` (default) lists it in `warnings`, `error`
   * throws, `none` does not look.
   */
  readonly verification?: "warn" | "error" | "none";
}

/**
 * The range of frames that `options` ask for.
 *
 * @throws {UserError} where it exceeds the record
 */
export function frameRange(
  options: ReadRecordOptions,
  frames: number,
  file: string,
): { from: number; to: number } {
  const { from = 0, to = frames } = options;
  if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || to < from || to > frames) {
    throw new UserError(
      `Cannot read frames ${from} to ${to} of ${file}: it has frames 0 to ${frames}`,
    );
  }
  return { from, to };
}

/** Refuses what would not fit in memory; see {@linkcode MAXIMUM_SAMPLES}. */
export function checkSize(frames: number, samplesPerFrame: number, file: string): void {
  if (frames * samplesPerFrame > MAXIMUM_SAMPLES) {
    throw cannotRead(file)(
      `a signal of ${frames * samplesPerFrame} samples does not fit in memory. Ask for a part of ` +
        `the record (from, to)`,
    );
  }
}

/**
 * Converts digital to physical values: (digital − baseline) / gain, NaN where a sample is missing.
 *
 * @returns Values in the signal's `units`, one for each sample
 */
export function physicalValues(
  signal: Pick<WfdbSignal, "samples" | "gain" | "baseline">,
): Float64Array {
  const { samples, gain, baseline } = signal;
  const values = new Float64Array(samples.length);
  for (let i = 0; i < samples.length; i++) {
    values[i] = samples[i] === INVALID_SAMPLE ? NaN : (samples[i] - baseline) / gain;
  }
  return values;
}

/** Reads a record without segments; `header` is its parsed header. */
export function readSingleSegment(
  source: FileSource,
  header: WfdbHeader,
  file: string,
  options: ReadRecordOptions,
): WfdbRecord {
  // Signals that name the same file are interleaved in it, frame by frame.
  const groups = Map.groupBy(header.signals.keys(), (s) => header.signals[s].fileName);

  let frames = header.frames;
  const warnings: string[] = [];
  const decoded = new Array<Int32Array | undefined>(header.signals.length);
  for (const [fileName, members] of groups) {
    const first = header.signals[members[0]];
    if (isAbsent(first)) continue;
    for (const member of members) {
      const { format, byteOffset } = header.signals[member];
      if (format !== first.format || byteOffset !== first.byteOffset) {
        throw cannotRead(file)(`the signals in ${fileName} differ in format or byte offset`);
      }
    }
    const format = sampleFormat(first.format, fileName);
    const all = source.read(fileName);
    const bytes = all.subarray(Math.min(first.byteOffset, all.length));
    const frameSize = members.reduce((sum, i) => sum + header.signals[i].samplesPerFrame, 0);
    // The first file decides where the header does not say; all must then be as long.
    frames ??= Math.floor(format.samplesIn(bytes.length) / frameSize);
    const needed = format.bytesFor(frames * frameSize);
    if (bytes.length < needed) {
      throw cannotRead(fileName)(
        `the file is truncated. ${frames} frames need ${first.byteOffset + needed} bytes, it has ` +
          `${all.length}`,
      );
    }
    const interleaved = new Int32Array(frames * frameSize); // [frames, samples of a frame]
    format.decode(bytes, interleaved);
    let offset = 0;
    for (const member of members) {
      const signal = header.signals[member];
      const samples = separate(interleaved, frames, frameSize, offset, signal.samplesPerFrame);
      if (format.differences) accumulate(samples, signal.initialValue ?? signal.adcZero);
      if (options.verification !== "none") verify(samples, signal, member, warnings);
      markInvalid(samples, format.invalid);
      decoded[member] = unskew(samples, signal);
      offset += signal.samplesPerFrame;
    }
  }

  const total = frames ?? 0;
  const { from, to } = frameRange(options, total, file);
  const signals = header.signals.map((signal, index) => {
    const { samplesPerFrame } = signal;
    checkSize(to - from, samplesPerFrame, file);
    const samples = decoded[index] ??
      new Int32Array((to - from) * samplesPerFrame).fill(INVALID_SAMPLE);
    const whole = decoded[index] === undefined || (from === 0 && to === total);
    return {
      ...signal,
      samples: whole ? samples : samples.slice(from * samplesPerFrame, to * samplesPerFrame),
    };
  });
  return { header, from, frames: to - from, signals, warnings };
}

/** `~` names no file, format 0 holds no samples: the signal is one long gap. */
function isAbsent(signal: SignalHeader): boolean {
  return signal.fileName === "~" || signal.format === 0;
}

/** One signal of [frames, frameSize]; its samples of a frame start at `offset`. */
function separate(
  interleaved: Int32Array,
  frames: number,
  frameSize: number,
  offset: number,
  perFrame: number,
): Int32Array {
  const samples = new Int32Array(frames * perFrame);
  for (let t = 0, to = 0; t < frames; t++) {
    for (let k = 0; k < perFrame; k++) samples[to++] = interleaved[t * frameSize + offset + k];
  }
  return samples;
}

/** x[n] = initial + Σ d[0..n] (format 8). */
function accumulate(samples: Int32Array, initial: number): void {
  let value = initial;
  for (let i = 0; i < samples.length; i++) {
    value = (value + samples[i]) | 0;
    samples[i] = value;
  }
}

/** Compares the initial value and the checksum with the header. */
function verify(samples: Int32Array, signal: SignalHeader, s: number, warnings: string[]): void {
  if (samples.length === 0) return;
  const compare = (what: string, value: number, stated: number | undefined) => {
    if (stated === undefined || value === stated) return;
    warnings.push(
      `signal ${s} (${signal.description}) ${what} ${value} in ${signal.fileName}, the header ` +
        `says ${stated}`,
    );
  };
  compare("starts with", samples[0], signal.initialValue);
  if (signal.checksum === undefined) return;
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum = (sum + samples[i]) | 0;
  compare("has checksum", sum & 0xffff, signal.checksum);
}

function markInvalid(samples: Int32Array, invalid: number | undefined): void {
  if (invalid === undefined || invalid === INVALID_SAMPLE) return;
  for (let i = 0; i < samples.length; i++) if (samples[i] === invalid) samples[i] = INVALID_SAMPLE;
}

/** Sample t of a signal with skew s is at t + s in the file; the last s frames are not there. */
function unskew(samples: Int32Array, signal: SignalHeader): Int32Array {
  const shift = Math.min(signal.skew * signal.samplesPerFrame, samples.length);
  if (shift === 0) return samples;
  samples.copyWithin(0, shift);
  return samples.fill(INVALID_SAMPLE, samples.length - shift);
}
