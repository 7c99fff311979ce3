/**
 * Frequency warping, in float64: the heart rate is 1 + warp times as high at the start of the record
 * and changes evenly to 1 − warp times at its end, while both ends stay in place.
 *
 *     y(t) = x(t + d(t)),   d(t) = warp · t · (1 − t / (T − 1)),   x interpolated linearly
 *
 * because the rate of reading is d/dt (t + d) = 1 + warp · (1 − 2t / (T − 1)).
 */

import { LARGEST_WARP } from "../../../src/augment/augmentations/frequency_warp.ts";
import { LEADS, type RowDraws } from "./row_draws.ts";

/** Relative change of the heart rate at the start. */
export function draw(draws: RowDraws): number {
  return draws.between(1, [-LARGEST_WARP, LARGEST_WARP]);
}

/** Warps [T, 12]. */
export function apply(x: Float64Array, warp: number): Float64Array {
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
