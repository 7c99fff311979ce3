/** Features in units of their own spread, as scikit-learn's `StandardScaler`. */

/** What {@linkcode standardize} subtracts and divides by. */
export interface Standardization {
  /** [dimension] */
  readonly mean: Float64Array;
  /** Population standard deviation, [dimension]. */
  readonly deviation: Float64Array;
}

/**
 * Mean and standard deviation of each feature, which is 0 for a constant one.
 *
 * @param features Row-major [rows, dimension]
 * @throws {RangeError} If there are no rows of this dimension
 */
export function meanAndDeviation(
  features: ArrayLike<number>,
  dimension: number,
): Standardization {
  const rows = features.length / dimension;
  if (!Number.isInteger(rows) || rows < 1) {
    throw new RangeError(
      `Cannot standardize ${features.length} features: need rows of ${dimension}`,
    );
  }
  const mean = new Float64Array(dimension);
  const variance = new Float64Array(dimension);
  for (let at = 0; at < features.length; at++) mean[at % dimension] += features[at] / rows;
  for (let at = 0; at < features.length; at++) {
    variance[at % dimension] += (features[at] - mean[at % dimension]) ** 2 / rows;
  }
  // A constant feature may show a deviation of rounding errors.
  const deviation = variance.map(Math.sqrt)
    .map((root, j) => root <= 1e-12 * Math.abs(mean[j]) ? 0 : root);
  return { mean, deviation };
}

/** The same with 1 in place of 0, so that a constant feature becomes 0. Throws as above. */
export function fitStandardization(
  features: ArrayLike<number>,
  dimension: number,
): Standardization {
  const { mean, deviation } = meanAndDeviation(features, dimension);
  return { mean, deviation: deviation.map((value) => value || 1) };
}

/** (x − mean) / deviation of every feature, row-major [rows, dimension]. */
export function standardize(
  features: ArrayLike<number>,
  { mean, deviation }: Standardization,
): Float64Array {
  return Float64Array.from(
    features,
    (value, at) => (value - mean[at % mean.length]) / deviation[at % mean.length],
  );
}
