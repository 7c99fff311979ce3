/** Student's t test of paired values (Student 1908). */

import { tCdf, tQuantile } from "./distributions.ts";
import { mean, standardDeviation } from "./descriptive.ts";
import { requireSample } from "./samples.ts";

/** Result of {@linkcode pairedT}. */
export interface PairedT {
  readonly n: number;
  readonly meanDifference: number;
  /** Of the differences, with n − 1. */
  readonly standardDeviation: number;
  readonly t: number;
  /** Two-sided. */
  readonly pValue: number;
  /** Ends of the 95 % t interval of the mean difference. */
  readonly low: number;
  readonly high: number;
  /** Cohen's d_z: mean over standard deviation of the differences. */
  readonly cohensDz: number;
}

/**
 * Tests whether paired differences have mean 0: t = mean / (s / √n) on n − 1 degrees of freedom.
 *
 * Where all differences are equal there is no spread to compare with: t and d_z are 0 and p is 1 if
 * they are 0, else t and d_z are infinite and p is 0, as in SciPy.
 *
 * @param differences At least two finite numbers, from `pairedDifferences`
 * @throws {RangeError} If there are fewer than two, or one is not finite
 */
export function pairedT(differences: ArrayLike<number>): PairedT {
  const sample = requireSample(differences, 2, "test paired differences");
  const n = sample.length;
  const meanDifference = mean(sample);
  const spread = standardDeviation(sample);
  const half = tQuantile(0.975, n - 1) * spread / Math.sqrt(n);
  const ratio = scaled(meanDifference, spread);
  const t = ratio * Math.sqrt(n);
  return {
    n,
    meanDifference,
    standardDeviation: spread,
    t,
    pValue: twoSidedT(t, n - 1),
    low: meanDifference - half,
    high: meanDifference + half,
    cohensDz: ratio,
  };
}

/** Two-sided p-value of a t statistic; infinite ones have 0. */
export function twoSidedT(t: number, degreesOfFreedom: number): number {
  if (!Number.isFinite(t)) return 0;
  return Math.min(1, 2 * tCdf(-Math.abs(t), degreesOfFreedom));
}

/** value / scale; over a scale of 0 it is 0 for 0 and infinite for anything else. */
export function scaled(value: number, scale: number): number {
  return value === 0 ? 0 : value / scale;
}
