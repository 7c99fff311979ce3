/**
 * Decision trees for several labels at once (CART: Breiman, Friedman, Olshen & Stone 1984), in
 * float64, with exact splits.
 *
 * A node with weight W and weight p_c of class c has the Gini impurity, averaged over the classes,
 *
 *     G = 1/C Σ_c 2 (p_c / W) (1 − p_c / W)
 *
 * and is split at the feature and threshold that lower W · G most. A row goes left where
 * x ≤ threshold, the middle between two neighboring values of the node. This is what scikit-learn's
 * `DecisionTreeClassifier` does with a matrix of labels. (It rounds features to float32 and takes
 * values closer than 1e-7 for equal; here they stay as they are.)
 *
 * Every feature is sorted once. A split divides the sorted rows of every feature, keeping their
 * order, so nothing is sorted again: O(rows · features) for a level of the tree.
 *
 * @module
 */

import type { CounterRandom } from "../random/philox.ts";
import type { LabeledFeatures } from "./logistic_regression.ts";

/** The nodes of a binary tree; node 0 is the root. */
export interface TreeNodes {
  /** Feature that a node asks for; −1 in a leaf. */
  readonly feature: Int32Array;
  /** A row goes left where its feature is at most this. */
  readonly threshold: Float64Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
}

/** A fitted tree. */
export interface DecisionTree extends TreeNodes {
  readonly classes: number;
  readonly dimension: number;
  /** Share of each class among the training rows of a node, [nodes, classes]. */
  readonly shares: Float64Array;
  /** How much of the root's impurity the splits on each feature took away, [dimension]. */
  readonly importances: Float64Array;
}

/** Training rows whose features are sorted; made once for all trees of a forest. */
export interface SortedFeatures {
  readonly rows: number;
  readonly dimension: number;
  readonly classes: number;
  /** Values of each feature, [dimension][rows]. */
  readonly columns: readonly Float64Array[];
  /** Rows in ascending order of each feature, [dimension][rows]. */
  readonly orders: readonly Uint32Array[];
  /** [rows, classes] */
  readonly labels: Uint8Array;
}

/** How a tree grows. */
export interface TreeOptions {
  /** Edges from the root to the deepest leaf. Unlimited where absent. */
  readonly maximumDepth?: number;
}

/** What a forest adds. */
export interface SampledTreeOptions extends TreeOptions {
  /** How often each row counts, [rows]; rows of weight 0 are left out. */
  readonly weights: Uint32Array;
  /**
   * Features tried at a split, drawn without replacement. Where all of them are constant in the
   * node, more are drawn until one is not, as in scikit-learn.
   */
  readonly featuresATry: number;
  readonly random: CounterRandom;
}

/** Collects nodes while a tree grows. */
export class TreeBuilder {
  readonly #feature: number[] = [];
  readonly #threshold: number[] = [];
  readonly #left: number[] = [];
  readonly #right: number[] = [];

  /** Adds a leaf and returns its number. */
  add(): number {
    this.#feature.push(-1);
    this.#threshold.push(0);
    this.#left.push(0);
    this.#right.push(0);
    return this.#feature.length - 1;
  }

  /** Turns a leaf into a split with two new leaves. */
  split(node: number, feature: number, threshold: number): { left: number; right: number } {
    const left = this.add();
    const right = this.add();
    this.#feature[node] = feature;
    this.#threshold[node] = threshold;
    this.#left[node] = left;
    this.#right[node] = right;
    return { left, right };
  }

