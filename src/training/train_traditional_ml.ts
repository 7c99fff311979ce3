/** Classical machine learning on hand-made features: the baseline without any network. */

import { classFrequencies, type ClassFrequency } from "../data/sampling/balancing.ts";
import { labelSubset } from "../data/sampling/label_subset.ts";
import { type RecordSet } from "../data/signals/record_set.ts";
import { assertAllParts, splitByFolds } from "../data/sampling/splits.ts";
import {
  TRADITIONAL_FEATURES,
  traditionalFeatureTable,
} from "../estimators/traditional_features.ts";
import { type BootstrapIntervals, bootstrapIntervals } from "../metrics/bootstrap.ts";
import {
  type ClassMetrics,
  type MultilabelMetrics,
  multilabelMetrics,
  perClassMetrics,
} from "../metrics/multilabel_metrics.ts";
import { fitGradientBoosting, predictBoosting } from "../estimators/gradient_boosting.ts";
import type { LabeledFeatures } from "../estimators/labeled_features.ts";
import {
  fitRandomForest,
  predictForest,
  type RandomForestOptions,
} from "../estimators/random_forest.ts";
import { fitStandardization, standardize } from "../estimators/standardization.ts";

/** `rf`: random forest; `xgb`: gradient-boosted trees by XGBoost's rules. */
export type TraditionalModel = "rf" | "xgb";

/** The documented sizes of the models. */
export const TRADITIONAL_MODELS = {
  rf: { name: "random forest", trees: 100, maximumDepth: 15 },
  xgb: { name: "gradient boosting", trees: 100, maximumDepth: 5, learningRate: 0.1 },
} as const;

/** Pauses let timers run, so that a progress bar moves and Ctrl-C is heard; each takes a millisecond. */
const PAUSE_EVERY_MS = 50;

/** Settings of {@linkcode trainTraditionalMl}. */
export interface TraditionalOptions {
  readonly model: TraditionalModel;
  /** Share of the training records whose labels are used, in (0, 1]. */
  readonly labelFraction: number;
  /** Seed of the label subset, the forest and the bootstrap. */
  readonly seed: number;
  /** Ends training after the current tree. */
  readonly signal?: AbortSignal;
  /** Called before the first tree. */
  readonly onPrepared?: (frequencies: ClassFrequency[], labeled: number) => void;
  /** Called after each tree; boosting grows one a class. */
  readonly onTree?: (done: number, total: number) => void;
}

/** How the model does on one part of the split. */
export interface TraditionalEvaluation {
  /** Rows of the record set. */
  readonly rows: Int32Array;
  /** [rows, classes] */
  readonly probabilities: Float64Array;
  /** `auroc_c0`, `auroc_c1`, … of the classes with both labels, then `f1_macro`. */
  readonly documented: Readonly<Record<string, number>>;
  readonly metrics: MultilabelMetrics;
  readonly perClass: readonly ClassMetrics[];
  readonly intervals: BootstrapIntervals;
}

/** What {@linkcode trainTraditionalMl} gives. */
export interface TraditionalResult {
  /** Rows whose labels were used. */
  readonly labeled: Int32Array;
  readonly validation: TraditionalEvaluation;
  readonly test: TraditionalEvaluation;
  /** Share of each feature in what the trees learned, by name; zeros where no tree splits. */
  readonly importances: Readonly<Record<string, number>>;
  /** Seconds of growing trees. */
  readonly seconds: number;
}

/**
 * Fits a forest or boosted trees to 22 features of the labeled records of folds 1–8, standardized by
 * these records, and measures it on folds 9 and 10. Nothing is chosen on fold 9. One seed gives one
 * result; no device is opened.
 *
 * @throws {UserError} If a part of the split is empty, or the label fraction is not in (0, 1]
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { synthesizeCohort, trainTraditionalMl } from "ssrl-ecg";
 * const cohort = synthesizeCohort({ records: 150, seed: 42, duration: 2 });
 * const result = await trainTraditionalMl(cohort, { model: "rf", labelFraction: 1, seed: 42 });
 * assert(result.test.metrics.auroc_macro > 0.5);
 * ```
 */
