/**
 * Two methods, compared metric by metric: over the results of several seeds, or from the means and
 * standard deviations that a paper prints.
 *
 * Keys are those of the documented result, in snake case; what is not defined is NaN, which JSON
 * writes as null.
 */

import { bootstrapMeanDifference } from "./bootstrap_seeds.ts";
import { smallestDetectableDifference } from "./detectable_difference.ts";
import { cohensD, cohensDFromSummaries } from "./effect_sizes.ts";
import { holm } from "./holm.ts";
import { labelPermutationTest } from "./label_permutation_test.ts";
import { mannWhitney, type RankTestMethod } from "./mann_whitney.ts";
import { pairedT } from "./paired_t.ts";
import { mean, median, standardDeviation } from "./descriptive.ts";
import { pairedDifferences, requireFraction, requireSample } from "./samples.ts";
import { shapiroWilk } from "./shapiro_wilk.ts";
import { type PermutationTest, signFlipTest } from "./sign_flip_test.ts";
import { type GroupSummary, type WelchT, welchT, welchTFromSummaries } from "./welch_t.ts";
import { wilcoxonSignedRank } from "./wilcoxon_signed_rank.ts";

/** Results of one method: for each metric one value a seed, in the order of the seeds. */
export type Scores = Readonly<Record<string, ArrayLike<number | null>>>;

