/**
 * Segment CutMix, in float64: samples start … end − 1 of all leads come from another record.
 *
 * @module
 */

const LEADS = 12;

/** Replaces a segment of [T, 12] by the same segment of `partner` [T, 12]. */
export function cutmix(
  x: ArrayLike<number>,
  partner: ArrayLike<number>,
  start: number,
  end: number,
): Float64Array {
  return Float64Array.from(
    x,
    (value, j) => j >= LEADS * start && j < LEADS * end ? partner[j] : value,
  );
}
