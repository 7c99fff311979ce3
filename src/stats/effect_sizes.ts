/** How large a difference is, apart from how sure it is. */

import { scaled } from "./paired_t.ts";
import { type GroupSummary, summarizeGroup } from "./welch_t.ts";

/**
 * Cohen's d of two independent groups: the difference of their means, first − second, in units of the
 * pooled standard deviation (Cohen 1988, section 2.2). Where neither group has any spread it is 0 for
 * equal means, else infinite.
 *
 * @throws {RangeError} If a group has fewer than two values, or one is not finite
 */
export function cohensD(first: ArrayLike<number>, second: ArrayLike<number>): number {
  const [a, b] = [first, second].map((values) => summarizeGroup(values, "compute Cohen's d"));
  return cohensDFromSummaries(a, b);
}

/** The same from mean, standard deviation and n of each group. */
export function cohensDFromSummaries(first: GroupSummary, second: GroupSummary): number {
  const pooled = [first, second]
    .reduce((sum, { n, standardDeviation }) => sum + (n - 1) * standardDeviation ** 2, 0) /
    (first.n + second.n - 2);
  return scaled(first.mean - second.mean, Math.sqrt(pooled));
}

/**
 * Rank-biserial correlation of two independent groups: the share of pairs in which the first is
 * larger minus the share in which it is smaller, 2 U₁ / (n₁ n₂) − 1. In [−1, 1], positive where the
 * first group is larger (Wendt 1972, with the sign of the difference).
 *
 * @param u1 U of the first group: pairs in which it is larger, ties ½
 */
export function rankBiserial(u1: number, n1: number, n2: number): number {
  return 2 * u1 / (n1 * n2) - 1;
}
