/**
 * Mean ROC and precision-recall curves with bands: over seeds where there are several runs, over
 * records where there is one.
 */

import { percentileIntervals } from "./bootstrap.ts";
import { meanCurve, samplePrecision, sampleRoc } from "./curve_sampling.ts";
import { preparePredictions } from "./multilabel_metrics.ts";
import { meanInterval } from "../stats/mean_interval.ts";

/** Predictions of one run. */
export interface PredictedRecords {
  /** 0 or 1, row-major [records, classes] */
  readonly labels: ArrayLike<number>;
  /** In [0, 1], row-major [records, classes] */
  readonly probabilities: ArrayLike<number>;
  /** Cluster of each record, such as its patient, as in `bootstrapIntervals`. */
  readonly clusters?: ArrayLike<number>;
}

/** A curve with a band around it, at the places that were asked for. */
export interface CurveBand {
  readonly mean: Float64Array;
  /** Ends of the 95 % interval of each point for itself, in [0, 1]. */
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** What {@linkcode curveBands} gives. */
export interface CurveBands {
  /** Mean over the classes that are defined, point by point. */
  readonly macro: CurveBand | undefined;
  /** In class order; undefined where a class has one label value only. */
  readonly perClass: readonly (CurveBand | undefined)[];
}

/** Settings of {@linkcode curveBands}. */
export interface CurveBandsOptions {
  readonly classes: number;
  /** `roc`: sensitivity by false positive rate; `precision`: precision by sensitivity. */
  readonly curve: "roc" | "precision";
  /** Where curves are read off, ascending: `roc` in [0, 1], `precision` in (0, 1]. */
  readonly places: ArrayLike<number>;
  /** Resamples for a single run. Default 500. */
  readonly resamples?: number;
  /** Seed of the resamples. Default 42. */
  readonly seed?: number;
}

/**
 * Curves of one configuration. With two runs or more, the mean of the runs and its 95 % t interval;
 * with one, that run and its 95 % percentile bootstrap interval over records (clusters where there
 * are any).
 *
 * @param runs At least one
 * @throws {RangeError} No runs, or as `multilabelMetrics`
 */
export function curveBands(
  runs: readonly PredictedRecords[],
  { classes, curve, places, resamples = 500, seed = 42 }: CurveBandsOptions,
): CurveBands {
  if (runs.length === 0) throw new RangeError("Cannot draw curves: got no runs");
  const sample = curve === "roc" ? sampleRoc : samplePrecision;
  // Macro first, then the classes; undefined where a curve is not defined.
  const measures = runs.map(({ labels, probabilities }) => {
    const { records, rankings } = preparePredictions(labels, probabilities, { classes });
    const curves = (weights?: Uint32Array) => {
      const perClass = rankings.map((ranking) => sample(ranking, places, weights));
      return [meanCurve(perClass), ...perClass];
    };
    return { records, curves };
  });
  const bands = runs.length > 1
    ? overSeeds(measures.map(({ curves }) => curves()))
    : overRecords(measures[0], places.length, {
      classes,
      resamples,
      seed,
      clusters: runs[0].clusters,
    });
  return { macro: bands[0], perClass: bands.slice(1) };
}

type Curves = readonly (Float64Array | undefined)[];

function overSeeds(runs: readonly Curves[]): (CurveBand | undefined)[] {
  return runs[0].map((_, c) => {
    const curves = runs.map((run) => run[c]).filter((curve) => curve !== undefined);
    if (curves.length === 0) return undefined;
    return band(curves[0].length, (i) => {
      const { mean, low, high } = meanInterval(curves.map((curve) => curve[i]));
      return { mean, low: Math.max(0, low), high: Math.min(1, high) };
    });
  });
}

function overRecords(
  { records, curves }: { records: number; curves: (weights?: Uint32Array) => Curves },
  places: number,
  options: Parameters<typeof percentileIntervals>[2],
): (CurveBand | undefined)[] {
  const gap = new Float64Array(places).fill(NaN);
  const intervals = percentileIntervals(
    records,
    (weights) => curves(weights).flatMap((curve) => [...(curve ?? gap)]),
    options,
  );
  return curves().map((curve, c) =>
    curve && band(places, (i) => {
      const { estimate, low, high } = intervals[c * places + i];
      return { mean: estimate, low, high };
    })
  );
}

function band(
  places: number,
  at: (index: number) => { mean: number; low: number; high: number },
): CurveBand {
  const points = Array.from({ length: places }, (_, i) => at(i));
  return {
    mean: Float64Array.from(points, ({ mean }) => mean),
    low: Float64Array.from(points, ({ low }) => low),
    high: Float64Array.from(points, ({ high }) => high),
  };
}
