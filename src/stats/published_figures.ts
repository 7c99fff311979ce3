/**
 * What the figures of a paper say about themselves: single runs, means and standard deviations over
 * seeds, and intervals, where the values of the seeds are not given.
 */

import { normalPdf, normalQuantile, tQuantile } from "./distributions.ts";
import { cohensDFromSummaries } from "./effect_sizes.ts";
import { expectedPercentileHalfWidth, expectedStandardDeviation } from "./percentile_range.ts";
import { type GroupSummary, welchTFromSummaries } from "./welch_t.ts";

/** A metric over several seeds, as printed. */
export interface PublishedSummary extends GroupSummary {
  /** The interval printed with it, whatever it is of. */
  readonly interval?: readonly [low: number, high: number];
}

/** What is printed of one method. */
export interface PublishedMethod {
  /** Metric → over several seeds. */
  readonly seeds: Readonly<Record<string, PublishedSummary>>;
  /** Metric → value of a single run. */
  readonly singleRun: Readonly<Record<string, number>>;
}

/** Metrics that two tables have in common, with both values. */
function common<A, B>(
  first: Readonly<Record<string, A>>,
  second: Readonly<Record<string, B>>,
): [metric: string, first: A, second: B][] {
  return Object.keys(first).filter((metric) => Object.hasOwn(second, metric))
    .map((metric) => [metric, first[metric], second[metric]]);
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

/** Gains of single runs over the baseline's, which no test can judge: one run has no spread. */
export function singleRunGains(
  first: PublishedMethod["singleRun"],
  baseline: PublishedMethod["singleRun"],
): SingleRunGain[] {
  return common(first, baseline).map(([metric, value1, value2]) => {
    const points = 100 * (value1 - value2);
    return { metric, value1, value2, points, percent: points / value2 };
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
 * @throws {RangeError} If the interval or the standard deviation is missing
 */
export function examineInterval(summary: PublishedSummary): IntervalExamination {
  const { mean, standardDeviation, n, interval } = summary;
  if (interval === undefined || !(interval[1] > interval[0]) || !(standardDeviation > 0) || n < 2) {
    throw new RangeError(
      "Cannot examine an interval: need its ends, a standard deviation above 0 and n from 2",
    );
  }
  const halfWidthInDeviations = (interval[1] - interval[0]) / 2 / standardDeviation;
  const t = tQuantile(0.975, n - 1) / Math.sqrt(n);
  const z = normalQuantile(0.975);
  const percentile = expectedPercentileHalfWidth(n);
  const percentileInDeviations = (["n - 1", "n"] as const)
    .map((divisor) => percentile / expectedStandardDeviation(n, divisor)) as [number, number];
  const kinds: [IntervalKind, number][] = [
    ["t interval of the mean", t],
    ["normal interval of the mean", z / Math.sqrt(n)],
    ["percentile range of the seeds", percentileInDeviations[0]],
    ["normal range of the seeds", z],
  ];
  const distance = (half: number) => Math.abs(Math.log(halfWidthInDeviations / half));
  const [[fits]] = kinds.toSorted(([, a], [, b]) => distance(a) - distance(b));
  return {
    halfWidth: halfWidthInDeviations * standardDeviation,
    halfWidthInDeviations,
    expected: Object.fromEntries(
      kinds.map(([kind, half]) => [kind, half * standardDeviation]),
    ) as Record<IntervalKind, number>,
    percentileInDeviations,
    fits,
    tInterval: [mean - t * standardDeviation, mean + t * standardDeviation],
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
 */
export function examineSingleRuns(
  { seeds, singleRun }: PublishedMethod,
  decimals: number,
): SingleRunExamination[] {
  return common(singleRun, seeds).map(([metric, single, { mean, standardDeviation, n }]) => ({
    metric,
    single,
    mean,
    deviations: single === mean ? 0 : (single - mean) / standardDeviation,
    same: single.toFixed(decimals) === mean.toFixed(decimals),
    // Another run minus the mean of n has the deviation s √(1 + 1/n); it has to round to 0.
    chanceOfSame: Math.min(
      1,
      10 ** -decimals * normalPdf(0) / (standardDeviation * Math.sqrt(1 + 1 / n)),
    ),
  }));
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
 */
export function summaryTestRange(first: GroupSummary, second: GroupSummary): SummaryTestRange {
  const [a, b] = [first, second].map((group): GroupSummary => ({
    ...group,
    standardDeviation: group.standardDeviation * Math.sqrt(group.n / (group.n - 1)),
  }));
  const [population, sample] = [welchTFromSummaries(a, b), welchTFromSummaries(first, second)];
  return {
    t: [population.t, sample.t],
    pValue: [population.pValue, sample.pValue],
    cohensD: [cohensDFromSummaries(a, b), cohensDFromSummaries(first, second)],
  };
}
