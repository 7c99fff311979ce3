/** Measurements: several of one thing, and how they are written to files. */

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
  const [minimum, maximum] = [Math.min(...values), Math.max(...values)];
  return { median: median(values), minimum, maximum, count: values.length };
}

/** Indented JSON whose fractions have six significant digits, more than any timing has. */
export function roundedJson(value: unknown): string {
  const round = (_key: string, each: unknown): unknown =>
    typeof each === "number" && !Number.isInteger(each) ? Number(each.toPrecision(6)) : each;
  return JSON.stringify(value, round, 1) + "\n";
}
