/**
 * What a WFDB record is once it is read: digital samples of each signal, and the way to physical
 * values.
 *
 * @module
 */

import { UserError } from "../../../errors.ts";
import type { SignalHeader, WfdbHeader } from "./header.ts";

/** Stands for a missing sample in every format (format 32 marks them with the same number). */
export const INVALID_SAMPLE = -(2 ** 31);

/**
 * The most samples that one signal may have. Only a header without a signal file (all `~`) or a
 * multi-segment header can ask for more than a file holds; this bounds what a damaged one allocates.
 */
export const MAXIMUM_SAMPLES = 2 ** 28;

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

/** Options of {@linkcode readRecord}. */
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
 * @throws {UserError} where it does not lie in the record
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
    throw new UserError(
      `Cannot read ${file}: a signal of ${frames * samplesPerFrame} samples does not fit in ` +
        `memory. Ask for a part of the record (from, to)`,
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

/**
 * One digital value for each frame: the mean of the frame's samples, rounded towards zero, as the
 * WFDB library gives a signal that is sampled more often than the frame rate.
 *
 * @returns [frames]; {@linkcode INVALID_SAMPLE} where a sample of the frame is missing
 */
export function frameMeans(
  signal: Pick<WfdbSignal, "samples" | "samplesPerFrame">,
): Int32Array {
  const { samples, samplesPerFrame } = signal;
  if (samplesPerFrame === 1) return samples.slice();
  const means = new Int32Array(samples.length / samplesPerFrame);
  for (let t = 0; t < means.length; t++) {
    let sum = 0;
    for (let k = 0; k < samplesPerFrame && sum !== INVALID_SAMPLE; k++) {
      const value = samples[t * samplesPerFrame + k];
      sum = value === INVALID_SAMPLE ? INVALID_SAMPLE : sum + value;
    }
    means[t] = sum === INVALID_SAMPLE ? INVALID_SAMPLE : Math.trunc(sum / samplesPerFrame);
  }
  return means;
}
