/** Rank test of paired values (Wilcoxon 1945). */

import { normalCdf } from "./distributions.ts";
import type { RankTestMethod } from "./mann_whitney.ts";
import { midranks } from "./midranks.ts";
import { requireSample } from "./samples.ts";

/** Largest number of differences whose p-value is exact unless told otherwise, as in SciPy. */
const EXACT_UP_TO = 50;

/** Result of {@linkcode wilcoxonSignedRank}. */
export interface WilcoxonSignedRank {
  /** Differences that are not 0. */
  readonly n: number;
  /** Differences that are 0. */
  readonly zeros: number;
  /** Sum of the ranks of the positive differences. */
  readonly positiveRanks: number;
  /** Sum of the ranks of the negative differences. */
  readonly negativeRanks: number;
  /** The smaller of the two. */
  readonly statistic: number;
  /** Two-sided. */
  readonly pValue: number;
  readonly method: RankTestMethod;
  /** (positive − negative) / (positive + negative), in [−1, 1]; 0 where all differences are 0. */
  readonly rankBiserial: number;
}

/**
 * Wilcoxon's signed-rank test of paired differences.
 *
 * Zero differences are left out before ranking, as Wilcoxon did and as SciPy does by default. With
 * up to 50 differences, none of them 0 and no two of equal size, the p-value is exact, twice the
 * smaller tail; else it is that of a normal distribution, corrected for ties, without correction for
 * continuity. If all differences are 0, p is 1.
 *
 * @param differences At least one finite number, from `pairedDifferences`
 * @param method Overrides the choice
 * @throws {RangeError} If there are none, one is not finite, or zeros or ties forbid an exact p-value
 */
export function wilcoxonSignedRank(
  differences: ArrayLike<number>,
  method?: RankTestMethod,
): WilcoxonSignedRank {
  const all = requireSample(differences, 1, "test paired differences");
  const sample = all.filter((value) => value !== 0);
  const n = sample.length;
  const zeros = all.length - n;
  const { ranks, tieSum } = midranks(sample.map(Math.abs));
  const positiveRanks = ranks.reduce((sum, rank, i) => sample[i] > 0 ? sum + rank : sum, 0);
  const negativeRanks = n * (n + 1) / 2 - positiveRanks;
  const statistic = Math.min(positiveRanks, negativeRanks);
  const distinct = zeros === 0 && tieSum === 0;
  const chosen = method ?? (distinct && n <= EXACT_UP_TO ? "exact" : "approximate");
  if (chosen === "exact" && !distinct) {
    throw new RangeError(
      "Cannot give an exact p-value of signed ranks with zeros or ties: use the approximate one",
    );
  }
  const tail = chosen === "exact" ? lowerTail(statistic, n) : normalTail(statistic, n, tieSum);
  return {
    n,
    zeros,
    positiveRanks,
    negativeRanks,
    statistic,
    pValue: Math.min(1, 2 * tail),
    method: chosen,
    rankBiserial: n === 0 ? 0 : (positiveRanks - negativeRanks) / (positiveRanks + negativeRanks),
  };
}

/** P(W ≤ w) when all 2ⁿ signs are equally likely: W is the sum of a random subset of 1 … n. */
function lowerTail(w: number, n: number): number {
  const counts = new Float64Array(n * (n + 1) / 2 + 1);
  counts[0] = 1;
  for (let rank = 1; rank <= n; rank++) {
    for (let sum = counts.length - 1; sum >= rank; sum--) counts[sum] += counts[sum - rank];
  }
  return counts.subarray(0, w + 1).reduce((sum, count) => sum + count, 0) / 2 ** n;
}

function normalTail(w: number, n: number, tieSum: number): number {
  const variance = (n * (n + 1) * (2 * n + 1) - tieSum / 2) / 24;
  if (!(variance > 0)) return 0.5; // no differences, p = 1
  return normalCdf((w - n * (n + 1) / 4) / Math.sqrt(variance));
}
