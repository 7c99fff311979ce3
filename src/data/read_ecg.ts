/**
 * One ECG from a file of any kind, in the shape that a model takes.
 *
 * @module
 */

import { UserError } from "../errors.ts";
import { type LeadSignals, windowAtRate } from "./lead_signals.ts";
import { ecgFile, readLeads } from "./read_leads.ts";
import { LEADS } from "./record_set.ts";
import { resampledLength } from "./resample.ts";
import { folderSource } from "./wfdb/file_source.ts";

/** Options of {@linkcode readEcg}. */
export interface ReadEcgOptions {
  /** Rate of the result, Hz. */
  readonly targetRate: number;
  /** Samples of the result, T. */
  readonly targetLength: number;
  /**
   * Rate of the file, Hz: needed for a CSV file without a time column and for a `.mat` file without
   * a header. Where the file states its rate, it must be this one.
   */
  readonly samplingRate?: number;
  /** Unit of a CSV file (default mV) or of a `.mat` file without a header: V, mV, uV or nV. */
  readonly units?: string;
  /** Where the window begins, seconds; 0 by default. */
  readonly start?: number;
  /** Whether a record that ends before the window gets zeros (default) or is an error. */
  readonly padding?: "zeros" | "error";
}

/** A window of an ECG, and how it came about. */
export interface Ecg {
  /** Millivolts, [T, 12], the lead fastest, in the order of `LEADS`. */
  readonly signal: Float32Array;
  /** Rate of the signal, Hz. */
  readonly samplingRate: number;
  /** Samples of the signal, T. */
  readonly signalLength: number;
  /** Rate of the file, Hz. */
  readonly sourceRate: number;
  /** Length of the record, seconds. */
  readonly duration: number;
  /** Where the window begins, seconds. */
  readonly start: number;
  /** Samples of the record after the window, at the rate of the signal: what was cut off. */
  readonly cut: number;
  /** Samples at the end of the signal that are zeros because the record had ended. */
  readonly padded: number;
}

/**
 * Reads an ECG: a WFDB record (`NAME.hea`, `NAME.dat` or `NAME`), a record of the PhysioNet
 * challenges (`NAME.mat` beside `NAME.hea`), a bare `NAME.mat` of MATLAB level 4, or a table
 * `NAME.csv` with a column for each lead.
 *
 * Leads are found by name. Another rate is resampled by {@linkcode resample}.
 *
 * @param path The file
 * @param options Shape of the result; rate and unit of a file that does not state them
 * @throws {UserError} where the file is missing, damaged or of an unknown kind; leads are missing
 *   or unknown; the rate is missing or another than stated; a value is missing; the window does not
 *   lie in the record (with `padding: "error"` not wholly)
 * @throws {RangeError} where `targetRate` or `targetLength` is not a positive number
 *
 * @example
 * ```ts
 * import { LEADS, readEcg } from "ssrl-ecg";
 * const path = `${Deno.makeTempDirSync()}/ecg.csv`;
 * const row = LEADS.map((_, lead) => lead / 10).join();
 * Deno.writeTextFileSync(path, `${LEADS.join()}\n${`${row}\n`.repeat(2500)}`);
 * const ecg = readEcg(path, { samplingRate: 500, targetRate: 100, targetLength: 1000 });
 * console.assert(ecg.duration === 5 && ecg.padded === 500);
 * console.assert(Math.abs(ecg.signal[12 * 499 + 11] - 1.1) < 1e-6);
 * ```
 */