  finish(): TreeNodes {
    return {
      feature: Int32Array.from(this.#feature),
      threshold: Float64Array.from(this.#threshold),
      left: Int32Array.from(this.#left),
      right: Int32Array.from(this.#right),
    };
  }
}

/** The leaf that a row falls into; `at` is where the row begins in `features`. */
export function leafOf(tree: TreeNodes, features: ArrayLike<number>, at: number): number {
  const { feature, threshold, left, right } = tree;
  let node = 0;
  while (feature[node] >= 0) {
    node = features[at + feature[node]] <= threshold[node] ? left[node] : right[node];
  }
  return node;
}

/**
 * The middle of two neighboring values a < b; where rounding makes it b, a, so that b stays right.
 */
export function between(a: number, b: number): number {
  const middle = a / 2 + b / 2;
  return middle < b ? middle : a;
}

/**
 * Checks training rows and tells their number.
 *
 * @throws {RangeError} If shapes do not fit, a label is not 0 or 1, or a feature is not finite
 */
export function countTrainingRows(
  { features, labels }: LabeledFeatures,
  classes: number,
  what: string,
): number {
  const rows = labels.length / classes;
  if (!Number.isInteger(classes) || classes < 1 || !Number.isInteger(rows) || rows < 1) {
    throw new RangeError(
      `Cannot fit ${what}: ${labels.length} labels are no rows of ${classes} classes`,
    );
  }
  if (features.length === 0 || features.length % rows !== 0) {
    throw new RangeError(`Cannot fit ${what}: got ${features.length} features in ${rows} rows`);
  }
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] !== 0 && labels[i] !== 1) {
      throw new RangeError(`Cannot fit ${what}: label ${i} is ${labels[i]}, need 0 or 1`);
    }
  }
  for (let i = 0; i < features.length; i++) {
    if (!Number.isFinite(features[i])) {
      throw new RangeError(`Cannot fit ${what}: value ${i} of the features is ${features[i]}`);
    }
  }
  return rows;
}

/**
 * Checks rows to predict and tells their number.
 *
 * @throws {RangeError} If the features are no rows of `dimension`, or one is NaN
 */
export function countRows(features: ArrayLike<number>, dimension: number): number {
  if (features.length % dimension !== 0) {
    throw new RangeError(
      `Cannot predict from ${features.length} features: the model needs rows of ${dimension}`,
    );
  }
  for (let i = 0; i < features.length; i++) {
    if (Number.isNaN(features[i])) {
      throw new RangeError(`Cannot predict: value ${i} of the features is NaN`);
    }
  }
  return features.length / dimension;
}

/** Columns of a row-major matrix. */
export function columnsOf(features: ArrayLike<number>, rows: number): Float64Array[] {
  const dimension = features.length / rows;
  return Array.from(
    { length: dimension },
    (_, j) => Float64Array.from({ length: rows }, (_, i) => features[i * dimension + j]),
  );
}

/** Checks the training rows and sorts each feature. Throws as {@linkcode fitDecisionTree}. */
export function sortFeatures(
  data: LabeledFeatures,
  classes: number,
  what: string,
): SortedFeatures {
  const rows = countTrainingRows(data, classes, what);
  const columns = columnsOf(data.features, rows);
  const orders = columns.map((values) =>
    Uint32Array.from({ length: rows }, (_, i) => i).sort((a, b) => values[a] - values[b] || a - b)
  );
  return {
    rows,
    dimension: columns.length,
    classes,
    columns,
    orders,
    labels: Uint8Array.from(data.labels),
  };
}

/**
 * Fits one tree to all rows, trying every feature at every split.
 *
 * @param data Training rows
 * @param classes Number of classes
 * @throws {RangeError} If shapes do not fit, a label is not 0 or 1, or a feature is not finite
 */
export function fitDecisionTree(
  data: LabeledFeatures,
  classes: number,
  options: TreeOptions = {},
): DecisionTree {
  return growTree(sortFeatures(data, classes, "a decision tree"), options);
}

/**
 * Shares of the classes in the leaf of each row, row-major [rows, classes].
 *
 * @param features Row-major [rows, dimension]
 * @throws {RangeError} If the features are no rows of the tree's dimension, or one is NaN
 */
export function predictTree(tree: DecisionTree, features: ArrayLike<number>): Float64Array {
  const rows = countRows(features, tree.dimension);
  const shares = new Float64Array(rows * tree.classes);
  addShares(tree, features, shares);
  return shares;
}

/** Adds the shares of each row's leaf to `sums`, [rows, classes]. */
export function addShares(
  tree: DecisionTree,
  features: ArrayLike<number>,
  sums: Float64Array,
): void {
  const { classes, dimension, shares } = tree;
  for (let i = 0; i < sums.length / classes; i++) {
    const leaf = leafOf(tree, features, i * dimension);
    for (let c = 0; c < classes; c++) sums[i * classes + c] += shares[leaf * classes + c];
  }
}

/** A node that waits to be looked at: its rows are [start, end) of every feature's order. */
interface Waiting {
  node: number;
  start: number;
  end: number;
  depth: number;
}

/** Grows a tree on sorted rows. */
export function growTree(
  data: SortedFeatures,
  options: TreeOptions | SampledTreeOptions,
): DecisionTree {
  const { rows, dimension, classes, columns, labels } = data;
  const { maximumDepth = Infinity } = options;
  const sampled = "weights" in options ? options : undefined;
  const weights = sampled?.weights ?? new Uint32Array(rows).fill(1);
  const orders = data.orders.map((order) =>
    sampled ? order.filter((row) => weights[row] > 0) : order.slice()
  );
  const candidates = Int32Array.from({ length: dimension }, (_, j) => j);
  const goesLeft = new Uint8Array(rows);
  const held = new Uint32Array(orders[0].length);
  const positives = new Float64Array(classes);
  const leftPositives = new Float64Array(classes);

  const builder = new TreeBuilder();
  const shares: number[] = [];
  const importances = new Float64Array(dimension);
  let totalWeight = 0;
  const waiting: Waiting[] = [{
    node: builder.add(),
    start: 0,
    end: orders[0].length,
    depth: 0,
  }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, start, end, depth } = next;
    const weight = countPositives(start, end);
    if (node === 0) totalWeight = weight;
    let pure = true;
    for (let c = 0; c < classes; c++) {
      shares[node * classes + c] = positives[c] / weight;
      if (positives[c] > 0 && positives[c] < weight) pure = false;
    }
    if (pure || depth >= maximumDepth) continue;
    const best = findSplit(start, end, weight);
    if (best === undefined) continue;

    importances[best.feature] += best.gain / totalWeight;
    const middle = divide(start, end, best.feature, best.threshold);
    const { left, right } = builder.split(node, best.feature, best.threshold);
    waiting.push(
      { node: right, start: middle, end, depth: depth + 1 },
      { node: left, start, end: middle, depth: depth + 1 },
    );
  }
  return {
    ...builder.finish(),
    classes,
    dimension,
    shares: Float64Array.from(shares),
    importances,
  };

