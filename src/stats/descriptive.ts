/** Mean, variance, quantiles. */

/**
 * Arithmetic mean; NaN for no values. Summed from the first value on, so that the mean of equal
 * values is that value and their variance 0, to the bit.
 */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] - values[0];
  return values[0] + sum / values.length;
}

/** Mean of the values that are finite; NaN for none. */
export function meanOfFinite(values: readonly number[]): number {
  return mean(values.filter(Number.isFinite));
}

/** Variance with n − 1; NaN for fewer than two values. */
export function sampleVariance(values: ArrayLike<number>): number {
  if (values.length < 2) return NaN;
  const center = mean(values);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i] - center) ** 2;
  return squares / (values.length - 1);
}

/** Standard deviation with n − 1; NaN for fewer than two values. */
export function standardDeviation(values: ArrayLike<number>): number {
  return Math.sqrt(sampleVariance(values));
}

/**
 * Quantile of sorted values with linear interpolation between neighbors (type 7 of Hyndman & Fan
 * 1996, the default of R and NumPy). NaN if there are none.
 */
export function quantile(sorted: ArrayLike<number>, probability: number): number {
  if (sorted.length === 0) return NaN;
  const position = (sorted.length - 1) * probability;
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}

/** Median of values in any order; NaN for none. */
export function median(values: ArrayLike<number>): number {
  return quantile(Float64Array.from(values).sort(), 0.5);
}
