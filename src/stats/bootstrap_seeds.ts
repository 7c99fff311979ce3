/**
 * Bootstrap over seeds: how much a difference of means depends on which seeds were drawn (Efron &
 * Tibshirani 1993, chapter 8).
 */

import { CounterRandom, Stream } from "../random/philox.ts";
import { currentSeed } from "../random/set_seed.ts";
import { mean, quantile } from "./descriptive.ts";
import { requireSample, requireWhole } from "./samples.ts";

/** Coverage. */
const LEVEL = 0.95;

/** Options of {@linkcode bootstrapMeanDifference}. */
export interface BootstrapSeedsOptions {
  /** Number of resamples. Default 10,000. */
  readonly resamples?: number;
  /** Seed of the draws; one seed gives one result. Default: the seed of `setSeed`. */
  readonly seed?: number;
}

/**
 * 95 % percentile bootstrap interval of a mean over seeds, or of the difference of two means, each
 * group drawn from its own values. Few seeds make it too narrow (by a factor of √((n − 1) / n), and
 * more in the tails): below ten the t interval is the one to quote.
 *
 * @param first Paired differences, or the results of the first method; two or more
 * @param second Results of the second method, where seeds are not paired; two or more
 * @returns Ends of the interval
 * @throws {RangeError} If there are too few values, one is not finite, or an option is out of range
 */
export function bootstrapMeanDifference(
  first: ArrayLike<number>,
  second?: ArrayLike<number>,
  { resamples = 10_000, seed = currentSeed() }: BootstrapSeedsOptions = {},
): [low: number, high: number] {
  requireWhole(resamples, 1, `draw ${resamples} resamples`);
  const a = requireSample(first, 2, "draw seeds");
  const b = second === undefined ? undefined : requireSample(second, 2, "draw seeds");
  const differences = Float64Array.from({ length: resamples }, (_, resample) => {
    const random = new CounterRandom(seed, Stream.bootstrap, { item: resample });
    const drawnMean = (values: Float64Array) =>
      mean(values.map(() => values[random.integer(values.length)]));
    return drawnMean(a) - (b === undefined ? 0 : drawnMean(b));
  }).sort();
  return [quantile(differences, (1 - LEVEL) / 2), quantile(differences, (1 + LEVEL) / 2)];
}
