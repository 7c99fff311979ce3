/** Change of the sampling rate by a rational factor. */

/** Zero crossings of the filter on each side, in samples of the lower rate. */
const HALF_WIDTH = 25;

/**
 * Cut-off (−6 dB) as a part of the lower Nyquist frequency. The filter passes up to 0.8 of it and
 * stops from 1.0 on.
 */
const CUTOFF = 0.9;

/**
 * Shape of the Kaiser window: β = 0.1102 (A − 8.7) for A = 80 dB in the stop band. The transition
 * of 0.2 π rad then needs (A − 7.95) / (2.285 · 0.2 π) = 50 taps (Kaiser 1974), twice
 * {@linkcode HALF_WIDTH}.
 */
const BETA = 0.1102 * (80 - 8.7);

/** Rates are taken to a millionth of a hertz: 0.01 samples of drift in half an hour at most. */
const STEPS_PER_HERTZ = 1e6;

/** Weights are kept where the pattern of positions repeats after so many outputs or fewer. */
const MAXIMUM_PHASES = 1024;

/** Modified Bessel function I₀(x) = Σ ((x / 2)ᵏ / k!)². */
function bessel0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > 1e-17 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

/**
 * The filter for one ratio of rates: output m is at input position m · down / up, of which the input
 * samples from `before` before it on count, `taps` of them. `weights` gives those of the taps where
 * the position is phase / up after an input sample.
 */
function makePolyphase(up: number, down: number) {
  const lower = Math.min(1, up / down); // lower rate, in units of the input rate
  const halfWidth = HALF_WIDTH / lower; // in input samples
  const before = Math.floor(halfWidth);
  const taps = 2 * before + 2;
  const scale = 1 / bessel0(BETA);
  const compute = (phase: number) => {
    const weights = new Float64Array(taps);
    let sum = 0;
    for (let k = 0; k < taps; k++) {
      const distance = phase / up + before - k; // from the tap to the position
      const inside = 1 - (distance / halfWidth) ** 2;
      if (inside < 0) continue;
      const x = Math.PI * CUTOFF * lower * distance;
      const sinc = x === 0 ? 1 : Math.sin(x) / x;
      weights[k] = sinc * bessel0(BETA * Math.sqrt(inside)) * scale;
      sum += weights[k];
    }
    // Each phase passes a constant exactly, not only their mean.
    for (let k = 0; k < taps; k++) weights[k] /= sum;
    return weights;
  };
  const table: Float64Array[] = [];
  const weights = up > MAXIMUM_PHASES
    ? compute
    : (phase: number) => table[phase] ??= compute(phase);
  return { up, down, before, taps, weights };
}

/** The filter of the last call: the leads and records of a set share one ratio. */
let kept: ReturnType<typeof makePolyphase> | undefined;

function reduce(from: number, to: number): { up: number; down: number } {
  for (const rate of [from, to]) {
    if (!(Number.isFinite(rate) && rate >= 1 / STEPS_PER_HERTZ)) {
      throw new RangeError(`Cannot resample from ${from} to ${to} Hz: rates must be above 0`);
    }
  }
  const steps = (rate: number) => Math.round(rate * STEPS_PER_HERTZ);
  let a = steps(from);
  let b = steps(to);
  while (b > 0) [a, b] = [b, a % b]; // greatest common divisor
  return { up: steps(to) / a, down: steps(from) / a };
}

/**
 * Samples of a signal at another rate: ceil(n · to / from).
 *
 * @throws {RangeError} where a rate is not a positive number
 */
export function resampledLength(samples: number, from: number, to: number): number {
  const { up, down } = reduce(from, to);
  return Math.ceil(samples * up / down);
}

/**
 * Brings a signal to another sampling rate: y[m] = Σ_k h(m · from / to − k) x[k].
 *
 * h is a sinc under a Kaiser window, cut off below the Nyquist frequency of the lower rate: frequencies
 * up to 0.8 of it pass (40 Hz for 500 → 100 Hz, to 0.01 %), those above it
 * are weakened by about 80 dB and neither fold back nor leave images. The filter is symmetric, so
 * nothing is delayed: y[m] is at the time m / to. Beyond its ends the signal counts as mirrored at
 * its first and last sample; a constant stays constant to the last sample.
 *
 * @param signal Samples at the rate `from`, at least one
 * @param from Rate of the signal, Hz, at least 10⁻⁶
 * @param to Wanted rate, Hz, at least 10⁻⁶
 * @param start First wanted sample of the result, 0 by default
 * @param end The one after the last; by default, and at most, ceil(n · to / from)
 * @returns end − start samples; a copy of the signal where the rates are equal
 * @throws {RangeError} where a rate is not a positive number or there is no sample
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { resample } from "ssrl-ecg";
 * const atFiveHundred = Float64Array.from({ length: 5000 }, (_, t) => Math.sin(0.02 * t));
 * const atOneHundred = resample(atFiveHundred, 500, 100);
 * assert(atOneHundred.length === 1000);
 * assert(Math.abs(atOneHundred[500] - atFiveHundred[2500]) < 1e-4);
 * ```
 */
export function resample(
  signal: Float32Array | Float64Array,
  from: number,
  to: number,
  start = 0,
  end = Infinity,
): Float64Array {
  const n = signal.length;
  if (n === 0) throw new RangeError("Cannot resample a signal without samples");
  const last = Math.min(end, resampledLength(n, from, to));
  if (from === to) return Float64Array.from(signal.subarray(start, last));
  const { up, down } = reduce(from, to);
  if (kept?.up !== up || kept.down !== down) kept = makePolyphase(up, down);
  const { before, taps, weights } = kept;

  // Mirrored at both ends, so that the sum below needs no test. The mirror image of a short signal
  // is mirrored again: its period is 2 (n - 1).
  const extended = new Float64Array(n + 2 * taps);
  const period = Math.max(1, 2 * (n - 1));
  for (let i = 0; i < extended.length; i++) {
    const at = (((i - taps) % period) + period) % period;
    extended[i] = signal[Math.min(at, period - at, n - 1)];
  }
  const output = new Float64Array(Math.max(0, last - start));
  for (let m = 0; m < output.length; m++) {
    const position = (start + m) * down;
    const phase = position % up;
    const first = (position - phase) / up - before + taps;
    const filter = weights(phase);
    let sum = 0;
    for (let k = 0; k < taps; k++) sum += filter[k] * extended[first + k];
    output[m] = sum;
  }
  return output;
}