/** One method's values of one metric. */
export interface MethodStatistics {
  readonly name: string;
  /** Values that are numbers. */
  readonly n: number;
  readonly mean: number;
  /** With n − 1. */
  readonly std: number;
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Result of {@linkcode StatisticalTester.testNormality}. */
export interface NormalityResult {
  readonly test: "Shapiro-Wilk";
  readonly n: number;
  /** W; NaN for fewer than three values. */
  readonly statistic: number;
  readonly p_value: number;
  /** p > alpha; null for fewer than three values, where it cannot be told. */
  readonly normal: boolean | null;
  /** Why it cannot be told. */
  readonly message?: string;
}

interface Decision<Name extends string> {
  readonly test: Name;
  readonly p_value: number;
  /** p < alpha */
  readonly significant: boolean;
}

interface TTestResult<Name extends string> extends Decision<Name> {
  readonly t_statistic: number;
  /** d_z of paired values (mean over SD of the differences), else d with the pooled SD. */
  readonly cohens_d: number;
  readonly mean_diff: number;
  /** Ends of the 95 % t interval of the mean difference. */
  readonly ci_lower: number;
  readonly ci_upper: number;
}

interface RankTestResult<Name extends string> extends Decision<Name> {
  /** In [−1, 1]; positive where the first method is mostly larger. */
  readonly rank_biserial_r: number;
  readonly median_diff: number;
  readonly method: RankTestMethod;
}

/** Result of {@linkcode StatisticalTester.pairedTtest}. */
export interface PairedTtestResult extends TTestResult<"Paired t-test"> {
  /** Of the differences, with n − 1. */
  readonly std_diff: number;
}

/** Welch's test as the result of a comparison of published summaries. */
export type WelchResult = TTestResult<"Welch t-test">;

/** Result of {@linkcode StatisticalTester.mannWhitneyTest}. */
export interface MannWhitneyResult extends RankTestResult<"Mann-Whitney U test"> {
  /** U of the first group. */
  readonly u_statistic: number;
  readonly median_group1: number;
  readonly median_group2: number;
}

/** Result of {@linkcode StatisticalTester.wilcoxonTest}. */
export interface WilcoxonResult extends RankTestResult<"Wilcoxon signed-rank test"> {
  /** The smaller sum of ranks. */
  readonly w_statistic: number;
  /** Differences of 0, which are left out. */
  readonly zeros: number;
}

/** The test that decides. */
export type DecidingTest = PairedTtestResult | WilcoxonResult | MannWhitneyResult | WelchResult;

/** A test that is reported but does not decide. */
export interface SecondaryTest {
  readonly statistic: number;
  readonly p_value: number;
  readonly [detail: string]: number | string | boolean;
}

/** One metric of a comparison. */
export interface MetricComparison {
  readonly method1: MethodStatistics;
  readonly method2: MethodStatistics;
  readonly normality: {
    readonly method1: NormalityResult;
    readonly method2: NormalityResult;
    /** Decides between the tests of paired values; null for independent groups. */
    readonly differences: NormalityResult | null;
  };
  /** null where there are too few values to test. */
  readonly test_result: DecidingTest | null;
  /** Mean of method 1 − mean of method 2. */
  readonly improvement: number;
  /** The same in % of the mean of method 2: relative, not points. */
  readonly improvement_pct: number;
  /** Pairs, or values of independent groups, that were left out since a number is missing. */
  readonly missing: number;
  /** Ends of the 95 % t interval of the mean difference, Welch's for independent groups. */
  readonly interval_95: readonly [low: number, high: number];
  /** The deciding p-value, corrected over the metrics of the comparison. */
  readonly p_holm: number;
  readonly paired_t: SecondaryTest | null;
  readonly wilcoxon: SecondaryTest | null;
  readonly permutation: SecondaryTest | null;
  readonly welch_t: SecondaryTest | null;
  /** As documented for results that are not normal; takes paired values for independent groups. */
  readonly mann_whitney: SecondaryTest | null;
  /** d_z of paired values, d with the pooled standard deviation of independent groups. */
  readonly cohens_d: number;
  /** Ends of the 95 % percentile bootstrap interval over seeds. */
  readonly bootstrap_seeds: readonly [low: number, high: number] | null;
  /** What a paired t test of so many seeds finds with power 0.8; null for independent groups. */
  readonly smallest_detectable_difference: number | null;
}

/** Metric → comparison. */
export type MethodComparison = Record<string, MetricComparison>;

/** Options of {@linkcode StatisticalTester.compareMethods}. */
export interface CompareMethodsOptions {
  /** Whether the i-th values of both methods belong together, as those of one seed. Default true. */
  readonly paired?: boolean;
  /** Seed of the permutations and of the bootstrap. Default: the seed of `setSeed`. */
  readonly seed?: number;
}

/** Chance with which {@linkcode MetricComparison.smallest_detectable_difference} is found. */
const POWER = 0.8;

/**
 * Compares methods at a level of significance.
 *
 * Paired values: Shapiro–Wilk's test of the *differences* decides. If they look normal, the paired t
 * test decides, else Wilcoxon's signed-rank test. With two pairs, where normality cannot be tested,
 * the t test decides; where all differences are equal, and t has no scale, Wilcoxon's. Independent
 * groups: Mann–Whitney's test decides. With fewer than two values (in both groups, if independent)
 * nothing decides.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { StatisticalTester } from "ssrl-ecg";
 * const tester = new StatisticalTester(0.05);
 * const { auroc_macro } = tester.compareMethods(
 *   { auroc_macro: [0.871, 0.874, 0.869, 0.875] },
 *   { auroc_macro: [0.866, 0.867, 0.865, 0.868] },
 *   "simclr",
 *   "supervised",
 * );
 * assert(auroc_macro.test_result?.test === "Paired t-test");
 * assert(auroc_macro.improvement > 0 && auroc_macro.test_result?.significant);
 * ```
 */
export class StatisticalTester {
  /**
   * @param alpha Level of significance, in (0, 1)
   * @throws {RangeError} If alpha is out of range
   */
  constructor(readonly alpha = 0.05) {
    requireFraction(alpha, "alpha");
  }

  /**
   * Shapiro–Wilk: normal if p > alpha. Fewer than three values give `normal: null` and a message.
   *
   * @throws {RangeError} If a value is not finite, or there are more than 5,000
   */
  testNormality(values: ArrayLike<number>): NormalityResult {
    const n = requireSample(values, 0, "test normality").length;
    if (n < 3) {
      return {
        test: "Shapiro-Wilk",
        n,
        statistic: NaN,
        p_value: NaN,
        normal: null,
        message: `Normality cannot be tested with ${n} values: need 3 or more`,
      };
    }
    const { w, pValue } = shapiroWilk(values);
    return { test: "Shapiro-Wilk", n, statistic: w, p_value: pValue, normal: pValue > this.alpha };
  }

