/**
 * Percentile bootstrap over records (Efron & Tibshirani 1993, chapter 13), or over clusters of
 * records that depend on each other (Davison & Hinkley 1997, section 3.8).
 */

import { currentSeed } from "../random/set_seed.ts";
import { quantile } from "../stats/descriptive.ts";
import { requireWhole } from "../stats/samples.ts";
import { CounterRandom, Stream } from "../random/philox.ts";
import {
  type ClassMetrics,
  combine,
  type MetricOptions,
  type MultilabelMetrics,
  preparePredictions,
  thresholdScores,
} from "./multilabel_metrics.ts";
import { rankingScores } from "./ranking.ts";

/** A confidence interval of one metric. */
export interface Interval {
  /** The metric on all records. */
  readonly estimate: number;
  /** Lower end; NaN if no resample defines the metric. */
  readonly low: number;
  /** Upper end; NaN if no resample defines the metric. */
  readonly high: number;
  /** Resamples that define the metric. Those where a class has one label only are left out. */
  readonly resamples: number;
}

/** Metrics of a class that have intervals. */
export type ClassScore = Exclude<keyof ClassMetrics, "support">;

/** Intervals of all metrics. */
export interface BootstrapIntervals {
  /** Of the four documented metrics. */
  readonly overall: { readonly [K in keyof MultilabelMetrics]: Interval };
  /** Of each class, in class order. */
  readonly perClass: readonly { readonly [K in ClassScore]: Interval }[];
}

/** Options of {@linkcode bootstrapIntervals}. */
export interface BootstrapOptions extends MetricOptions {
  /** Number of resamples. Default 1,000. */
  readonly resamples?: number;
  /** Seed of the draws; one seed gives one result. Default: the seed of `setSeed`. */
  readonly seed?: number;
  /** Coverage in (0, 1). Default 0.95. */
  readonly level?: number;
  /**
   * Cluster of each record, [records], such as the patient: any numbers, equal within a cluster.
   * Whole clusters are drawn, as many as there are. Default: every record for itself.
   */
  readonly clusters?: ArrayLike<number>;
}

/**
 * Percentile bootstrap intervals of all metrics: records are drawn with replacement, as many as
 * there are. Scores are sorted once; a resample is a vector of counts, so that each costs
 * O(records · classes).
 *
 * Records of one patient, or windows of one recording, depend on each other. Drawn one by one they
 * give intervals that are too narrow; with `clusters` they are drawn together.
 *
 * @throws {RangeError} As `multilabelMetrics`, or if an option is out of range or `clusters` has not
 * one entry a record
 */
export function bootstrapIntervals(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  options: BootstrapOptions,
): BootstrapIntervals {
  const { records, measure } = measurer(labels, probabilities, options);
  return arrange(percentileIntervals(records, measure, options), options.classes);
}

/** All metrics of the records, counted `weights` times each (absent: once), in one flat list. */
export type Measure = (weights?: Uint32Array) => number[];

/** Sorts the scores once and gives the function that measures any resample of the records. */
export function measurer(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  options: MetricOptions,
): { records: number; measure: Measure } {
  const { records, rankings, tables: count } = preparePredictions(labels, probabilities, options);
  const measure: Measure = (weights) => {
    const tables = count(weights);
    const scores = rankings.map((ranking) => rankingScores(ranking, weights));
    const overall = combine(tables, scores.map(({ auroc }) => auroc));
    return [
      overall.f1_macro,
      overall.auroc_macro,
      overall.sensitivity_micro,
      overall.specificity_micro,
      ...scores.flatMap(({ auroc, auprc }, k) => {
        const { f1, sensitivity, specificity } = thresholdScores(tables[k]);
        return [auroc, auprc, f1, sensitivity, specificity];
      }),
    ];
  };
  return { records, measure };
}

/**
 * Percentile intervals of whatever `measure` gives. Which records a resample holds depends on seed
 * and resample only, so that intervals of one seed belong together.
 *
 * @throws {RangeError} If an option is out of range or `clusters` has not one entry a record
 */
export function percentileIntervals(
  records: number,
  measure: Measure,
  { resamples = 1000, seed = currentSeed(), level = 0.95, clusters }: BootstrapOptions,
): Interval[] {
  requireWhole(resamples, 1, `draw ${resamples} resamples`);
  if (!(level > 0 && level < 1)) {
    throw new RangeError(`Cannot give intervals of level ${level}: need a number in (0, 1)`);
  }
  const estimates = measure();
  const drawn: number[][] = estimates.map(() => []);
  const { clusterOf, count } = numberClusters(clusters, records);
  const draws = new Uint32Array(count);
  const counts = new Uint32Array(records);
  for (let resample = 0; resample < resamples; resample++) {
    const random = new CounterRandom(seed, Stream.bootstrap, { item: resample });
    draws.fill(0);
    for (let i = 0; i < count; i++) draws[random.integer(count)]++;
    for (let i = 0; i < records; i++) counts[i] = draws[clusterOf[i]];
    measure(counts).forEach((value, metric) => {
      if (!Number.isNaN(value)) drawn[metric].push(value);
    });
  }
  return estimates.map((estimate, metric): Interval => {
    const sorted = Float64Array.from(drawn[metric]).sort();
    return {
      estimate,
      low: quantile(sorted, (1 - level) / 2),
      high: quantile(sorted, (1 + level) / 2),
      resamples: sorted.length,
    };
  });
}

/** Clusters as 0, 1, 2 … in order of appearance; without any, every record is its own. */
function numberClusters(
  clusters: ArrayLike<number> | undefined,
  records: number,
): { clusterOf: Uint32Array; count: number } {
  if (clusters === undefined) {
    return { clusterOf: Uint32Array.from({ length: records }, (_, i) => i), count: records };
  }
  if (clusters.length !== records) {
    throw new RangeError(`Cannot draw clusters: got ${clusters.length} for ${records} records`);
  }
  const numbers = new Map<number, number>();
  const clusterOf = Uint32Array.from(clusters, (cluster) => {
    const number = numbers.get(cluster) ?? numbers.size;
    numbers.set(cluster, number);
    return number;
  });
  return { clusterOf, count: numbers.size };
}

/** Gives the flat list of a {@linkcode Measure} its names back. */
export function arrange(intervals: readonly Interval[], classes: number): BootstrapIntervals {
  const [f1_macro, auroc_macro, sensitivity_micro, specificity_micro, ...rest] = intervals;
  return {
    overall: { f1_macro, auroc_macro, sensitivity_micro, specificity_micro },
    perClass: Array.from({ length: classes }, (_, k) => {
      const [auroc, auprc, f1, sensitivity, specificity] = rest.slice(5 * k, 5 * k + 5);
      return { auroc, auprc, f1, sensitivity, specificity };
    }),
  };
}
