/**
 * Zero-phase band-pass, in float64: a gain for every cosine of the type-II discrete cosine transform,
 * which takes the record as mirrored at both ends, so that there is no jump to ring at.
 *
 *     X[k] = Σ_t x[t] cos(πk(2t + 1) / 2T)
 *     y[t] = Σ_k n_k (low-pass[k] − loss[k]) X[k] cos(πk(2t + 1) / 2T),   n_0 = 1/T, n_k = 2/T
 *
 *     loss[k]     = (1 + cos πv) / 2, v = f/low − 1/2 clamped to [0, 1], f = k · rate / 2T
 *     low-pass[k] = h[0] + 2 Σ_j h[j] cos(πkj/T),  h a windowed sinc of half length M, Σ h = 1
 *
 * The kernel computes the same with a convolution for the low-pass and with the few cosines that the
 * high-pass touches; a symmetric convolution of a mirrored signal is a gain in this basis.
 */

import { bandpassExtents, LOW_EDGE } from "../../../src/augment/augmentations/bandpass.ts";
import { LEADS, type Row, type RowDraws } from "./row_draws.ts";

/** Edges in Hz; `high` is absent where the sampling rate leaves no room for it. */
interface Band {
  readonly low: number;
  readonly high?: number;
}

/** The band. */
export function draw(draws: RowDraws): Band {
  const { highEdge } = bandpassExtents(draws.record);
  return {
    low: draws.between(1, LOW_EDGE),
    ...(highEdge[1] > highEdge[0] ? { high: draws.between(2, highEdge) } : {}),
  };
}

/** Half of the low-pass's symmetric impulse response, [M + 1], for an edge in turns a sample. */
export function lowPassTaps(frequency: number, halfWidth: number): Float64Array {
  const taps = Float64Array.from(
    { length: halfWidth + 1 },
    (_, j) =>
      j === 0 ? 2 * frequency : Math.sin(2 * Math.PI * frequency * j) / (Math.PI * j) *
        (0.5 + 0.5 * Math.cos(Math.PI * j / (halfWidth + 1))),
  );
  const total = taps.reduce((sum, tap, j) => sum + (j === 0 ? tap : 2 * tap), 0);
  return taps.map((tap) => tap / total);
}

/** Gain at a frequency in Hz. */
export function bandpassGain(
  frequency: number,
  band: Band,
  samplingRate: number,
  halfWidth: number,
): number {
  const v = Math.min(1, Math.max(0, frequency / band.low - 0.5));
  const loss = (1 + Math.cos(Math.PI * v)) / 2;
  if (band.high === undefined) return 1 - loss;
  const turns = frequency / samplingRate;
  const lowPass = lowPassTaps(band.high / samplingRate, halfWidth)
    .reduce(
      (sum, tap, j) => sum + (j === 0 ? tap : 2 * tap * Math.cos(2 * Math.PI * turns * j)),
      0,
    );
  return lowPass - loss;
}

/** Filters [T, 12]. */
export function apply(x: Float64Array, band: Band, { record }: Pick<Row, "record">): Float64Array {
  const { length, samplingRate } = record;
  const { halfWidth } = bandpassExtents(record);
  const cosines = Float64Array.from(
    { length: 4 * length },
    (_, j) => Math.cos(2 * Math.PI * j / (4 * length)),
  );
  const y = new Float64Array(x.length);
  const coefficient = new Float64Array(LEADS);
  for (let k = 0; k < length; k++) {
    coefficient.fill(0);
    for (let t = 0; t < length; t++) {
      const cosine = cosines[k * (2 * t + 1) % (4 * length)];
      for (let c = 0; c < LEADS; c++) coefficient[c] += cosine * x[LEADS * t + c];
    }
    const gain = (k === 0 ? 1 : 2) / length *
      bandpassGain(k * samplingRate / (2 * length), band, samplingRate, halfWidth);
    for (let t = 0; t < length; t++) {
      const cosine = gain * cosines[k * (2 * t + 1) % (4 * length)];
      for (let c = 0; c < LEADS; c++) y[LEADS * t + c] += cosine * coefficient[c];
    }
  }
  return y;
}
