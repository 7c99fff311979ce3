/** Bootstrap intervals of the difference between two sets of predictions for the same records. */

import { mean } from "../stats/descriptive.ts";
import {
  arrange,
  type BootstrapIntervals,
  type BootstrapOptions,
  measurer,
  percentileIntervals,
} from "./bootstrap.ts";

/**
 * Percentile intervals of `changed` − `baseline` for all metrics. Both are measured on the same
 * resamples, so that what makes a record easy or hard for both cancels: the interval of the
 * difference is narrower than those of the two metrics suggest.
 *
 * @param changed Probabilities for the same records in the same order
 * @throws {RangeError} As `bootstrapIntervals`
 */
export function pairedBootstrapIntervals(
  labels: ArrayLike<number>,
  baseline: ArrayLike<number>,
  changed: ArrayLike<number>,
  options: BootstrapOptions,
): BootstrapIntervals {
  return pairedIntervalsAgainstMean(labels, [baseline], changed, options);
}

/**
 * The same against the mean metric of several baselines, such as one method with several seeds.
 * Which records are drawn is what varies; the baselines stay the ones given.
 *
 * @param baselines At least one; each as `changed`
 * @throws {RangeError} As `bootstrapIntervals`, or without baselines
 */
export function pairedIntervalsAgainstMean(
  labels: ArrayLike<number>,
  baselines: readonly ArrayLike<number>[],
  changed: ArrayLike<number>,
  options: BootstrapOptions,
): BootstrapIntervals {
  if (baselines.length === 0) throw new RangeError("Cannot compare: got no baselines");
  const { records, measure: measureChanged } = measurer(labels, changed, options);
  const measures = baselines.map((each) => measurer(labels, each, options).measure);
  const difference = (weights?: Uint32Array) => {
    const before = measures.map((measure) => measure(weights));
    return measureChanged(weights).map((after, metric) =>
      after - mean(before.map((each) => each[metric]))
    );
  };
  return arrange(percentileIntervals(records, difference, options), options.classes);
}