export function readEcg(path: string, options: ReadEcgOptions): Ecg {
  const { targetRate, targetLength, samplingRate, units, start = 0, padding = "zeros" } = options;
  if (
    !(targetRate >= 1 && targetRate <= 1e6 && Number.isInteger(targetLength) && targetLength > 0)
  ) {
    throw new RangeError(`Cannot read an ECG as ${targetLength} samples at ${targetRate} Hz`);
  }
  if (samplingRate !== undefined && !(samplingRate > 0 && Number.isFinite(samplingRate))) {
    throw new UserError(`Cannot read ${path} at ${samplingRate} Hz: give a rate above 0`);
  }
  if (!(start >= 0 && Number.isFinite(start))) {
    throw new UserError(`Cannot read ${path} from ${start} s: give 0 s or more`);
  }
  const plain = path.replace(/[/\\]+$/, "");
  const cut = Math.max(plain.lastIndexOf("/"), plain.lastIndexOf("\\"));
  const folder = cut < 0 ? "." : plain.slice(0, cut) || "/";
  try {
    const source = folderSource(folder);
    const file = ecgFile(source, plain.slice(cut + 1));
    const signals = readLeads(source, file, { sourceRate: samplingRate, units });
    return takeWindow(signals, file.file, {
      targetRate,
      targetLength,
      samplingRate,
      start,
      padding,
    });
  } catch (error) {
    throw error instanceof UserError ? nameFolder(error, folder) : error;
  }
}

function takeWindow(
  signals: LeadSignals,
  file: string,
  options: Required<Omit<ReadEcgOptions, "units" | "samplingRate">> & { samplingRate?: number },
): Ecg {
  const { targetRate, targetLength, start, padding } = options;
  const fail = (reason: string) => new UserError(`Cannot read ${file}: ${reason}`);
  const stated = signals.samplingRate;
  if (options.samplingRate !== undefined && Math.abs(options.samplingRate / stated - 1) > 1e-3) {
    throw fail(`it states a rate of ${stated} Hz, not ${options.samplingRate} Hz`);
  }
  const duration = signals.samples / stated;
  const seconds = (value: number) => `${Number(value.toFixed(3))} s`;
  const first = Math.round(start * targetRate);
  const leads = windowAtRate(signals, targetRate, first, targetLength, file);
  const found = leads[0].length;
  const padded = targetLength - found;
  if (found === 0) throw fail(`it ends at ${seconds(duration)}, before ${seconds(start)}`);
  if (padded > 0 && padding === "error") {
    throw fail(
      `it ends at ${seconds(duration)}, the window of ${seconds(targetLength / targetRate)} ` +
        `from ${seconds(start)} on is longer`,
    );
  }
  const signal = new Float32Array(targetLength * LEADS.length);
  leads.forEach((values, lead) => {
    values.forEach((value, t) => signal[t * LEADS.length + lead] = value);
  });
  return {
    signal,
    samplingRate: targetRate,
    signalLength: targetLength,
    sourceRate: stated,
    duration,
    start,
    cut: Math.max(0, resampledLength(signals.samples, stated, targetRate) - first - targetLength),
    padded,
  };
}

/** Readers name a file as it lies in its folder; a person gave a path. */
function nameFolder(error: UserError, folder: string): UserError {
  const prefix = "Cannot read ";
  const { message } = error;
  if (folder === "." || !message.startsWith(prefix) || message.startsWith(`${prefix}${folder}/`)) {
    return error;
  }
  return new UserError(`${prefix}${folder === "/" ? "" : folder}/${message.slice(prefix.length)}`);
}

/**
 * What was done to an ECG, in one line for people.
 *
 * @example
 * ```ts
 * import { describeEcg } from "ssrl-ecg";
 * const line = describeEcg({
 *   samplingRate: 100,
 *   signalLength: 1000,
 *   sourceRate: 500,
 *   duration: 15,
 *   start: 0,
 *   cut: 500,
 *   padded: 0,
 * });
 * console.assert(line === "15 s at 500 Hz; resampled to 100 Hz; 0 to 10 s taken");
 * ```
 */
export function describeEcg(ecg: Omit<Ecg, "signal">): string {
  const { samplingRate, signalLength, sourceRate, duration, start, cut, padded } = ecg;
  const round = (value: number) => Number(value.toFixed(2));
  const parts = [`${round(duration)} s at ${round(sourceRate)} Hz`];
  if (sourceRate !== samplingRate) parts.push(`resampled to ${samplingRate} Hz`);
  const end = start + (signalLength - padded) / samplingRate;
  if (start > 0 || cut > 0) parts.push(`${round(start)} to ${round(end)} s taken`);
  if (padded > 0) parts.push(`${round(padded / samplingRate)} s of zeros added`);
  return parts.join("; ");
}
