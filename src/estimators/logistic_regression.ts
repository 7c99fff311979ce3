/**
 * Multi-label logistic regression with an L2 penalty, one class against the rest, in float64: the
 * linear probe on frozen features.
 *
 * For each class, over n rows x_i standardized to mean 0 and standard deviation 1,
 *
 *     minimize  F(w, b) = 1/n Σ_i log(1 + exp(−s_i (w·x_i + b))) + (l2 / 2) |w|²,   s_i = ±1
 *
 * The intercept b is not penalized. scikit-learn's `LogisticRegression(C)` on the same standardized
 * features has the same minimum at C = 1 / (n · l2). F is strictly convex, so there is one solution.
 *
 * Method: L-BFGS (Nocedal & Wright 2006, algorithm 7.4) started at w = 0, b = log-odds. Its initial
 * inverse Hessian is the exact one at that start, π(1 − π) XᵀX / n + l2 I, factored by Cholesky:
 * the first step is Newton's, and correlated features cost no more steps than independent ones. The
 * Gram matrix is made once for all classes and penalties. Where the solution is far from the start
 * (separable classes, weak penalties) the search restarts every 25 steps with the Hessian there.
 */

import { columnOf, countLabeledRows, countRows, type LabeledFeatures } from "./labeled_features.ts";
import { meanAndDeviation } from "./standardization.ts";

/** A linear model of class probabilities: σ(weights · x + bias), x in the features' own units. */
export interface LinearModel {
  readonly classes: number;
  readonly dimension: number;
  /** Row-major [classes, dimension]; the standardization is folded in. */
  readonly weights: Float64Array;
  /** [classes] */
  readonly bias: Float64Array;
}

/** A fitted {@linkcode LinearModel}. */
export interface LogisticRegression extends LinearModel {
  readonly l2: number;
  /** L-BFGS steps of each class. */
  readonly iterations: readonly number[];
  /** False if a class reached the step limit before its gradient vanished. */
  readonly converged: boolean;
}

/** Gradient entries below this end the search; F is of order 1, features of order 1. */
const GRADIENT_TOLERANCE = 1e-10;
const MAXIMUM_STEPS = 1000;
/** Steps after which the Hessian is recomputed; a typical fit needs fewer. */
const STEPS_A_HESSIAN = 25;
/** Pairs of differences that L-BFGS keeps. */
const HISTORY = 10;
/** Sufficient decrease (Armijo). */
const DECREASE = 1e-4;

/** Standardized training rows with what all fits share. */
export interface Prepared {
  readonly rows: number;
  readonly dimension: number;
  /** [rows, dimension], standardized. */
  readonly x: Float64Array;
  readonly mean: Float64Array;
  /** 0 for a constant feature, whose weight stays 0. */
  readonly inverseDeviation: Float64Array;
  /** XᵀX / n, lower triangle, row-major [dimension, dimension]. */
  readonly gram: Float64Array;
  /** Labels of each class, [classes][rows], and how many of them are 1. */
  readonly targets: readonly { readonly y: Float64Array; readonly positives: number }[];
}

/** Throws as {@linkcode fitLogisticRegression}. */
export function prepare({ features, labels }: LabeledFeatures, classes: number): Prepared {
  const rows = countLabeledRows({ features, labels }, classes, "Cannot fit a logistic regression");
  const dimension = features.length / rows;
  const { mean, deviation } = meanAndDeviation(features, dimension);
  const odd = deviation.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0) {
    throw new RangeError(`Cannot fit a logistic regression: feature ${odd} is not finite`);
  }
  const inverseDeviation = deviation.map((value) => value === 0 ? 0 : 1 / value);
  const x = Float64Array.from(features);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < dimension; j++, at++) x[at] = (x[at] - mean[j]) * inverseDeviation[j];
  }
  const targets = Array.from({ length: classes }, (_, k) => {
    const y = columnOf(labels, classes, k);
    return { y, positives: y.reduce((sum, label) => sum + label, 0) };
  });
  const gram = gramMatrix(x, rows, dimension);
  return { rows, dimension, x, mean, inverseDeviation, gram, targets };
}

