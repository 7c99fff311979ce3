/**
 * Features in units of their own spread, as scikit-learn's `StandardScaler`.
 *
 * @module
 */

/** What {@linkcode standardize} subtracts and divides by. */
export interface Standardization {
  /** [dimension] */
  readonly mean: Float64Array;
  /** Population standard deviation, [dimension]; 1 for a constant feature, which becomes 0. */
  readonly deviation: Float64Array;
}

/**
 * Mean and standard deviation of each feature.
 *
 * @param features Row-major [rows, dimension]
 * @throws {RangeError} If there are no rows of this dimension
 */
export function fitStandardization(
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
  const deviation = new Float64Array(dimension);
  for (let at = 0; at < features.length; at++) mean[at % dimension] += features[at] / rows;
  for (let at = 0; at < features.length; at++) {
    deviation[at % dimension] += (features[at] - mean[at % dimension]) ** 2 / rows;
  }
  for (let j = 0; j < dimension; j++) {
    const root = Math.sqrt(deviation[j]);
    // A constant feature may show a deviation of rounding errors.
    deviation[j] = root > 1e-12 * Math.abs(mean[j]) ? root : 1;
  }
  return { mean, deviation };
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
