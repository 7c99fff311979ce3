/**
 * Random forests for several labels at once (Breiman 2001), as scikit-learn's
 * `RandomForestClassifier` with a matrix of labels: one forest for all classes. A tree sees as many
 * rows as there are, drawn with replacement, and tries ⌊√dimension⌋ features at a split.
 */

import { CounterRandom, Stream } from "../random/philox.ts";
import {
  addShares,
  countNumericRows,
  type DecisionTree,
  growTree,
  meanImportances,
  sortFeatures,
} from "./decision_tree.ts";
import type { LabeledFeatures } from "./labeled_features.ts";

/** How a forest grows. */
export interface RandomForestOptions {
  /** Number of trees. Default 100. */
  readonly trees?: number;
  /** Edges from the root to the deepest leaf. Default 15. */
  readonly maximumDepth?: number;
  /** Seed of the draws; a tree depends on the seed and its number only. */
  readonly seed: number;
  /** Awaited after each tree: shows progress, or stops by throwing. */
  readonly onTree?: (done: number, total: number) => void | Promise<void>;
}

/** A fitted forest. */
export interface RandomForest {
  readonly classes: number;
  readonly dimension: number;
  readonly trees: readonly DecisionTree[];
  /**
   * Mean decrease in impurity of each feature, [dimension]: of each tree in parts of 1, then the mean
   * over trees that split at all. Zeros where none does.
   */
  readonly importances: Float64Array;
}

/**
 * Fits a forest. One seed gives one forest.
 *
 * @throws {RangeError} If shapes do not fit, a label is not 0 or 1, a feature is not finite, or there
 * are no trees to grow
 */
export async function fitRandomForest(
  data: LabeledFeatures,
  classes: number,
  options: RandomForestOptions,
): Promise<RandomForest> {
  const { trees: total = 100, maximumDepth = 15, seed, onTree } = options;
  if (!Number.isInteger(total) || total < 1) {
    throw new RangeError(
      `Cannot fit a random forest of ${total} trees: need a whole number from 1`,
    );
  }
  const sorted = sortFeatures(data, classes, "a random forest");
  const dimension = sorted.columns.length;
  const rows = sorted.columns[0].length;
  const featuresATry = Math.max(1, Math.floor(Math.sqrt(dimension)));
  const trees: DecisionTree[] = [];
  for (let number = 0; number < total; number++) {
    const random = new CounterRandom(seed, Stream.forest, { item: number });
    const weights = new Uint32Array(rows);
    for (let i = 0; i < rows; i++) weights[random.integer(rows)]++;
    trees.push(growTree(sorted, maximumDepth, { weights, featuresATry, random }));
    await onTree?.(number + 1, total);
  }
  const importances = meanImportances(trees.map((tree) => tree.importances), dimension);
  return { classes, dimension, trees, importances };
}

/**
 * Probabilities: the mean over the trees of the class shares in a row's leaf, row-major
 * [rows, classes].
 *
 * @param features Row-major [rows, dimension]
 * @throws {RangeError} If the features are no rows of the forest's dimension, or one is NaN
 */
export function predictForest(forest: RandomForest, features: ArrayLike<number>): Float64Array {
  const rows = countNumericRows(features, forest.dimension);
  const probabilities = new Float64Array(rows * forest.classes);
  for (const tree of forest.trees) addShares(tree, features, probabilities);
  return probabilities.map((sum) => sum / forest.trees.length);
}
