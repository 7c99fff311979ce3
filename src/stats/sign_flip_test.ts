/**
 * Permutation test of paired values: under the null hypothesis each difference could as well have
 * the other sign (Fisher 1935, section 21).
 */

import { CounterRandom, Stream } from "../random/philox.ts";
import { currentSeed } from "../random/set_seed.ts";
import { requireSample, requireWhole } from "./samples.ts";

/** Most differences whose signs are all tried: 2¹⁶ sums take a millisecond. */
const EXACT_UP_TO = 16;

/** How far two sums may be apart and still be called equal, in units of the sum of all sizes. */
const ROUNDING = 1e-13;

/** Options of the permutation tests. */
export interface PermutationOptions {
  /** Random rearrangements where there are too many to try all. Default 9,999. */
  readonly resamples?: number;
  /** Seed of the draws; one seed gives one result. Default: the seed of `setSeed`. */
  readonly seed?: number;
}

/** Result of a permutation test. */
export interface PermutationTest {
  /** The mean difference that was observed. */
  readonly meanDifference: number;
  /** Two-sided: twice the smaller tail, at most 1. */
  readonly pValue: number;
  /** Whether all rearrangements were tried. */
  readonly exact: boolean;
  /** Rearrangements looked at. */
  readonly resamples: number;
}

/**
 * Sign-flip test of the mean of paired differences, exact up to 16 of them: the observed mean among
 * those of all 2ⁿ signs. Beyond, random signs are drawn, and the observed ones count as one more
 * draw, which keeps the level (Phipson & Smyth 2010). It assumes that differences are symmetric about
 * 0 under the null hypothesis, not that they are normal. If all are 0, p is 1.
 *
 * @param differences At least one finite number, from `pairedDifferences`
 * @throws {RangeError} If there are none, one is not finite, or `resamples` is no whole number from 1
 */
export function signFlipTest(
  differences: ArrayLike<number>,
  { resamples = 9999, seed = currentSeed() }: PermutationOptions = {},
): PermutationTest {
  const sample = requireSample(differences, 1, "test paired differences");
  requireWhole(resamples, 1, `draw ${resamples} rearrangements`);
  const n = sample.length;
  const observed = sample.reduce((sum, value) => sum + value, 0);
  const tails = new Tails(observed, sample.reduce((sum, value) => sum + Math.abs(value), 0));
  if (n <= EXACT_UP_TO) {
    for (let signs = 0; signs < 2 ** n; signs++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += signs >> i & 1 ? -sample[i] : sample[i];
      tails.count(sum);
    }
  } else {
    for (let resample = 0; resample < resamples; resample++) {
      const random = new CounterRandom(seed, Stream.permutation, { item: resample });
      let sum = 0;
      for (let i = 0, bits = 0; i < n; i++, bits >>>= 1) {
        if (i % 32 === 0) bits = random.uint32();
        sum += bits & 1 ? -sample[i] : sample[i];
      }
      tails.count(sum);
    }
  }
  return tails.result(observed / n, n <= EXACT_UP_TO);
}

/** Counts the rearrangements on either side of the observed sum. */
export class Tails {
  #below = 0;
  #above = 0;
  #seen = 0;
  readonly #tolerance: number;

  /** @param scale Sum of the sizes of all values, for what is called equal */
  constructor(readonly observed: number, scale: number) {
    this.#tolerance = ROUNDING * scale;
  }

  count(sum: number): void {
    this.#seen++;
    if (sum <= this.observed + this.#tolerance) this.#below++;
    if (sum >= this.observed - this.#tolerance) this.#above++;
  }

  result(meanDifference: number, exact: boolean): PermutationTest {
    const extra = exact ? 0 : 1; // what was observed, as one more draw
    const tail = (Math.min(this.#below, this.#above) + extra) / (this.#seen + extra);
    return { meanDifference, pValue: Math.min(1, 2 * tail), exact, resamples: this.#seen };
  }
}