  /**
   * Student's test of paired values.
   *
   * @throws {RangeError} If lengths differ, there are fewer than two pairs, or a value is not finite
   */
  pairedTtest(scores1: ArrayLike<number>, scores2: ArrayLike<number>): PairedTtestResult {
    return this.#pairedT(pairedDifferences(scores1, scores2));
  }

  /**
   * Wilcoxon's signed-rank test of paired values.
   *
   * @throws {RangeError} If lengths differ, there are no pairs, or a value is not finite
   */
  wilcoxonTest(scores1: ArrayLike<number>, scores2: ArrayLike<number>): WilcoxonResult {
    return this.#wilcoxon(pairedDifferences(scores1, scores2));
  }

  /**
   * Mann–Whitney's test of independent groups.
   *
   * @throws {RangeError} If a group is empty or a value is not finite
   */
  mannWhitneyTest(scores1: ArrayLike<number>, scores2: ArrayLike<number>): MannWhitneyResult {
    const { u1, pValue, rankBiserial, method } = mannWhitney(scores1, scores2);
    const [median1, median2] = [median(scores1), median(scores2)];
    return {
      test: "Mann-Whitney U test",
      u_statistic: u1,
      ...this.#decision(pValue),
      rank_biserial_r: rankBiserial,
      median_group1: median1,
      median_group2: median2,
      median_diff: median1 - median2,
      method,
    };
  }

  /**
   * The test that decides for paired values: Student's if the differences look normal or are two,
   * Wilcoxon's if they do not, or are all equal.
   *
   * @throws {RangeError} If lengths differ, there are fewer than two pairs, or a value is not finite
   */
  pairedTest(
    scores1: ArrayLike<number>,
    scores2: ArrayLike<number>,
  ): PairedTtestResult | WilcoxonResult {
    return this.#decide(pairedDifferences(scores1, scores2));
  }

