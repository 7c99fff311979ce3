/**
 * Mixup of two records in mV, lead by lead, in float64:
 *
 *     y = (1 − share) · x + share · partner,   0 ≤ share ≤ 1/2
 *
 * @module
 */

/** Mixes [T, 12] with [T, 12]. */
export function mixup(
  x: ArrayLike<number>,
  partner: ArrayLike<number>,
  share: number,
): Float64Array {
  return Float64Array.from(x, (value, j) => (1 - share) * value + share * partner[j]);
}
