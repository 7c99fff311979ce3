/**
 * What the figures of a paper say about themselves: single runs, means and standard deviations over
 * seeds, and intervals, where the values of the seeds are not given.
 *
 * @module
 */

import { normalPdf, normalQuantile, tQuantile } from "./distributions.ts";
import { cohensDFromSummaries } from "./effect_sizes.ts";
import { expectedPercentileHalfWidth, expectedStandardDeviation } from "./percentile_range.ts";
import { type GroupSummary, welchTFromSummaries } from "./welch_t.ts";

/** A metric over several seeds, as printed. */
export interface PublishedSummary extends GroupSummary {
  /** The interval printed beside, whatever it is of. */
  readonly interval?: readonly [low: number, high: number];
}

/** What is printed of one method. */
export interface PublishedMethod {
  /** Metric → over several seeds. */
  readonly seeds: Readonly<Record<string, PublishedSummary>>;
  /** Metric → value of a single run. */
  readonly singleRun: Readonly<Record<string, number>>;
}

/** A single run of a method against that of the baseline. */
export interface SingleRunGain {
  readonly metric: string;
  readonly value1: number;
  readonly value2: number;
  /** 100 × the difference of the values. */
  readonly points: number;
  /** The difference in % of the baseline's value. */
  readonly percent: number;
}

/**
 * Gains of single runs over the baseline's, which no test can judge: one run has no spread.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { singleRunGains } from "ssrl-ecg";
 * const [gain] = singleRunGains({ f1_macro: 0.6448 }, { f1_macro: 0.575 });
 * assert(gain.points.toFixed(2) === "6.98" && gain.percent.toFixed(2) === "12.14");
 * ```
 */
export function singleRunGains(
  first: PublishedMethod["singleRun"],
  baseline: PublishedMethod["singleRun"],
): SingleRunGain[] {
  return Object.keys(first).filter((metric) => Object.hasOwn(baseline, metric)).map((metric) => {
    const [value1, value2] = [first[metric], baseline[metric]];
    const difference = value1 - value2;
    return {
      metric,
      value1,
      value2,
      points: 100 * difference,
      percent: 100 * difference / value2,
    };
  });
}

/** What an interval around a mean can be. */
export type IntervalKind =
  | "t interval of the mean"
  | "normal interval of the mean"
  | "percentile range of the seeds"
  | "normal range of the seeds";

/** A printed interval against those that its mean and standard deviation give. */
export interface IntervalExamination {
  readonly halfWidth: number;
  /** The same in standard deviations. */
  readonly halfWidthInDeviations: number;
  /** Half-widths of what it can be; of the percentile range, the expected one. */
  readonly expected: Readonly<Record<IntervalKind, number>>;
  /**
   * Expected half-width of the percentile range in standard deviations, if those printed have n − 1
   * in the denominator and if they have n.
   */
  readonly percentileInDeviations: readonly [sample: number, population: number];
  /** The kind whose half-width is nearest, by ratio. */
  readonly fits: IntervalKind;
  /** Ends of the t interval of the mean. */
  readonly tInterval: readonly [low: number, high: number];
}

/**
 * Says what a printed interval is an interval of. Seeds scatter more than their mean does: of ten
 * normal values the range from the 2.5th to the 97.5th percentile is twice as wide as the t
 * interval of their mean.
 *
 * @param summary With an interval and a standard deviation above 0
 * @param level Coverage that the interval claims
 * @throws {RangeError} If the interval or the standard deviation is missing
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { examineInterval } from "ssrl-ecg";
 * const { fits } = examineInterval({
 *   mean: 0.8717,
 *   standardDeviation: 0.0032,
 *   n: 10,
 *   interval: [0.8671, 0.8763],
 * });
 * assert(fits === "percentile range of the seeds");
 * ```
 */