  /** Fills `positives` and returns the weight of a node's rows. */
  function countPositives(start: number, end: number): number {
    const order = orders[0];
    let weight = 0;
    positives.fill(0);
    for (let i = start; i < end; i++) {
      const row = order[i];
      weight += weights[row];
      for (let c = 0; c < classes; c++) positives[c] += weights[row] * labels[row * classes + c];
    }
    return weight;
  }

  /** The split that lowers weight · impurity most, the first of equals. */
  function findSplit(start: number, end: number, weight: number) {
    const tries = sampled?.featuresATry ?? dimension;
    // Σ_c p² / W of the children, to be large: the rest of W · G is the same for all splits.
    let bestScore = -Infinity;
    let bestFeature = -1;
    let bestThreshold = NaN;
    let useful = 0;
    for (let tried = 0; tried < dimension && (tried < tries || useful === 0); tried++) {
      if (sampled !== undefined) {
        const other = tried + sampled.random.integer(dimension - tried);
        [candidates[tried], candidates[other]] = [candidates[other], candidates[tried]];
      }
      const feature = candidates[tried];
      const order = orders[feature];
      const column = columns[feature];
      if (column[order[start]] === column[order[end - 1]]) continue;
      useful++;
      let leftWeight = 0;
      leftPositives.fill(0);
      let value = column[order[start]];
      for (let i = start; i < end - 1; i++) {
        const row = order[i];
        const w = weights[row];
        leftWeight += w;
        const label = row * classes;
        for (let c = 0; c < classes; c++) leftPositives[c] += w * labels[label + c];
        const following = column[order[i + 1]];
        if (following === value) continue;
        const rightWeight = weight - leftWeight;
        let left = 0;
        let right = 0;
        for (let c = 0; c < classes; c++) {
          const l = leftPositives[c];
          const r = positives[c] - l;
          left += l * l + (leftWeight - l) * (leftWeight - l);
          right += r * r + (rightWeight - r) * (rightWeight - r);
        }
        const score = left / leftWeight + right / rightWeight;
        if (score > bestScore) {
          bestScore = score;
          bestFeature = feature;
          bestThreshold = between(value, following);
        }
        value = following;
      }
    }
    if (bestFeature < 0) return undefined;
    let whole = 0;
    for (let c = 0; c < classes; c++) whole += positives[c] ** 2 + (weight - positives[c]) ** 2;
    return {
      feature: bestFeature,
      threshold: bestThreshold,
      gain: Math.max(0, bestScore - whole / weight) / classes,
    };
  }

  /** Puts the rows that go left first in every feature's order, and returns where the others begin. */
  function divide(start: number, end: number, feature: number, threshold: number): number {
    let middle = start;
    for (let i = start; i < end; i++) {
      const row = orders[feature][i];
      goesLeft[row] = columns[feature][row] <= threshold ? 1 : 0;
      middle += goesLeft[row];
    }
    for (const order of orders) {
      let to = start;
      let kept = 0;
      for (let i = start; i < end; i++) {
        const row = order[i];
        if (goesLeft[row] === 1) order[to++] = row;
        else held[kept++] = row;
      }
      order.set(held.subarray(0, kept), to);
    }
    return middle;
  }
}
