/**
 * What `statistical-tests` computes: every configuration of a file of results against a baseline.
 */

import { plural } from "../text/format.ts";
import { nearest } from "../text/nearest.ts";
import { UsageError } from "../errors.ts";
import {
  examineInterval,
  examineSingleRuns,
  type IntervalExamination,
  type SingleRunExamination,
  singleRunGains,
  summaryTestRange,
} from "../stats/published_figures.ts";
import { type MethodComparison, StatisticalTester } from "../stats/statistical_tester.ts";
import { comparePredictions } from "./compare_predictions.ts";
import type { statisticalTestResults } from "./schema/kinds.ts";
import type { ResultOf } from "./schema/result_file.ts";
import type { PublishedConfiguration, SeedConfiguration, SeedResults } from "./seed_results.ts";

type Results = ResultOf<typeof statisticalTestResults>;

/** A configuration (`method1`) against the baseline (`method2`). */
export type ConfigurationComparison = Omit<Results["comparisons"][number], "metrics"> & {
  readonly metrics: MethodComparison;
};

/** What the figures of one method say about themselves. */
export interface PublishedExamination {
  /** Metric → the printed interval. */
  readonly intervals: Readonly<Record<string, IntervalExamination>>;
  readonly single_runs: readonly SingleRunExamination[];
}

/** Content of `statistical_tests.json`. */
export interface StatisticalTests extends Pick<Results, "source" | "alpha" | "baseline"> {
  /** How the baseline was found. */
  readonly baseline_choice: string;
  /** When this was computed, ISO. */
  readonly timestamp: string;
  readonly comparisons: readonly ConfigurationComparison[];
  /** Of published figures: where they come from. */
  readonly published_source?: string;
  /** Of published figures: method → examination. */
  readonly published?: Readonly<Record<string, PublishedExamination>>;
}

/** Options of {@linkcode runStatisticalTests}. */
export interface StatisticalTestsOptions {
  /** Level of significance, in (0, 1). Default 0.05. */
  readonly alpha?: number;
  /** `supervised`, `ssl`, a method or a configuration. Default `supervised`. */
  readonly baseline?: string;
}

/**
 * Compares every configuration with the baseline.
 *
 * The baseline is the configuration of that name; without one, `supervised` is the first
 * configuration of the file that is supervised, `ssl` the first that is not, and any method's name
 * the first of that method.
 *
 * Values are paired by seed where two configurations have at least two seeds in common, and then
 * only those count; else all values of both are compared as independent groups. Predictions are
 * averaged over the common seeds; without any there is no comparison by records.
 *
 * @throws {UsageError} When there is no such baseline
 * @throws {UserError} When a file of predictions is damaged
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { readSeedResults, runStatisticalTests } from "ssrl-ecg";
 * const results = readSeedResults("docs/published-figures.json");
 * const { comparisons } = runStatisticalTests(results);
 * assert(comparisons[0].metrics.auroc_macro.test_result?.significant === false);
 * ```
 */
export function runStatisticalTests(
  results: SeedResults,
  { alpha = 0.05, baseline: asked = "supervised" }: StatisticalTestsOptions = {},
): StatisticalTests {
  const tester = new StatisticalTester(alpha);
  const about = { source: results.path, alpha, timestamp: new Date().toISOString() };
  if ("configurations" in results) {
    const { found, choice } = chooseBaseline(results.configurations, asked);
    return {
      ...about,
      baseline: found.name,
      baseline_choice: choice,
      comparisons: results.configurations.filter((each) => each !== found)
        .map((each) => compareRuns(tester, each, found, results.path)),
    };
  }
  const { found, choice } = chooseBaseline(results.published, asked);
  return {
    ...about,
    baseline: found.name,
    baseline_choice: choice,
    comparisons: results.published.filter((each) => each !== found)
      .map((each) => comparePublished(tester, each, found)),
    published_source: results.source,
    published: Object.fromEntries(results.published.map((each) => [each.name, {
      intervals: Object.fromEntries(
        Object.entries(each.seeds)
          .filter(([, { interval, standardDeviation }]) => interval && standardDeviation > 0)
          .map(([metric, summary]) => [metric, examineInterval(summary)]),
      ),
      single_runs: examineSingleRuns(each, results.decimals),
    }])),
  };
}

