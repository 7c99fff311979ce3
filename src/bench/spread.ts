/**
 * Several measurements of one thing.
 *
 * @module
 */

import { median } from "../stats/descriptive.ts";

/** Median and range of a few measurements. */
export interface Spread {
  readonly median: number;
  readonly minimum: number;
  readonly maximum: number;
  /** Number of measurements. */
  readonly count: number;
}

/**
 * Median, minimum and maximum.
 *
 * @throws {RangeError} When there are no values.
 */
export function spread(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError("Cannot take the median of no values");
  return {
    median: median(values),
    minimum: Math.min(...values),
    maximum: Math.max(...values),
    count: values.length,
  };
}