/** XᵀX / n, lower triangle. Four rows at a time: one pass over the result does four updates. */
function gramMatrix(x: Float64Array, rows: number, dimension: number): Float64Array {
  const gram = new Float64Array(dimension * dimension);
  const padded = new Float64Array(4 * dimension);
  for (let i = 0; i < rows; i += 4) {
    const count = Math.min(4, rows - i);
    padded.fill(0).set(x.subarray(i * dimension, (i + count) * dimension));
    for (let j = 0; j < dimension; j++) {
      const a = padded[j];
      const b = padded[dimension + j];
      const c = padded[2 * dimension + j];
      const d = padded[3 * dimension + j];
      for (let k = 0, at = j * dimension; k <= j; k++, at++) {
        gram[at] += a * padded[k] + b * padded[dimension + k] + c * padded[2 * dimension + k] +
          d * padded[3 * dimension + k];
      }
    }
  }
  for (let at = 0; at < gram.length; at++) gram[at] /= rows;
  return gram;
}

/**
 * Hessian of F without its penalty, intercept last: 1/n Σ p_i (1 − p_i) (x_i, 1)(x_i, 1)ᵀ, lower
 * triangle. At w = 0 all p_i are equal and the Gram matrix is enough; else `point` says where.
 */
function hessian(data: Prepared, curvature: number, point?: Float64Array): Float64Array {
  const { rows, dimension, x, gram } = data;
  const size = dimension + 1;
  if (point === undefined) {
    const result = new Float64Array(size * size);
    for (let j = 0; j < dimension; j++) {
      for (let k = 0; k <= j; k++) {
        result[j * size + k] = curvature * gram[j * dimension + k];
      }
    }
    result[size * size - 1] = curvature; // means are 0: the intercept couples with nothing
    return result;
  }
  const scaled = new Float64Array(rows * size);
  for (let i = 0; i < rows; i++) {
    let z = point[dimension];
    for (let j = 0; j < dimension; j++) z += x[i * dimension + j] * point[j];
    const e = Math.exp(-Math.abs(z));
    const root = Math.sqrt(e) / (1 + e); // √(p (1 − p))
    for (let j = 0; j < dimension; j++) scaled[i * size + j] = root * x[i * dimension + j];
    scaled[i * size + dimension] = root;
  }
  return gramMatrix(scaled, rows, size);
}

/**
 * Cholesky factor L, lower triangle, of matrix + diag(l2, …, l2, 0), in place. Where features repeat
 * each other, rounding may leave a pivot below the penalty, which it cannot be; it is lifted.
 */
function factor(matrix: Float64Array, size: number, l2: number): Float64Array {
  for (let j = 0; j < size; j++) {
    const row = j * size;
    const penalty = j < size - 1 ? l2 : 0;
    const floor = Math.max(penalty, 1e-12 * matrix[row + j]);
    for (let k = 0; k <= j; k++) {
      const other = k * size;
      let sum = matrix[row + k] + (j === k ? penalty : 0);
      for (let m = 0; m < k; m++) sum -= matrix[row + m] * matrix[other + m];
      matrix[row + k] = j === k ? Math.sqrt(Math.max(sum, floor)) : sum / matrix[other + k];
    }
  }
  return matrix;
}

/** Solves L Lᵀ z = v in place. */
function solve(l: Float64Array, dimension: number, v: Float64Array): void {
  for (let j = 0; j < dimension; j++) {
    let sum = v[j];
    for (let m = 0, at = j * dimension; m < j; m++, at++) sum -= l[at] * v[m];
    v[j] = sum / l[j * dimension + j];
  }
  for (let j = dimension - 1; j >= 0; j--) { // column by column: rows of L stay contiguous
    const z = v[j] /= l[j * dimension + j];
    for (let m = 0, at = j * dimension; m < j; m++, at++) v[m] -= l[at] * z;
  }
}

/**
 * F and its gradient at (w, b) = `point`, the intercept last.
 *
 * dF/dw = 1/n Σ (σ(z_i) − y_i) x_i + l2 w,   dF/db = 1/n Σ (σ(z_i) − y_i)
 */
