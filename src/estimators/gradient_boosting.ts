/**
 * Gradient-boosted trees for log-loss with Newton leaves (Friedman 2001; Chen & Guestrin 2016,
 * "XGBoost"), one model a class against the rest, splits found on histograms.
 *
 * With scores F, p = σ(F), gradients g = p − y and curvatures h = p (1 − p), summed over a node to G
 * and H, a tree is grown to lower the second-order loss −½ G² / (H + λ) of its leaves:
 *
 *     gain = G_L² / (H_L + λ) + G_R² / (H_R + λ) − G² / (H + λ),    F ← F − rate · G / (H + λ)
 *
 * F starts at the log-odds of the class. λ = 1 and a curvature of at least 1 in every leaf are
 * XGBoost's defaults. Each feature is cut into at most 256 bins, at the middle between all
 * neighboring values where there are so few, else at quantiles; a tree is exact on the bins.
 */

import { quantile } from "../stats/descriptive.ts";
import {
  between,
  countNumericRows,
  leafOf,
  meanImportances,
  partition,
  trainingColumns,
  TreeBuilder,
  type TreeNodes,
} from "./decision_tree.ts";
import { columnOf, type LabeledFeatures } from "./labeled_features.ts";

/** How trees are boosted. */
export interface GradientBoostingOptions {
  /** Trees of each class. Default 100. */
  readonly trees?: number;
  /** Edges from the root to the deepest leaf. Default 5. */
  readonly maximumDepth?: number;
  /** Share of a tree's step that is taken, above 0. Default 0.1. */
  readonly learningRate?: number;
  /** λ, 0 or more. Default 1. */
  readonly l2?: number;
  /** Least sum of curvatures in a leaf, above 0. Default 1. */
  readonly minimumCurvature?: number;
  /** Awaited after each tree: shows progress, or stops by throwing. */
  readonly onTree?: (done: number, total: number) => void | Promise<void>;
}

/** A tree whose leaves hold a change of the score. */
export interface BoostedTree extends TreeNodes {
  /** Change of the score in each leaf, times the learning rate, [nodes]. */
  readonly change: Float64Array;
}

/** The fitted model. */
export interface GradientBoosting {
  readonly classes: number;
  readonly dimension: number;
  /** Score before the first tree, [classes]. */
  readonly start: Float64Array;
  /** [classes][trees]; none for a class with one label value. */
  readonly trees: readonly (readonly BoostedTree[])[];
  /**
   * Share of each feature in the gain of all splits, [dimension]: the mean over the classes that
   * have splits. Zeros where none has.
   */
  readonly importances: Float64Array;
}

const MAXIMUM_BINS = 256;
/** Numbers that a bin of a histogram holds: G, H and its number of rows. */
const FIELDS = 3;

/** Features as numbers of bins. */
interface Binned {
  rows: number;
  dimension: number;
  /** Bin of each feature, [rows, dimension]. */
  bins: Uint8Array;
  /** Upper ends of the bins of each feature, the last bin's left out. */
  cuts: readonly Float64Array[];
}

/**
 * Fits one model a class. Deterministic.
 *
 * A class with one label value in training has no trees, and the log-odds of its frequency, smoothed
 * by half a row, as score.
 *
 * @throws {RangeError} If shapes do not fit, a label is not 0 or 1, a feature is not finite, or an
 * option is out of range
 */
