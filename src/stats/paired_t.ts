/**
 * Student's t test of paired values (Student 1908).
 *
 * @module
 */

import tCdf from "@stdlib/t-cdf";
import { meanInterval } from "./mean_interval.ts";

/** Result of {@linkcode pairedT}. */
export interface PairedT {
  readonly n: number;
  readonly meanDifference: number;
  /** Of the differences, with n − 1. */
  readonly standardDeviation: number;
  readonly t: number;
  /** n − 1 */
  readonly degreesOfFreedom: number;
  /** Two-sided. */
  readonly pValue: number;
  /** Ends of the t interval of the mean difference. */
  readonly low: number;
  readonly high: number;
  /** Cohen's d_z: mean over standard deviation of the differences. */
  readonly cohensDz: number;
}

/**
 * Tests whether paired differences have mean 0: t = mean / (s / √n) on n − 1 degrees of freedom.
 *
 * Where all differences are equal there is no spread to compare with: t and d_z are 0 and p is 1 if
 * they are 0, else t and d_z are infinite and p is 0.
 *
 * @param differences At least two finite numbers
 * @throws {RangeError} If there are fewer than two, or one is not finite
 *
 * @example
 * ```ts
 * import { pairedT } from "ssrl-ecg/src/stats/paired_t.ts";
 * const { t, pValue } = pairedT([0.02, 0.01, 0.03]);
 * console.assert(t > 3.4 && pValue < 0.08);
 * ```
 */
export function pairedT(differences: ArrayLike<number>): PairedT {
  const { n, mean, standardDeviation, low, high } = meanInterval(differences);
  if (n < 2 || n < differences.length) {
    throw new RangeError("Cannot test paired differences: need two or more finite numbers");
  }
  const cohensDz = mean === 0 ? 0 : mean / standardDeviation;
  const t = cohensDz * Math.sqrt(n);
  return {
    n,
    meanDifference: mean,
    standardDeviation,
    t,
    degreesOfFreedom: n - 1,
    pValue: Number.isFinite(t) ? 2 * tCdf(-Math.abs(t), n - 1) : 0,
    low,
    high,
    cohensDz,
  };
}
