/** Twelve leads in millivolts, whatever file they come from, and the units of voltage in files. */

import { UserError } from "../../errors.ts";
import { LEADS } from "./record_set.ts";
import { resample } from "./resample.ts";

/** Twelve leads as a file holds them. */
export interface LeadSignals {
  /** Hz. */
  readonly samplingRate: number;
  /** Samples of each lead, n, at least 1. */
  readonly samples: number;
  /** Millivolts, in the order of `LEADS`, each [n]; NaN where a sample is missing. */
  readonly leads: readonly Float64Array[];
}

/** What a file is taken for that does not say so itself. */
export interface SignalAssumptions {
  /** Rate of a CSV file without a time column or of a `.mat` file without a header, Hz. */
  readonly sourceRate?: number;
  /** Unit of a CSV file (default mV) or of a `.mat` file without a header: V, mV, uV or nV. */
  readonly units?: string;
}

/**
 * A window of all leads at a rate, through {@linkcode resample}.
 *
 * @param rate Rate of the result, Hz
 * @param start First sample of the window at that rate
 * @param count Samples of the window; fewer come back where the record ends before
 * @returns Millivolts, in the order of `LEADS`
 * @throws {UserError} where a sample of the window is missing, or the leads' rate is below 1 Hz or
 *   above 1 MHz
 */
export function windowAtRate(
  signals: LeadSignals,
  rate: number,
  start: number,
  count: number,
  file: string,
): Float64Array[] {
  const fail = (reason: string) => new UserError(`Cannot read ${file}: ${reason}`);
  // No ECG has another; a damaged header may say anything.
  if (!(signals.samplingRate >= 1 && signals.samplingRate <= 1e6)) {
    throw fail(`its sampling rate is ${signals.samplingRate} Hz, need 1 to 1,000,000 Hz`);
  }
  return signals.leads.map((lead, index) => {
    const values = resample(lead, signals.samplingRate, rate, start, start + count);
    const missing = values.findIndex((value) => !Number.isFinite(value));
    if (missing >= 0) {
      const time = ((start + missing) / rate).toFixed(3);
      throw fail(`lead ${LEADS[index]} has no value at ${time} s`);
    }
    return values;
  });
}

/** By lower-case name; the micro sign and the Greek letter are two characters. */
const MILLIVOLTS: Readonly<Record<string, number>> = {
  v: 1e3,
  mv: 1,
  uv: 1e-3,
  "µv": 1e-3,
  "μv": 1e-3,
  nv: 1e-6,
};

/**
 * Millivolts of one unit.
 *
 * @param units V, mV, µV (also written uV) or nV, in any case
 * @returns The factor, or undefined where the unit is none of these
 */
export function millivoltsPerUnit(units: string): number | undefined {
  const name = units.trim().toLowerCase();
  return Object.hasOwn(MILLIVOLTS, name) ? MILLIVOLTS[name] : undefined;
}

/** Millivolts of one unit, or the error that `fail` makes where the unit is not known. */
export function knownUnit(units: string, fail: (reason: string) => Error): number {
  const millivolts = millivoltsPerUnit(units);
  if (millivolts !== undefined) return millivolts;
  throw fail(`the unit "${units}" is not known; give V, mV, uV or nV`);
}
