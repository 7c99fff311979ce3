/** A long ECG as windows of the length that a model takes. */

import { UserError } from "../../errors.ts";
import { LEADS, UNITS_PER_MILLIVOLT } from "./record_set.ts";

/**
 * First samples of the windows that cover a record: one after the other, the last moved back so that
 * it ends with the record.
 *
 * @param samples Samples of the record, at least `length`
 * @param length Samples of a window
 */
export function windowStarts(samples: number, length: number): number[] {
  if (!(samples >= length && length > 0)) {
    throw new RangeError(`Cannot cover ${samples} samples by windows of ${length}`);
  }
  return Array.from(
    { length: Math.ceil(samples / length) },
    (_, i) => Math.min(i * length, samples - length),
  );
}

/**
 * A part of an ECG in the digital units of a record set, 1 µV.
 *
 * @returns [T, 12], the lead fastest
 * @throws {UserError} where a value exceeds ±32.767 mV, which no heart gives
 */
export function digitize(
  { signal, samplingRate }: { signal: Float32Array; samplingRate: number },
  path: string,
  first: number,
  length: number,
): Int16Array {
  const from = first * LEADS.length;
  return Int16Array.from({ length: length * LEADS.length }, (_, i) => {
    const value = Math.round(signal[from + i] * UNITS_PER_MILLIVOLT);
    if (value >= -32768 && value <= 32767) return value;
    const at = ((from + i) / LEADS.length | 0) / samplingRate;
    throw new UserError(
      `Cannot read ${path}: lead ${LEADS[i % LEADS.length]} has ` +
        `${Number(signal[from + i].toPrecision(3))} mV at ${at} s, more than 32.767 mV. Is its ` +
        "unit right?",
    );
  });
}

/**
 * What should make a reader doubt a signal, in words; empty where nothing does.
 *
 * @param signal Millivolts, [T, 12]
 * @param samples Samples of the record; what follows is padding
 */
export function doubtsAbout(signal: Float32Array, samples: number): string[] {
  const ranges = LEADS.map((_, lead) => {
    let [low, high] = [Infinity, -Infinity];
    for (let t = 0; t < samples; t++) {
      const value = signal[t * LEADS.length + lead];
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    return high - low;
  });
  const doubts = 2 * samples * LEADS.length < signal.length ? ["more than half is zeros"] : [];
  const flat = LEADS.filter((_, lead) => ranges[lead] === 0);
  if (flat.length === LEADS.length) return [...doubts, "all leads are flat"];
  if (flat.length > 0) {
    doubts.push(`flat ${flat.length === 1 ? "lead" : "leads"}: ${flat.join(", ")}`);
  }
  if (Math.max(...ranges) < LEAST_RANGE) {
    doubts.push(`no lead spans ${LEAST_RANGE} mV: is its unit right?`);
  }
  return doubts;
}

/** mV: the QRS complex of the largest lead is several times larger, even in low voltage (0.5 mV). */
const LEAST_RANGE = 0.1;