/** The configuration that is meant, and how that was told. */
function chooseBaseline<Kind extends { readonly name: string; readonly method: string }>(
  all: readonly Kind[],
  asked: string,
): { found: Kind; choice: string } {
  const named = all.find(({ name }) => name === asked);
  if (named !== undefined) return { found: named, choice: `the configuration ${asked}` };
  const fits = all.filter(({ method }) =>
    asked === "ssl" ? method !== "supervised" : method === asked
  );
  if (fits.length > 0) {
    const kind = asked === "ssl" ? "self-supervised" : asked;
    const choice = fits.length === 1
      ? `the only ${kind} configuration`
      : `the first of ${fits.length} ${kind} configurations`;
    return { found: fits[0], choice };
  }
  const known = [...new Set(all.flatMap(({ name, method }) => [name, method]))];
  const near = nearest(asked, known);
  throw new UsageError(
    `The baseline ${asked} is not among the results: give one of ${known.join(", ")}` +
      (near === undefined ? "" : `. Is ${near} meant?`),
  );
}

function compareRuns(
  tester: StatisticalTester,
  first: SeedConfiguration,
  second: SeedConfiguration,
  resultsPath: string,
): ConfigurationComparison {
  const [seeds1, seeds2] = [first, second].map(({ runs }) => runs.map(({ seed }) => seed));
  const seeds = seeds1.filter((seed) => seeds2.includes(seed)).sort((a, b) => a - b);
  const alone = seeds.length === 1 && seeds1.length === 1 && seeds2.length === 1;
  const paired = seeds.length >= 2 || alone;
  const common = ({ runs }: SeedConfiguration) =>
    seeds.map((seed) => runs.find((run) => run.seed === seed)!);
  const compared = [first, second].map((each) => paired ? common(each) : each.runs);
  const [scores1, scores2] = compared.map((runs) =>
    Object.fromEntries(
      Object.keys(runs[0].metrics)
        .map((metric) => [metric, runs.map(({ metrics }) => metrics[metric])]),
    )
  );
  const metrics = tester.compareMethods(scores1, scores2, first.name, second.name, { paired });
  const records = seeds.length === 0
    ? { missing: "no seed is common" }
    : comparePredictions(common(first), common(second), resultsPath);
  return {
    method1: first.name,
    method2: second.name,
    seeds,
    paired,
    metrics,
    delong: "missing" in records ? null : records.delong,
    bootstrap_records: "missing" in records ? null : records.bootstrap_records,
    notes: [
      ...(alone ? ["One seed only: nothing can be tested over seeds"] : []),
      ...(paired ? leftOut(seeds, seeds1, seeds2) : [
        `${
          seeds.length === 0 ? "No seed is" : "Only one seed is"
        } common: compared as independent ` +
        `groups of ${seeds1.length} and ${seeds2.length}`,
      ]),
      ...Object.entries(metrics).filter(([, { missing }]) => missing > 0).map(([metric, each]) =>
        `${metric}: ${plural(each.missing, paired ? "pair" : "value")} without a number left out`
      ),
      ...("missing" in records ? [`No comparison by records: ${records.missing}`] : []),
    ],
  };
}

function leftOut(common: readonly number[], ...all: readonly number[][]): string[] {
  const others = [...new Set(all.flat().filter((seed) => !common.includes(seed)))];
  if (others.length === 0) return [];
  return [`Seeds that only one of the two has were left out: ${others.join(", ")}`];
}

function comparePublished(
  tester: StatisticalTester,
  first: PublishedConfiguration,
  second: PublishedConfiguration,
): ConfigurationComparison {
  const metrics = tester.compareSummaries(first.seeds, second.seeds, first.name, second.name);
  return {
    method1: first.name,
    method2: second.name,
    seeds: [],
    paired: false,
    metrics,
    delong: null,
    bootstrap_records: null,
    notes: Object.keys(metrics).length > 0
      ? []
      : ["No metric has a mean over seeds for both: nothing can be tested"],
    single_runs: singleRunGains(first.singleRun, second.singleRun),
    test_ranges: Object.fromEntries(
      Object.keys(metrics).map((metric) => [
        metric,
        summaryTestRange(first.seeds[metric], second.seeds[metric]),
      ]),
    ),
  };
}
