/** Means of a few runs with an interval. */

import { mean, standardDeviation } from "./descriptive.ts";
import { tQuantile } from "./distributions.ts";

/** A mean with its uncertainty. */
export interface MeanInterval {
  readonly n: number;
  readonly mean: number;
  /** Standard deviation with n − 1; NaN for fewer than two values. */
  readonly standardDeviation: number;
  /** Ends of the interval of the mean; NaN for fewer than two values. */
  readonly low: number;
  readonly high: number;
}

/**
 * Mean, standard deviation and Student's t interval of the mean: mean ± t(n − 1) s / √n. Right for
 * values that are independent and near enough to normal, such as the results of several seeds.
 *
 * @param values Results; those that are not finite are left out.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { meanInterval } from "ssrl-ecg";
 * const { mean, low, high } = meanInterval([0.86, 0.87, 0.88]);
 * assert(Math.abs(mean - 0.87) < 1e-12 && low < 0.846 && high > 0.894);
 * ```
 */
export function meanInterval(values: ArrayLike<number>, level = 0.95): MeanInterval {
  const finite = Array.from(values).filter(Number.isFinite);
  const n = finite.length;
  const center = mean(finite);
  const spread = standardDeviation(finite);
  const half = n < 2 ? NaN : tQuantile((1 + level) / 2, n - 1) * spread / Math.sqrt(n);
  return {
    n,
    mean: center,
    standardDeviation: spread,
    low: center - half,
    high: center + half,
  };
}
