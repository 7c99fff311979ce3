/**
 * Frequency warping, in float64: the heart rate is 1 + warp times as high at the start of the record
 * and changes evenly to 1 − warp times at its end, while both ends stay in place.
 *
 *     y(t) = x(t + d(t)),   d(t) = warp · t · (1 − t / (T − 1)),   x interpolated linearly
 *
 * because the rate of reading is d/dt (t + d) = 1 + warp · (1 − 2t / (T − 1)).
 *
 * @module
 */

const LEADS = 12;

/** Warps [T, 12]. */
export function warpFrequency(x: ArrayLike<number>, warp: number): Float64Array {
  const length = x.length / LEADS;
  const y = new Float64Array(x.length);
  for (let t = 0; t < length; t++) {
    const source = t + warp * t * (1 - t / (length - 1));
    const left = Math.min(length - 1, Math.max(0, Math.floor(source)));
    const right = Math.min(length - 1, left + 1);
    for (let c = 0; c < LEADS; c++) {
      y[LEADS * t + c] = x[LEADS * left + c] +
        (source - left) * (x[LEADS * right + c] - x[LEADS * left + c]);
    }
  }
  return y;
}
