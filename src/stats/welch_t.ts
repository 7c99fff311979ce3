/** t test of two independent groups with unequal variances (Welch 1947). */

import { tQuantile } from "./distributions.ts";
import { scaled, twoSidedT } from "./paired_t.ts";
import { mean, standardDeviation } from "./descriptive.ts";
import { requireSample, requireWhole } from "./samples.ts";

/** What a paper prints of a group. */
export interface GroupSummary {
  readonly mean: number;
  /** With n − 1. */
  readonly standardDeviation: number;
  readonly n: number;
}

/**
 * @param purpose As for `requireSample`
 * @throws {RangeError} If there are fewer than two values, or one is not finite
 */
export function summarizeGroup(values: ArrayLike<number>, purpose: string): GroupSummary {
  const sample = requireSample(values, 2, purpose);
  return { mean: mean(sample), standardDeviation: standardDeviation(sample), n: sample.length };
}

/** Result of {@linkcode welchT}. */
export interface WelchT {
  /** Mean of the first group − mean of the second. */
  readonly difference: number;
  readonly t: number;
  /** Of Welch and Satterthwaite; NaN where neither group has any spread. */
  readonly degreesOfFreedom: number;
  /** Two-sided. */
  readonly pValue: number;
  /** Ends of the 95 % t interval of the difference. */
  readonly low: number;
  readonly high: number;
}

/**
 * Welch's test of the difference of two means. Where neither group has any spread, p is 1 if the
 * means are equal, else 0.
 *
 * @throws {RangeError} If there are too few, or one is not finite
 */
export function welchT(first: ArrayLike<number>, second: ArrayLike<number>): WelchT {
  const [a, b] = [first, second].map((values) => summarizeGroup(values, "test two groups"));
  return welchTFromSummaries(a, b);
}

/**
 * The same from what a paper prints: mean, standard deviation and n of each group.
 *
 * @throws {RangeError} If a mean or deviation is not finite, a deviation is negative, or an n is not
 * a whole number from 2
 */
export function welchTFromSummaries(first: GroupSummary, second: GroupSummary): WelchT {
  for (const { mean, standardDeviation, n } of [first, second]) {
    if (!Number.isFinite(mean) || !(standardDeviation >= 0 && standardDeviation < Infinity)) {
      throw new RangeError(`Cannot test means: got mean ${mean} with SD ${standardDeviation}`);
    }
    requireWhole(n, 2, `test means of groups of ${n}`);
  }
  const [a, b] = [first, second].map((group) => group.standardDeviation ** 2 / group.n);
  const error = Math.sqrt(a + b);
  const difference = first.mean - second.mean;
  const t = scaled(difference, error);
  // Without any spread 0 / 0 = NaN.
  const degreesOfFreedom = (a + b) ** 2 / (a ** 2 / (first.n - 1) + b ** 2 / (second.n - 1));
  const half = error === 0 ? 0 : tQuantile(0.975, degreesOfFreedom) * error;
  return {
    difference,
    t,
    degreesOfFreedom,
    pValue: error === 0 ? Number(difference === 0) : twoSidedT(t, degreesOfFreedom),
    low: difference - half,
    high: difference + half,
  };
}
