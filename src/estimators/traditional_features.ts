/** Twenty-two hand-made features of a 12-lead ECG, the input of the classical models. */

import { LEADS, recordCount, type RecordSet } from "../data/signals/record_set.ts";

/** Names of the features, in order: ten of lead I, then the root mean square of every lead. */
export const TRADITIONAL_FEATURES: readonly string[] = [
  "mean",
  "std",
  "max",
  "min",
  "range",
  "mean_gradient",
  "max_gradient",
  "energy",
  "entropy",
  "zero_crossings",
  ...LEADS.map((_, lead) => `rms_lead_${lead}`),
];

/** Keeps fractions and logarithms of the entropy defined. */
const EPSILON = 1e-10;

/**
 * The features of one record, in the order of {@linkcode TRADITIONAL_FEATURES}. With x lead I in mV
 * and T samples:
 *
 * - `mean`, `std` (of the population), `max`, `min`, `range` = max − min: mV
 * - `mean_gradient`, `max_gradient`: mean and largest |x_(t+1) − x_t|, mV
 * - `energy` = Σ x², mV²
 * - `entropy` = −Σ p ln(p + 10⁻¹⁰) with p = x² / Σ (x² + 10⁻¹⁰)
 * - `zero_crossings`: how often the sign of x − mean changes; through exactly 0 counts twice
 * - `rms_lead_0` to `rms_lead_11`: √(Σ x² / T) of each lead, mV
 *
 * A feature that is not a number, because a sample is missing, becomes 0.
 *
 * @param signal mV, [T, 12], the lead fastest
 * @throws {RangeError} If these are not at least two samples of twelve leads
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { traditionalFeatures } from "ssrl-ecg";
 * const signal = new Float64Array(4 * 12);
 * [1, -1, 1, -1].forEach((x, t) => signal[t * 12] = x); // lead I; the others are flat
 * const [mean, std, max] = traditionalFeatures(signal);
 * assert(mean === 0 && std === 1 && max === 1);
 * ```
 */
export function traditionalFeatures(signal: ArrayLike<number>): Float64Array {
  const leads = LEADS.length;
  const length = signal.length / leads;
  if (!Number.isInteger(length) || length < 2) {
    throw new RangeError(
      `Cannot compute features of ${signal.length} values: need two or more samples of ` +
        `${leads} leads`,
    );
  }
  const squares = new Float64Array(leads);
  const x = new Float64Array(length);
  let sum = 0;
  for (let t = 0, at = 0; t < length; t++) {
    x[t] = signal[at];
    sum += x[t];
    for (let lead = 0; lead < leads; lead++, at++) squares[lead] += signal[at] * signal[at];
  }
  const energy = squares[0];
  const mean = sum / length;
  let variance = 0;
  let high = x[0];
  let low = x[0];
  let sumOfSteps = 0;
  let largestStep = 0;
  let entropy = 0;
  let crossings = 0;
  for (let t = 0; t < length; t++) {
    variance += (x[t] - mean) ** 2 / length;
    high = Math.max(high, x[t]);
    low = Math.min(low, x[t]);
    const p = x[t] * x[t] / (energy + length * EPSILON);
    entropy -= p * Math.log(p + EPSILON);
    if (t === 0) continue;
    const step = Math.abs(x[t] - x[t - 1]);
    sumOfSteps += step;
    largestStep = Math.max(largestStep, step);
    if (Math.sign(x[t] - mean) !== Math.sign(x[t - 1] - mean)) crossings++;
  }
  return Float64Array.of(
    mean,
    Math.sqrt(variance),
    high,
    low,
    high - low,
    sumOfSteps / (length - 1),
    largestStep,
    energy,
    entropy,
    crossings,
    ...squares.map((energy) => Math.sqrt(energy / length)),
  ).map((value) => Number.isFinite(value) ? value : 0);
}

/** The features of every record of a set, row-major [records, 22]. */
export function traditionalFeatureTable(
  set: Pick<RecordSet, "ids" | "signalLength" | "leads" | "samples" | "millivoltsPerUnit">,
): Float64Array {
  const size = set.signalLength * set.leads.length;
  const table = new Float64Array(recordCount(set) * TRADITIONAL_FEATURES.length);
  const signal = new Float64Array(size);
  for (let row = 0; row < recordCount(set); row++) {
    for (let i = 0; i < size; i++) {
      signal[i] = set.samples[row * size + i] * set.millivoltsPerUnit;
    }
    table.set(traditionalFeatures(signal), row * TRADITIONAL_FEATURES.length);
  }
  return table;
}