export async function fitGradientBoosting(
  data: LabeledFeatures,
  classes: number,
  options: GradientBoostingOptions = {},
): Promise<GradientBoosting> {
  const {
    trees: total = 100,
    maximumDepth = 5,
    learningRate = 0.1,
    l2 = 1,
    minimumCurvature = 1,
    onTree,
  } = options;
  const need = (name: string, value: number, isFine: boolean, what: string) => {
    if (!isFine) throw new RangeError(`Cannot boost trees: ${name} is ${value}, need ${what}`);
  };
  need("trees", total, Number.isInteger(total) && total >= 1, "an integer from 1");
  need("maximumDepth", maximumDepth, maximumDepth >= 1, "1 or more");
  need("learningRate", learningRate, learningRate > 0, "a number above 0");
  need("l2", l2, l2 >= 0, "0 or more");
  need("minimumCurvature", minimumCurvature, minimumCurvature > 0, "a number above 0");
  const limits = { maximumDepth, learningRate, l2, minimumCurvature };
  const binned = binFeatures(trainingColumns(data, classes, "boosted trees"));
  const { rows, dimension } = binned;
  const start = new Float64Array(classes);
  const trees: BoostedTree[][] = [];
  const gains = Array.from({ length: classes }, () => new Float64Array(dimension));
  for (let c = 0; c < classes; c++) {
    const y = columnOf(data.labels, classes, c);
    const positives = y.reduce((sum, label) => sum + label, 0);
    trees.push([]);
    if (positives === 0 || positives === rows) {
      start[c] = Math.log((positives + 0.5) / (rows - positives + 0.5));
      await onTree?.((c + 1) * total, classes * total);
      continue;
    }
    start[c] = Math.log(positives / (rows - positives));
    const scores = new Float64Array(rows).fill(start[c]);
    const gradients = new Float64Array(rows);
    const curvatures = new Float64Array(rows);
    for (let number = 0; number < total; number++) {
      for (let i = 0; i < rows; i++) {
        const p = 1 / (1 + Math.exp(-scores[i]));
        gradients[i] = p - y[i];
        curvatures[i] = p * (1 - p);
      }
      trees[c].push(growBoostedTree(binned, gradients, curvatures, limits, scores, gains[c]));
      await onTree?.(c * total + number + 1, classes * total);
    }
  }
  return { classes, dimension, start, trees, importances: meanImportances(gains, dimension) };
}

/**
 * Probabilities σ(F), row-major [rows, classes].
 *
 * @param features Row-major [rows, dimension]
 * @throws {RangeError} If the features are no rows of the model's dimension, or one is NaN
 */
export function predictBoosting(
  model: GradientBoosting,
  features: ArrayLike<number>,
): Float64Array {
  const { classes, dimension, start, trees } = model;
  const rows = countNumericRows(features, dimension);
  const probabilities = new Float64Array(rows * classes);
  for (let i = 0; i < rows; i++) {
    for (let c = 0; c < classes; c++) {
      let score = start[c];
      for (const tree of trees[c]) score += tree.change[leafOf(tree, features, i * dimension)];
      probabilities[i * classes + c] = 1 / (1 + Math.exp(-score));
    }
  }
  return probabilities;
}

function binFeatures(columns: readonly Float64Array[]): Binned {
  const rows = columns[0].length;
  const dimension = columns.length;
  const bins = new Uint8Array(rows * dimension);
  const cuts = columns.map(cutPoints);
  columns.forEach((column, j) =>
    column.forEach((x, i) => bins[i * dimension + j] = cutsBelow(cuts[j], x))
  );
  return { rows, dimension, bins, cuts };
}

/** At most 255 ascending thresholds between the values of a feature. */
function cutPoints(column: Float64Array): Float64Array {
  const sorted = column.slice().sort();
  const distinct = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
  if (distinct.length <= MAXIMUM_BINS) {
    return distinct.subarray(1).map((value, i) => between(distinct[i], value));
  }
  const cuts = Float64Array.from(
    { length: MAXIMUM_BINS - 1 },
    (_, i) => quantile(sorted, (i + 1) / MAXIMUM_BINS),
  );
  return cuts.filter((cut, i) => i === 0 || cut !== cuts[i - 1]);
}