export async function trainTraditionalMl(
  set: RecordSet,
  options: TraditionalOptions,
): Promise<TraditionalResult> {
  const { model, labelFraction, seed, signal } = options;
  const { labels, classNames } = set;
  const classes = classNames.length;
  const dimension = TRADITIONAL_FEATURES.length;
  assertAllParts(set);
  const split = splitByFolds(set);
  const subset = { indices: split.train, labels, classes, fraction: labelFraction, seed };
  const labeled = labelSubset(subset);
  options.onPrepared?.(
    classFrequencies({ indices: labeled, order: labeled, labels, classNames }),
    labeled.length,
  );
  const features = traditionalFeatureTable(set);
  const standardization = fitStandardization(pick(features, dimension, labeled), dimension);
  const featuresOf = (rows: Int32Array) =>
    standardize(pick(features, dimension, rows), standardization);

  const started = performance.now();
  let paused = started;
  const data = { features: featuresOf(labeled), labels: pick(labels, classes, labeled) };
  const fitted = await fit(model, classes, data, {
    seed,
    onTree: async (done, total) => {
      options.onTree?.(done, total);
      if (performance.now() - paused > PAUSE_EVERY_MS) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        paused = performance.now();
      }
      signal?.throwIfAborted();
    },
  });
  const seconds = (performance.now() - started) / 1000;

  const evaluate = (rows: Int32Array): TraditionalEvaluation => {
    const probabilities = fitted.predict(featuresOf(rows));
    const truth = pick(labels, classes, rows);
    const metrics = multilabelMetrics(truth, probabilities, { classes });
    const perClass = perClassMetrics(truth, probabilities, { classes });
    return {
      rows,
      probabilities,
      documented: documentedMetrics(metrics, perClass),
      metrics,
      perClass,
      intervals: bootstrapIntervals(truth, probabilities, { classes, seed }),
    };
  };
  return {
    labeled,
    validation: evaluate(split.validation),
    test: evaluate(split.test),
    importances: Object.fromEntries(
      TRADITIONAL_FEATURES.map((name, j) => [name, fitted.importances[j]]),
    ),
    seconds,
  };
}

/** A fitted model of either kind. */
async function fit(
  model: TraditionalModel,
  classes: number,
  data: LabeledFeatures,
  { seed, onTree }: Pick<RandomForestOptions, "seed" | "onTree">,
) {
  if (model === "rf") {
    const options = { ...TRADITIONAL_MODELS.rf, seed, onTree };
    const forest = await fitRandomForest(data, classes, options);
    const predict = (features: Float64Array) => predictForest(forest, features);
    return { importances: forest.importances, predict };
  }
  const boosted = await fitGradientBoosting(data, classes, { ...TRADITIONAL_MODELS.xgb, onTree });
  const predict = (features: Float64Array) => predictBoosting(boosted, features);
  return { importances: boosted.importances, predict };
}

/** The entries that the reference prints, under its names. */
function documentedMetrics(
  metrics: MultilabelMetrics,
  perClass: readonly ClassMetrics[],
): Record<string, number> {
  const aurocs = perClass.flatMap(({ auroc }, c): [string, number][] =>
    Number.isNaN(auroc) ? [] : [[`auroc_c${c}`, auroc]]
  );
  return Object.fromEntries([...aurocs, ["f1_macro", metrics.f1_macro]]);
}

/** Rows of a row-major table. */
function pick(table: ArrayLike<number>, width: number, rows: Int32Array): Float64Array {
  const picked = new Float64Array(rows.length * width);
  rows.forEach((row, i) => {
    for (let j = 0; j < width; j++) picked[i * width + j] = table[row * width + j];
  });
  return picked;
}