function evaluate(
  { x, rows, dimension }: Prepared,
  y: Float64Array,
  l2: number,
  point: Float64Array,
  gradient: Float64Array,
): number {
  gradient.fill(0);
  const whole = dimension - dimension % 4;
  let loss = 0;
  let biasGradient = 0;
  for (let i = 0; i < rows; i++) {
    const row = i * dimension;
    let z0 = point[dimension], z1 = 0, z2 = 0, z3 = 0; // four sums hide the latency of additions
    for (let j = 0; j < whole; j += 4) {
      z0 += x[row + j] * point[j];
      z1 += x[row + j + 1] * point[j + 1];
      z2 += x[row + j + 2] * point[j + 2];
      z3 += x[row + j + 3] * point[j + 3];
    }
    for (let j = whole; j < dimension; j++) z0 += x[row + j] * point[j];
    const z = z0 + z1 + z2 + z3;
    // log(1 + exp(∓z)) and σ(z) − y without overflow: exp takes only −|z|.
    const e = Math.exp(-Math.abs(z));
    loss += Math.log1p(e) + ((z > 0) === (y[i] === 1) ? 0 : Math.abs(z));
    const residual = (z >= 0 ? 1 / (1 + e) : e / (1 + e)) - y[i];
    for (let j = 0; j < dimension; j++) gradient[j] += residual * x[row + j];
    biasGradient += residual;
  }
  let penalty = 0;
  for (let j = 0; j < dimension; j++) {
    gradient[j] = gradient[j] / rows + l2 * point[j];
    penalty += point[j] * point[j];
  }
  gradient[dimension] = biasGradient / rows;
  return loss / rows + l2 * penalty / 2;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j] * b[j];
  return sum;
}

/** a += factor · b */
function addScaled(a: Float64Array, b: Float64Array, factor: number): void {
  for (let j = 0; j < a.length; j++) a[j] += factor * b[j];
}

/** Minimizes F for one class from `point` on, which it overwrites by the solution. */
function minimize(
  data: Prepared,
  { y, positives }: Prepared["targets"][number],
  l2: number,
  point: Float64Array,
) {
  const { rows, dimension } = data;
  const size = dimension + 1;
  const prevalence = positives / rows;
  const curvature = prevalence * (1 - prevalence);
  let l = factor(hessian(data, curvature), size, l2);

  /** Changes of the point and of the gradient, and 1 over their product. */
  const history: { step: Float64Array; change: Float64Array; inverse: number }[] = [];
  let gradient = new Float64Array(size);
  let value = evaluate(data, y, l2, point, gradient);
  let scale = 1;
  const alpha = new Float64Array(HISTORY);
  for (let iteration = 0; iteration < MAXIMUM_STEPS; iteration++) {
    if (gradient.every((entry) => Math.abs(entry) <= GRADIENT_TOLERANCE)) {
      return { iterations: iteration, converged: true };
    }
    if (iteration > 0 && iteration % STEPS_A_HESSIAN === 0) {
      l = factor(hessian(data, curvature, point), size, l2);
      history.length = 0;
      scale = 1;
    }
    const direction = gradient.map((entry) => -entry);
    for (let h = history.length - 1; h >= 0; h--) {
      alpha[h] = history[h].inverse * dot(history[h].step, direction);
      addScaled(direction, history[h].change, -alpha[h]);
    }
    solve(l, size, direction);
    for (let j = 0; j < size; j++) direction[j] *= scale;
    history.forEach(({ step, change, inverse }, h) =>
      addScaled(direction, step, alpha[h] - inverse * dot(change, direction))
    );
    const slope = dot(gradient, direction);
    if (!(slope < 0)) return { iterations: iteration, converged: false }; // rounding won

    // Near the minimum F changes by less than its rounding; a step that keeps F there is accepted.
    const slack = 1e-14 * Math.abs(value);
    let length = 1;
    let next = point;
    let nextGradient = gradient;
    let nextValue = Infinity;
    for (let halving = 0; halving < 40; halving++, length /= 2) {
      next = point.map((entry, j) => entry + length * direction[j]);
      nextGradient = new Float64Array(size);
      nextValue = evaluate(data, y, l2, next, nextGradient);
      if (nextValue <= value + DECREASE * length * slope + slack) break;
    }
    if (!(nextValue <= value + slack)) return { iterations: iteration, converged: false };

    const step = next.map((entry, j) => entry - point[j]);
    const change = nextGradient.map((entry, j) => entry - gradient[j]);
    const along = dot(step, change);
    if (along > 0) { // always, by convexity, but for rounding
      if (history.length === HISTORY) history.shift();
      history.push({ step, change, inverse: 1 / along });
      const preconditioned = change.slice();
      solve(l, size, preconditioned);
      scale = along / dot(change, preconditioned);
    }
    point.set(next);
    gradient = nextGradient;
    value = nextValue;
  }
  return { iterations: MAXIMUM_STEPS, converged: false };
}

