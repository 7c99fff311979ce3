/**
 * Permutation test of two independent groups: under the null hypothesis any of the values could as
 * well be in the other group (Fisher 1935; Pitman 1937).
 */

import { CounterRandom, Stream } from "../random/philox.ts";
import { currentSeed } from "../random/set_seed.ts";
import { requireSample, requireWhole } from "./samples.ts";
import { type PermutationOptions, type PermutationTest, Tails } from "./sign_flip_test.ts";

/** Most divisions into two groups that are all tried; 10 and 10 have 184,756. */
const EXACT_UP_TO = 200_000;

/**
 * Tests the difference of two means among those of all divisions of the values into groups of these
 * sizes, exactly where there are at most 200,000 divisions, else with random ones, the observed one
 * counting as one more draw (Phipson & Smyth 2010).
 *
 * @throws {RangeError} If a group is empty, a value is not finite, or `resamples` is no whole number
 * from 1
 */
export function labelPermutationTest(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  { resamples = 9999, seed = currentSeed() }: PermutationOptions = {},
): PermutationTest {
  const a = requireSample(first, 1, "test two groups");
  const b = requireSample(second, 1, "test two groups");
  requireWhole(resamples, 1, `draw ${resamples} rearrangements`);
  const [n1, n2] = [a.length, b.length];
  const pooled = Float64Array.of(...a, ...b);
  const total = pooled.reduce((sum, value) => sum + value, 0);
  const observed = a.reduce((sum, value) => sum + value, 0);
  // The sum of the first group decides the difference of the means.
  const tails = new Tails(observed, pooled.reduce((sum, value) => sum + Math.abs(value), 0));
  const exact = divisions(n1, n2) <= EXACT_UP_TO;
  if (exact) {
    forEachSubsetSum(pooled, n1, (sum) => tails.count(sum));
  } else {
    for (let resample = 0; resample < resamples; resample++) {
      const random = new CounterRandom(seed, Stream.permutation, { item: resample });
      let sum = 0;
      for (let i = 0; i < n1; i++) {
        const j = i + random.integer(n1 + n2 - i);
        [pooled[i], pooled[j]] = [pooled[j], pooled[i]];
        sum += pooled[i];
      }
      tails.count(sum);
    }
  }
  return tails.result(observed / n1 - (total - observed) / n2, exact);
}

/** n₁ + n₂ over n₁. */
function divisions(n1: number, n2: number): number {
  let count = 1;
  for (let i = 1; i <= Math.min(n1, n2); i++) count = count * (n1 + n2 + 1 - i) / i;
  return count;
}

/** Sums of all subsets of `size` values. */
function forEachSubsetSum(
  values: Float64Array,
  size: number,
  visit: (sum: number) => void,
): void {
  const extend = (sum: number, from: number, left: number) => {
    if (left === 0) return visit(sum);
    for (let i = from; i <= values.length - left; i++) extend(sum + values[i], i + 1, left - 1);
  };
  extend(0, 0, size);
}
