/** One ECG from a file of any kind, in the shape that a model takes. */

import { basename, dirname } from "node:path";
import { UserError } from "../../errors.ts";
import { type LeadSignals, type SignalAssumptions, windowAtRate } from "../signals/lead_signals.ts";
import { LEADS } from "../signals/record_set.ts";
import { resampledLength } from "../signals/resample.ts";
import { cannotRead } from "./file_errors.ts";
import { type EcgFile, ecgFile, readLeads } from "./twelve_leads.ts";
import { type FileSource, folderSource } from "./wfdb/file_source.ts";

/** What a file may not say of itself. */
export interface EcgFileOptions extends Pick<SignalAssumptions, "units"> {
  /**
   * Rate of the file, Hz: needed for a CSV file without a time column and for a `.mat` file without
   * a header. Where the file states its rate, it must be this one.
   */
  readonly samplingRate?: number;
}

/** The window that a model takes. */
export interface EcgWindowOptions {
  /** Rate of the result, Hz. */
  readonly targetRate: number;
  /** Samples of the result, T. */
  readonly targetLength: number;
  /** Where the window begins, seconds; 0 by default. */
  readonly start?: number;
  /** Whether a record that ends before the window gets zeros (default) or is an error. */
  readonly padding?: "zeros" | "error";
}

/** Options of {@linkcode readEcgSync}. */
export interface ReadEcgOptions extends EcgFileOptions, EcgWindowOptions {}

/** A whole record at its own rate. */
export interface EcgSignals extends LeadSignals {
  /** Kind of file. A bare `.mat` file names no leads: their order was taken for that of `LEADS`. */
  readonly kind: EcgFile["kind"];
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
 * challenges (`NAME.mat` with `NAME.hea`), a bare `NAME.mat` of MATLAB level 4, or a table
 * `NAME.csv` with a column for each lead.
 *
 * Leads are found by name. Another rate is resampled by {@linkcode resample}.
 *
 * @throws {UserError} where the file is missing, damaged or of an unknown kind; leads are missing
 *   or unknown; the rate is missing or another than stated; a value is missing; the window does not
 *   fit in the record (with `padding: "error"` not wholly)
 * @throws {RangeError} where `targetRate` or `targetLength` is not a positive number
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { LEADS, readEcgSync } from "ssrl-ecg";
 * const path = `${Deno.makeTempDirSync()}/ecg.csv`;
 * const row = LEADS.map((_, lead) => lead / 10).join();
 * Deno.writeTextFileSync(path, `${LEADS.join()}\n${`${row}\n`.repeat(2500)}`);
 * const ecg = readEcgSync(path, { samplingRate: 500, targetRate: 100, targetLength: 1000 });
 * assert(ecg.duration === 5 && ecg.padded === 500);
 * assert(Math.abs(ecg.signal[12 * 499 + 11] - 1.1) < 1e-6);
 * ```
 */
export function readEcgSync(path: string, options: ReadEcgOptions): Ecg {
  checkShape(options);
  return ecgWindow(readEcgSignalsSync(path, options), path, options);
}

/**
 * The file that a path names, as {@linkcode ecgFile} finds it.
 *
 * @throws {UserError} where the file is of no known kind
 */
export function locateEcg(path: string): { folder: string; source: FileSource; file: EcgFile } {
  const folder = dirname(path);
  const source = folderSource(folder);
  return namingFolder(folder, () => ({ folder, source, file: ecgFile(source, basename(path)) }));
}

/**
 * Reads the twelve leads of a file at its own rate, for those who want more than one window of it.
 *
 * @param path The file, as for {@linkcode readEcgSync}
 * @throws {UserError} where the file is missing, damaged or of an unknown kind; leads are missing
 *   or unknown; the rate is missing or another than stated
 */
export function readEcgSignalsSync(path: string, options: EcgFileOptions = {}): EcgSignals {
  const { samplingRate, units } = options;
  if (samplingRate !== undefined && !(samplingRate > 0 && Number.isFinite(samplingRate))) {
    throw new UserError(`Cannot read ${path} at ${samplingRate} Hz: give a rate above 0`);
  }
  const { folder, source, file } = locateEcg(path);
  const signals = namingFolder(
    folder,
    () => readLeads(source, file, { sourceRate: samplingRate, units }),
  );
  const stated = signals.samplingRate;
  if (samplingRate !== undefined && Math.abs(samplingRate / stated - 1) > 1e-3) {
    throw cannotRead(path)(`it states a rate of ${stated} Hz, not ${samplingRate} Hz`);
  }
  return { ...signals, kind: file.kind };
}

/**
 * Takes a window of a record, in the shape that a model takes.
 *
 * @param signals What {@linkcode readEcgSignalsSync} gave
 * @param path Name of the record, for messages
 * @throws {UserError} where a value is missing, or the window does not fit in the record (with
 *   `padding: "error"` not wholly)
 * @throws {RangeError} where `targetRate` or `targetLength` is not a positive number
 */
export function ecgWindow(signals: LeadSignals, path: string, options: EcgWindowOptions): Ecg {
  checkShape(options);
  const { targetRate, targetLength, start = 0, padding = "zeros" } = options;
  if (!(start >= 0 && Number.isFinite(start))) {
    throw new UserError(`Cannot read ${path} from ${start} s: give 0 s or more`);
  }
  const fail = cannotRead(path);
  const stated = signals.samplingRate;
  const duration = signals.samples / stated;
  const seconds = (value: number) => `${Number(value.toFixed(3))} s`;
  const first = Math.round(start * targetRate);
  const leads = windowAtRate(signals, targetRate, first, targetLength, path);
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

function checkShape({ targetRate, targetLength }: EcgWindowOptions): void {
  if (
    !(targetRate >= 1 && targetRate <= 1e6 && Number.isInteger(targetLength) && targetLength > 0)
  ) {
    throw new RangeError(`Cannot read an ECG as ${targetLength} samples at ${targetRate} Hz`);
  }
}

/** Readers name a file without its folder; messages name the path that was given. */
function namingFolder<Result>(folder: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UserError) || folder === ".") throw error;
    const [, name] = /^Cannot read (.*)$/s.exec(error.message) ?? [];
    if (name === undefined || name.startsWith(`${folder}/`)) throw error;
    throw new UserError(`Cannot read ${folder === "/" ? "" : folder}/${name}`, error.facts);
  }
}

/**
 * What was done to an ECG, in one line for people.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
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
 * assert(line === "15 s at 500 Hz; resampled to 100 Hz; 0 to 10 s taken");
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