  /**
   * Compares two methods in every metric that both have. Values that are null or not finite are left
   * out, with their partners where values are paired.
   *
   * @param scores1 The method of interest
   * @param scores2 The baseline; differences are `scores1` − `scores2`
   * @throws {RangeError} If paired values differ in number
   */
  compareMethods(
    scores1: Scores,
    scores2: Scores,
    name1: string,
    name2: string,
    { paired = true, seed }: CompareMethodsOptions = {},
  ): MethodComparison {
    return compareCommon(scores1, scores2, (...values) => {
      const { first, second, missing } = paired
        ? completePairs(...values)
        : presentValues(...values);
      return {
        method1: describe(name1, first),
        method2: describe(name2, second),
        missing,
        ...improvement(mean(first), mean(second)),
        normality: {
          method1: this.testNormality(first),
          method2: this.testNormality(second),
          differences: paired ? this.testNormality(pairedDifferences(first, second)) : null,
        },
        ...NOTHING,
        ...(paired
          ? this.#testPaired(first, second, seed)
          : this.#testIndependent(first, second, seed)),
      };
    });
  }

  /**
   * Compares two methods in every metric from mean, standard deviation (n − 1) and n of independent
   * runs, by Welch's test: all that can be said where a paper gives no more.
   *
   * @throws {RangeError} As `welchTFromSummaries`
   *
   * @example
   * ```ts
   * import { assert } from "@std/assert";
   * import { StatisticalTester } from "ssrl-ecg";
   * const { auroc_macro } = new StatisticalTester().compareSummaries(
   *   { auroc_macro: { mean: 0.8717, standardDeviation: 0.0032, n: 10 } },
   *   { auroc_macro: { mean: 0.8699, standardDeviation: 0.0034, n: 10 } },
   *   "simclr",
   *   "supervised",
   * );
   * assert(auroc_macro.test_result?.significant === false);
   * ```
   */
  compareSummaries(
    summaries1: Readonly<Record<string, GroupSummary>>,
    summaries2: Readonly<Record<string, GroupSummary>>,
    name1: string,
    name2: string,
  ): MethodComparison {
    return compareCommon(summaries1, summaries2, (first, second) => {
      const welch = welchTFromSummaries(first, second);
      const d = cohensDFromSummaries(first, second);
      const untested = this.testNormality([]);
      return {
        ...NOTHING,
        method1: fromSummary(name1, first),
        method2: fromSummary(name2, second),
        normality: { method1: untested, method2: untested, differences: null },
        ...improvement(first.mean, second.mean),
        missing: 0,
        interval_95: [welch.low, welch.high],
        test_result: {
          test: "Welch t-test",
          t_statistic: welch.t,
          ...this.#decision(welch.pValue),
          cohens_d: d,
          mean_diff: welch.difference,
          ci_lower: welch.low,
          ci_upper: welch.high,
        },
        welch_t: describeWelch(welch),
        cohens_d: d,
      };
    });
  }

  #testPaired(first: Float64Array, second: Float64Array, seed?: number): Partial<Tests> {
    const differences = pairedDifferences(first, second);
    const n = differences.length;
    if (n < 2) return {};
    const t = this.#pairedT(differences);
    const { w_statistic, p_value, rank_biserial_r, method, zeros } = this.#wilcoxon(differences);
    return {
      test_result: this.#decide(differences),
      interval_95: [t.ci_lower, t.ci_upper],
      paired_t: {
        statistic: t.t_statistic,
        p_value: t.p_value,
        degrees_of_freedom: n - 1,
        std_diff: t.std_diff,
      },
      wilcoxon: { statistic: w_statistic, p_value, rank_biserial_r, method, zeros },
      permutation: describePermutation(signFlipTest(differences, { seed })),
      mann_whitney: describeMannWhitney(this.mannWhitneyTest(first, second)),
      cohens_d: t.cohens_d,
      bootstrap_seeds: bootstrapMeanDifference(differences, undefined, { seed }),
      smallest_detectable_difference: POWER > this.alpha
        ? smallestDetectableDifference({
          n,
          standardDeviation: t.std_diff,
          alpha: this.alpha,
          power: POWER,
        })
        : null,
    };
  }

  #testIndependent(first: Float64Array, second: Float64Array, seed?: number): Partial<Tests> {
    if (Math.min(first.length, second.length) < 2) return {};
    const welch = welchT(first, second);
    const rank = this.mannWhitneyTest(first, second);
    return {
      test_result: rank,
      interval_95: [welch.low, welch.high],
      permutation: describePermutation(labelPermutationTest(first, second, { seed })),
      welch_t: describeWelch(welch),
      mann_whitney: describeMannWhitney(rank),
      cohens_d: cohensD(first, second),
      bootstrap_seeds: bootstrapMeanDifference(first, second, { seed }),
    };
  }

  #decide(differences: Float64Array): PairedTtestResult | WilcoxonResult {
    const t = this.#pairedT(differences);
    const normal = this.testNormality(differences).normal ?? true;
    return normal && t.std_diff > 0 ? t : this.#wilcoxon(differences);
  }

  #pairedT(differences: Float64Array): PairedTtestResult {
    const test = pairedT(differences);
    return {
      test: "Paired t-test",
      t_statistic: test.t,
      ...this.#decision(test.pValue),
      cohens_d: test.cohensDz,
      mean_diff: test.meanDifference,
      std_diff: test.standardDeviation,
      ci_lower: test.low,
      ci_upper: test.high,
    };
  }

  #wilcoxon(differences: Float64Array): WilcoxonResult {
    const { statistic, pValue, rankBiserial, method, zeros } = wilcoxonSignedRank(differences);
    return {
      test: "Wilcoxon signed-rank test",
      w_statistic: statistic,
      ...this.#decision(pValue),
      rank_biserial_r: rankBiserial,
      median_diff: median(differences),
      method,
      zeros,
    };
  }

  #decision(p_value: number) {
    return { p_value, significant: p_value < this.alpha };
  }
}

