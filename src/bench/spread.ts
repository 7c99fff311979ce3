/**
 * Several measurements of one thing.
 *
 * @module
 */

/** Median and range of a few measurements. */
export interface Spread {
  readonly median: number;
  readonly minimum: number;
  readonly maximum: number;
  /** Number of measurements. */
  readonly count: number;
}

/**
 * Median (of two middle values their mean), minimum and maximum.
 *
 * @throws {RangeError} When there are no values.
 */
export function spread(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError("Cannot take the median of no values");
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return {
    median: sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2,
    minimum: sorted[0],
    maximum: sorted[sorted.length - 1],
    count: sorted.length,
  };
}
