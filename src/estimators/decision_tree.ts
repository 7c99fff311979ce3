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
 */

import type { CounterRandom } from "../random/philox.ts";
import { columnOf, countLabeledRows, countRows, type LabeledFeatures } from "./labeled_features.ts";

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
  readonly classes: number;
  /** Values of each feature, [dimension][rows]. */
  readonly columns: readonly Float64Array[];
  /** Rows in ascending order of each feature, [dimension][rows]. */
  readonly orders: readonly Uint32Array[];
  /** [rows, classes] */
  readonly labels: Uint8Array;
}

/** What a forest draws for a tree. */
export interface Sampling {
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
  readonly #nodes: { feature: number; threshold: number; left: number; right: number }[] = [];

  /** Adds a leaf and returns its number. */
  add(): number {
    return this.#nodes.push({ feature: -1, threshold: 0, left: 0, right: 0 }) - 1;
  }

  /** Turns a leaf into a split with two new leaves. */
  split(node: number, feature: number, threshold: number): { left: number; right: number } {
    const children = { left: this.add(), right: this.add() };
    this.#nodes[node] = { feature, threshold, ...children };
    return children;
  }

  finish(): TreeNodes {
    return {
      feature: Int32Array.from(this.#nodes, ({ feature }) => feature),
      threshold: Float64Array.from(this.#nodes, ({ threshold }) => threshold),
      left: Int32Array.from(this.#nodes, ({ left }) => left),
      right: Int32Array.from(this.#nodes, ({ right }) => right),
    };
  }
}

/**
 * Moves the rows [start, end) of an order that go left before the others, each in their order, and
 * returns where the others begin.
 *
 * @param goesLeft 1 or 0, by row
 * @param held Memory for as many rows
 */
export function partition(
  order: Uint32Array,
  start: number,
  end: number,
  goesLeft: Uint8Array,
  held: Uint32Array,
): number {
  let to = start;
  let kept = 0;
  for (let i = start; i < end; i++) {
    const row = order[i];
    if (goesLeft[row] === 1) order[to++] = row;
    else held[kept++] = row;
  }
  order.set(held.subarray(0, kept), to);
  return to;
}

/** Each model's importances in parts of 1, averaged over those that have any; zeros where none has. */
export function meanImportances(models: readonly Float64Array[], dimension: number): Float64Array {
  const total = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
  const mean = new Float64Array(dimension);
  for (const importances of models) {
    const sum = total(importances);
    if (sum > 0) importances.forEach((value, j) => mean[j] += value / sum);
  }
  const sum = total(mean);
  return sum > 0 ? mean.map((value) => value / sum) : mean;
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
 * Checks training rows and returns the columns of their features, [dimension][rows].
 *
 * @throws {RangeError} If shapes do not fit, a label is not 0 or 1, or a feature is not finite
 */
export function trainingColumns(
  data: LabeledFeatures,
  classes: number,
  what: string,
): Float64Array[] {
  const { features } = data;
  const rows = countLabeledRows(data, classes, `Cannot fit ${what}`);
  for (let i = 0; i < features.length; i++) {
    if (!Number.isFinite(features[i])) {
      throw new RangeError(`Cannot fit ${what}: value ${i} of the features is ${features[i]}`);
    }
  }
  const dimension = features.length / rows;
  return Array.from({ length: dimension }, (_, j) => columnOf(features, dimension, j));
}

/**
 * Checks rows to predict and returns their number.
 *
 * @throws {RangeError} If the features are no rows of `dimension`, or one is NaN
 */
export function countNumericRows(features: ArrayLike<number>, dimension: number): number {
  for (let i = 0; i < features.length; i++) {
    if (Number.isNaN(features[i])) {
      throw new RangeError(`Cannot predict: value ${i} of the features is NaN`);
    }
  }
  return countRows(features, dimension);
}

/** Checks the training rows as {@linkcode trainingColumns} and sorts each feature. */
export function sortFeatures(data: LabeledFeatures, classes: number, what: string): SortedFeatures {
  const columns = trainingColumns(data, classes, what);
  const orders = columns.map((values) =>
    Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a] - values[b] || a - b)
  );
  return { classes, columns, orders, labels: Uint8Array.from(data.labels) };
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

/**
 * Grows a tree on sorted rows.
 *
 * @param maximumDepth Edges from the root to the deepest leaf
 * @param sampled Without it, all rows count once and every feature is tried at every split
 */
export function growTree(
  { classes, columns, orders: sorted, labels }: SortedFeatures,
  maximumDepth = Infinity,
  sampled?: Sampling,
): DecisionTree {
  const dimension = columns.length;
  const rows = columns[0].length;
  const weights = sampled?.weights ?? new Uint32Array(rows).fill(1);
  const orders = sorted.map((order) => order.filter((row) => weights[row] > 0));
  const candidates = Int32Array.from({ length: dimension }, (_, j) => j);
  const goesLeft = new Uint8Array(rows);
  const held = new Uint32Array(orders[0].length);
  const positives = new Float64Array(classes);
  const leftPositives = new Float64Array(classes);

  const builder = new TreeBuilder();
  const shares: number[] = [];
  const importances = new Float64Array(dimension);
  let totalWeight = 0;
  // Nodes still to split; the rows of one are [start, end) of every feature's order.
  const waiting = [{ node: builder.add(), start: 0, end: orders[0].length, depth: 0 }];
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
  const nodes = builder.finish();
  return { ...nodes, classes, dimension, shares: Float64Array.from(shares), importances };

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

  /** Partitions every feature's order at the threshold. */
  function divide(start: number, end: number, feature: number, threshold: number): number {
    for (let i = start; i < end; i++) {
      const row = orders[feature][i];
      goesLeft[row] = columns[feature][row] <= threshold ? 1 : 0;
    }
    let middle = start;
    for (const order of orders) middle = partition(order, start, end, goesLeft, held);
    return middle;
  }
}
