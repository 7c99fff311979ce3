/** Rank test of two independent groups (Mann & Whitney 1947). */

import { normalCdf } from "./distributions.ts";
import { rankBiserial } from "./effect_sizes.ts";
import { midranks } from "./midranks.ts";
import { requireSample } from "./samples.ts";

/** How a p-value is found: from all arrangements of the ranks, or from a normal distribution. */
export type RankTestMethod = "exact" | "approximate";

/** Largest group whose p-value is exact unless told otherwise. */
const EXACT_UP_TO = 20;

/** Result of {@linkcode mannWhitney}. */
export interface MannWhitney {
  /** Pairs in which the first group is larger, ties ½; 0 to n₁ n₂. */
  readonly u1: number;
  /** Two-sided. */
  readonly pValue: number;
  readonly method: RankTestMethod;
  /** 2 U₁ / (n₁ n₂) − 1, positive where the first group is larger. */
  readonly rankBiserial: number;
}

/**
 * Mann–Whitney U test. Without ties and with at most 20 values in each group the p-value is exact,
 * twice the smaller tail; else it is that of a normal distribution with corrections for ties and
 * continuity. Values that are all equal give p = 1.
 *
 * @param method Overrides the choice
 * @throws {RangeError} If a group is empty, a value is not finite, or ties forbid an exact p-value
 */
export function mannWhitney(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  method?: RankTestMethod,
): MannWhitney {
  const a = requireSample(first, 1, "test two groups");
  const b = requireSample(second, 1, "test two groups");
  const [n1, n2] = [a.length, b.length];
  const { ranks, tieSum } = midranks([...a, ...b]);
  const rankSum = ranks.subarray(0, n1).reduce((sum, rank) => sum + rank, 0);
  const u1 = rankSum - n1 * (n1 + 1) / 2;
  const chosen = method ??
    (tieSum === 0 && Math.max(n1, n2) <= EXACT_UP_TO ? "exact" : "approximate");
  if (chosen === "exact" && tieSum > 0) {
    throw new RangeError("Cannot give an exact p-value of U with ties: use the approximate one");
  }
  const larger = Math.max(u1, n1 * n2 - u1);
  const tail = chosen === "exact" ? upperTail(larger, n1, n2) : normalTail(larger, n1, n2, tieSum);
  return {
    u1,
    pValue: Math.min(1, 2 * tail),
    method: chosen,
    rankBiserial: rankBiserial(u1, n1, n2),
  };
}

/**
 * P(U ≥ u) when all arrangements of the ranks are equally likely. Their numbers are the
 * coefficients of the Gaussian binomial Π (1 − q^(n₂+i)) / (1 − q^i), i = 1 … n₁.
 */
function upperTail(u: number, n1: number, n2: number): number {
  const counts = new Float64Array(n1 * n2 + 1);
  counts[0] = 1;
  for (let i = 1; i <= n1; i++) {
    for (let k = counts.length - 1; k >= n2 + i; k--) counts[k] -= counts[k - n2 - i];
    for (let k = i; k < counts.length; k++) counts[k] += counts[k - i];
  }
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.subarray(u).reduce((sum, count) => sum + count, 0) / total;
}

function normalTail(u: number, n1: number, n2: number, tieSum: number): number {
  const n = n1 + n2;
  const deviation = Math.sqrt(n1 * n2 / 12 * (n + 1 - tieSum / (n * (n - 1))));
  if (!(deviation > 0)) return 1;
  return normalCdf(-(u - n1 * n2 / 2 - 0.5) / deviation);
}
