/**
 * Exponential moving average in float64. Twin of `kernels/moving_average.wgsl`.
 *
 *     average ← average + (1 − momentum) (source − average)
 */

/** One step in place; `average` and `source` are of one length. */
export function movingAverageStep(
  average: Float64Array,
  source: Float64Array,
  momentum: number,
): void {
  for (let j = 0; j < average.length; j++) average[j] += (1 - momentum) * (source[j] - average[j]);
}