export function examineInterval(summary: PublishedSummary, level = 0.95): IntervalExamination {
  const { mean, standardDeviation, n, interval } = summary;
  if (interval === undefined || !(interval[1] > interval[0]) || !(standardDeviation > 0) || n < 2) {
    throw new RangeError(
      "Cannot examine an interval: need its ends, a standard deviation above 0 and n from 2",
    );
  }
  const halfWidth = (interval[1] - interval[0]) / 2;
  const t = tQuantile((1 + level) / 2, n - 1);
  const z = normalQuantile((1 + level) / 2);
  const percentile = expectedPercentileHalfWidth(n, level);
  const percentileInDeviations = [
    percentile / expectedStandardDeviation(n),
    percentile / expectedStandardDeviation(n, "n"),
  ] as const;
  const expected = {
    "t interval of the mean": t * standardDeviation / Math.sqrt(n),
    "normal interval of the mean": z * standardDeviation / Math.sqrt(n),
    "percentile range of the seeds": percentileInDeviations[0] * standardDeviation,
    "normal range of the seeds": z * standardDeviation,
  };
  const distance = (kind: IntervalKind) => Math.abs(Math.log(halfWidth / expected[kind]));
  const [fits] = (Object.keys(expected) as IntervalKind[])
    .sort((a, b) => distance(a) - distance(b));
  const half = expected["t interval of the mean"];
  return {
    halfWidth,
    halfWidthInDeviations: halfWidth / standardDeviation,
    expected,
    percentileInDeviations,
    fits,
    tInterval: [mean - half, mean + half],
  };
}

/** A single run against the mean over seeds of the same method. */
export interface SingleRunExamination {
  readonly metric: string;
  readonly single: number;
  readonly mean: number;
  /** (single − mean) / standard deviation; 0 where they are equal. */
  readonly deviations: number;
  /** Whether both are printed as the same number. */
  readonly same: boolean;
  /** Chance of that if the run were another than those of the mean; 1 without spread. */
  readonly chanceOfSame: number;
}

/**
 * Looks for single runs that are no other than the mean over seeds, and for single runs far from
 * their own mean.
 *
 * @param decimals Decimals of the printed numbers
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { examineSingleRuns } from "ssrl-ecg";
 * const [auroc] = examineSingleRuns({
 *   seeds: { auroc_macro: { mean: 0.8699, standardDeviation: 0.0034, n: 10 } },
 *   singleRun: { auroc_macro: 0.8606 },
 * }, 4);
 * assert(auroc.deviations.toFixed(1) === "-2.7");
 * ```
 */
export function examineSingleRuns(
  { seeds, singleRun }: PublishedMethod,
  decimals: number,
): SingleRunExamination[] {
  return Object.keys(singleRun).filter((metric) => Object.hasOwn(seeds, metric)).map((metric) => {
    const single = singleRun[metric];
    const { mean, standardDeviation, n } = seeds[metric];
    // Another run minus the mean of n has this deviation; both are equal if it rounds to 0.
    const spread = standardDeviation * Math.sqrt(1 + 1 / n);
    return {
      metric,
      single,
      mean,
      deviations: single === mean ? 0 : (single - mean) / standardDeviation,
      same: single.toFixed(decimals) === mean.toFixed(decimals),
      chanceOfSame: Math.min(1, 10 ** -decimals * normalPdf(0) / spread),
    };
  });
}

/** Welch's test and Cohen's d for both readings of the printed standard deviations. */
export interface SummaryTestRange {
  /** Ends, smaller size first: SDs with n in the denominator, and with n − 1. */
  readonly t: readonly [number, number];
  readonly pValue: readonly [number, number];
  readonly cohensD: readonly [number, number];
}

/**
 * Papers rarely say whether a standard deviation has n or n − 1 in its denominator, so a test from
 * their numbers has two results.
 *
 * @throws {RangeError} As `welchTFromSummaries`
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { summaryTestRange } from "ssrl-ecg";
 * const { t } = summaryTestRange(
 *   { mean: 0.8717, standardDeviation: 0.0032, n: 10 },
 *   { mean: 0.8699, standardDeviation: 0.0034, n: 10 },
 * );
 * assert(t.map((value) => value.toFixed(2)).join() === "1.16,1.22");
 * ```
 */
export function summaryTestRange(first: GroupSummary, second: GroupSummary): SummaryTestRange {
  const fromPopulation = (group: GroupSummary): GroupSummary => ({
    ...group,
    standardDeviation: group.standardDeviation * Math.sqrt(group.n / (group.n - 1)),
  });
  const readings = [[fromPopulation(first), fromPopulation(second)], [first, second]] as const;
  const [population, sample] = readings.map(([a, b]) => ({
    ...welchTFromSummaries(a, b),
    d: cohensDFromSummaries(a, b),
  }));
  return {
    t: [population.t, sample.t],
    pValue: [population.pValue, sample.pValue],
    cohensD: [population.d, sample.d],
  };
}