/** Fits all classes; `points` are starts and become solutions (standardized units). */
export function fitClasses(
  data: Prepared,
  l2: number,
  points: readonly Float64Array[],
): LogisticRegression {
  if (!(l2 > 0 && Number.isFinite(l2))) {
    throw new RangeError(`Cannot fit a logistic regression: l2 is ${l2}, need a number above 0`);
  }
  const { rows, dimension, mean, inverseDeviation, targets } = data;
  const classes = targets.length;
  const weights = new Float64Array(classes * dimension);
  const bias = new Float64Array(classes);
  const iterations: number[] = [];
  let converged = true;
  targets.forEach((target, k) => {
    const point = points[k];
    // For a class with one label F has no minimum, b would go to infinity: the start is the result.
    const isMixed = target.positives > 0 && target.positives < rows;
    const result = isMixed ? minimize(data, target, l2, point) : { iterations: 0, converged: true };
    iterations.push(result.iterations);
    converged &&= result.converged;
    bias[k] = point[dimension];
    for (let j = 0; j < dimension; j++) {
      const weight = point[j] * inverseDeviation[j];
      weights[k * dimension + j] = weight;
      bias[k] -= weight * mean[j];
    }
  });
  return { classes, dimension, weights, bias, l2, iterations, converged };
}

/** Starts: w = 0, b = log-odds of the class; half a row of each label keeps it finite. */
export function startingPoints({ rows, dimension, targets }: Prepared): Float64Array[] {
  return targets.map(({ positives }) => {
    const point = new Float64Array(dimension + 1);
    point[dimension] = Math.log((positives + 0.5) / (rows - positives + 0.5));
    return point;
  });
}

/**
 * Fits one logistic regression a class, to convergence. Deterministic.
 *
 * A class with one label value in training gets weights 0 and the log-odds of its (smoothed)
 * frequency as bias.
 *
 * @param l2 Penalty of F above, on standardized features; above 0
 * @throws {RangeError} If shapes do not fit, a label is not 0 or 1, a feature is not finite, or l2 is
 * not above 0
 */
export function fitLogisticRegression(
  data: LabeledFeatures,
  classes: number,
  l2: number,
): LogisticRegression {
  const prepared = prepare(data, classes);
  return fitClasses(prepared, l2, startingPoints(prepared));
}

/**
 * Probabilities of a linear model, row-major [rows, classes], in [0, 1].
 *
 * @param features Row-major [rows, dimension], in the units of the training features
 * @throws {RangeError} If the features are no rows of the model's dimension
 */
export function predictProbabilities(
  model: LinearModel,
  features: ArrayLike<number>,
): Float64Array {
  const { classes, dimension, weights, bias } = model;
  const rows = countRows(features, dimension);
  const probabilities = new Float64Array(rows * classes);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < classes; k++) {
      let z = bias[k];
      for (let j = 0; j < dimension; j++) {
        z += weights[k * dimension + j] * features[i * dimension + j];
      }
      probabilities[i * classes + k] = 1 / (1 + Math.exp(-z));
    }
  }
  return probabilities;
}
