/** One tree on all rows: what a forest is made of, on its own. */

import { type DecisionTree, growTree, sortFeatures } from "../../src/estimators/decision_tree.ts";
import type { LabeledFeatures } from "../../src/estimators/labeled_features.ts";
import { predictForest } from "../../src/estimators/random_forest.ts";

export const fitDecisionTree = (data: LabeledFeatures, classes: number, maximumDepth?: number) =>
  growTree(sortFeatures(data, classes, "a decision tree"), maximumDepth);

export const predictTree = (tree: DecisionTree, features: ArrayLike<number>) =>
  predictForest({ ...tree, trees: [tree] }, features);