/** How many of the ascending cuts are below x. */
function cutsBelow(cuts: Float64Array, x: number): number {
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (cuts[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

type Limits = Required<Omit<GradientBoostingOptions, "trees" | "onTree">>;

/** Grows one tree, adds its leaves to `scores` and the gains of its splits to `gains`. */
function growBoostedTree(
  { rows, dimension, bins, cuts }: Binned,
  gradients: Float64Array,
  curvatures: Float64Array,
  { maximumDepth, learningRate, l2, minimumCurvature }: Limits,
  scores: Float64Array,
  gains: Float64Array,
): BoostedTree {
  const order = Uint32Array.from({ length: rows }, (_, i) => i);
  const held = new Uint32Array(rows);
  const goesLeft = new Uint8Array(rows);
  // Numbers that a histogram holds for a feature: as many as the one with the most bins needs.
  const stride = FIELDS * (1 + Math.max(...cuts.map(({ length }) => length)));
  const builder = new TreeBuilder();
  const change: number[] = [];
  grow(builder.add(), 0, rows, 0, histogramOf(0, rows));
  return { ...builder.finish(), change: Float64Array.from(change) };

  /** Splits the node of rows [start, end) of `order`, or makes it a leaf. */
  function grow(
    node: number,
    start: number,
    end: number,
    depth: number,
    histogram: Float64Array | undefined,
  ): void {
    let gradient = 0;
    let curvature = 0;
    for (let i = start; i < end; i++) {
      gradient += gradients[order[i]];
      curvature += curvatures[order[i]];
    }
    const best = histogram && findSplit(histogram, gradient, curvature, end - start);
    if (best === undefined) {
      change[node] = -learningRate * gradient / (curvature + l2);
      for (let i = start; i < end; i++) scores[order[i]] += change[node];
      return;
    }
    change[node] = 0;
    gains[best.feature] += best.gain;
    for (let i = start; i < end; i++) {
      goesLeft[order[i]] = bins[order[i] * dimension + best.feature] <= best.bin ? 1 : 0;
    }
    const middle = partition(order, start, end, goesLeft, held);
    const { left, right } = builder.split(node, best.feature, cuts[best.feature][best.bin]);
    // Children at the last level are leaves and need no histogram. Else only the smaller child is
    // counted; the other's histogram is what is left of the parent's.
    let histograms: Float64Array[] = [];
    if (depth + 1 < maximumDepth) {
      const isLeftSmaller = middle - start <= end - middle;
      const counted = isLeftSmaller ? histogramOf(start, middle) : histogramOf(middle, end);
      const other = subtract(histogram!, counted);
      histograms = isLeftSmaller ? [counted, other] : [other, counted];
    }
    grow(left, start, middle, depth + 1, histograms[0]);
    grow(right, middle, end, depth + 1, histograms[1]);
  }

  /** G, H and number of rows of every bin, [dimension, bins, 3]. */
  function histogramOf(start: number, end: number): Float64Array {
    const histogram = new Float64Array(dimension * stride);
    for (let i = start; i < end; i++) {
      const row = order[i];
      const g = gradients[row];
      const h = curvatures[row];
      const from = row * dimension;
      for (let j = 0, base = 0; j < dimension; j++, base += stride) {
        const at = base + FIELDS * bins[from + j];
        histogram[at] += g;
        histogram[at + 1] += h;
        histogram[at + 2]++;
      }
    }
    return histogram;
  }

  /** The split with the most gain, the first of equals; undefined where none gains anything. */
  function findSplit(
    histogram: Float64Array,
    gradient: number,
    curvature: number,
    count: number,
  ) {
    const whole = gradient * gradient / (curvature + l2);
    let best: { feature: number; bin: number; gain: number } | undefined;
    for (let j = 0; j < dimension; j++) {
      let leftGradient = 0;
      let leftCurvature = 0;
      let leftCount = 0;
      for (let bin = 0; bin < cuts[j].length; bin++) {
        const at = j * stride + FIELDS * bin;
        // An empty bin splits as the bin before it does; what subtraction leaves there is rounding.
        if (histogram[at + 2] === 0) continue;
        leftGradient += histogram[at];
        leftCurvature += histogram[at + 1];
        leftCount += histogram[at + 2];
        if (leftCount === count) break;
        const rightGradient = gradient - leftGradient;
        const rightCurvature = curvature - leftCurvature;
        if (leftCurvature < minimumCurvature) continue;
        if (rightCurvature < minimumCurvature) break;
        const gain = leftGradient * leftGradient / (leftCurvature + l2) +
          rightGradient * rightGradient / (rightCurvature + l2) - whole;
        if (gain > (best?.gain ?? 0)) best = { feature: j, bin, gain };
      }
    }
    return best;
  }
}

/** `whole` − `part`, in place of `whole`. */
function subtract(whole: Float64Array, part: Float64Array): Float64Array {
  for (let at = 0; at < whole.length; at++) whole[at] -= part[at];
  return whole;
}