/** Tests of values that are too few for any. */
const NOTHING = {
  test_result: null,
  interval_95: [NaN, NaN],
  paired_t: null,
  wilcoxon: null,
  permutation: null,
  welch_t: null,
  mann_whitney: null,
  cohens_d: NaN,
  bootstrap_seeds: null,
  smallest_detectable_difference: null,
} satisfies Partial<MetricComparison>;

type Tests = Pick<MetricComparison, keyof typeof NOTHING>;

/** Compares the metrics that both methods have; p-values are corrected over them. */
function compareCommon<T>(
  first: Readonly<Record<string, T>>,
  second: Readonly<Record<string, T>>,
  compare: (first: T, second: T) => Omit<MetricComparison, "p_holm">,
): MethodComparison {
  const metrics = Object.keys(first).filter((metric) => Object.hasOwn(second, metric));
  const compared = metrics.map((metric) => compare(first[metric], second[metric]));
  const corrected = holm(compared.map(({ test_result }) => test_result?.p_value ?? NaN));
  return Object.fromEntries(
    metrics.map((metric, i) => [metric, { ...compared[i], p_holm: corrected[i] }]),
  );
}

/** Improvement of the first mean over the second, and in % of the second. */
function improvement(mean1: number, mean2: number) {
  const difference = mean1 - mean2;
  return {
    improvement: difference,
    improvement_pct: mean2 === 0 ? NaN : 100 * difference / Math.abs(mean2),
  };
}

const isNumber = (value: number | null): value is number =>
  value !== null && Number.isFinite(value);

function completePairs(first: ArrayLike<number | null>, second: ArrayLike<number | null>) {
  if (first.length !== second.length) {
    throw new RangeError(
      `Cannot pair ${first.length} values with ${second.length}: give one of each for every seed, ` +
        `or say that they are not paired`,
    );
  }
  const complete = Array.from(first, (_, i) => i)
    .filter((i) => isNumber(first[i]) && isNumber(second[i]));
  return {
    first: Float64Array.from(complete, (i) => first[i]!),
    second: Float64Array.from(complete, (i) => second[i]!),
    missing: first.length - complete.length,
  };
}

function presentValues(first: ArrayLike<number | null>, second: ArrayLike<number | null>) {
  const [a, b] = [first, second].map((values) =>
    Float64Array.from(Array.from(values).filter(isNumber))
  );
  return { first: a, second: b, missing: first.length + second.length - a.length - b.length };
}

function describe(name: string, values: Float64Array): MethodStatistics {
  return {
    name,
    n: values.length,
    mean: mean(values),
    std: standardDeviation(values),
    median: median(values),
    min: values.length > 0 ? Math.min(...values) : NaN,
    max: values.length > 0 ? Math.max(...values) : NaN,
  };
}

function fromSummary(name: string, summary: GroupSummary): MethodStatistics {
  const { mean, standardDeviation, n } = summary;
  return { name, n, mean, std: standardDeviation, median: NaN, min: NaN, max: NaN };
}

function describeWelch({ t, pValue, degreesOfFreedom }: WelchT): SecondaryTest {
  return { statistic: t, p_value: pValue, degrees_of_freedom: degreesOfFreedom };
}

function describeMannWhitney(rank: MannWhitneyResult): SecondaryTest {
  const { u_statistic: statistic, p_value, rank_biserial_r, method } = rank;
  return { statistic, p_value, rank_biserial_r, method };
}

function describePermutation(test: PermutationTest): SecondaryTest {
  const { meanDifference, pValue, exact, resamples } = test;
  return { statistic: meanDifference, p_value: pValue, exact, resamples };
}
