/**
 * Weighted k nearest neighbors on frozen features, for several labels at once: the probe of Wu,
 * Xiong, Yu & Lin 2018 ("Unsupervised feature learning via non-parametric instance discrimination",
 * section 3.4). It trains nothing, so it shows what the features are worth as they are.
 *
 * With the cosine similarities s_i of a query to its k most similar labeled rows,
 *
 *     P(class c) = Σ_i w_i y_ic / Σ_i w_i,    w_i = exp(s_i / temperature)
 */

import { UserError } from "../errors.ts";
import { countLabeledRows, type LabeledFeatures } from "./labeled_features.ts";

/** What {@linkcode nearestNeighborProbabilities} needs. */
export interface NearestNeighborOptions {
  /** The labeled rows among which neighbors are sought. */
  readonly labeled: LabeledFeatures;
  /** Number of classes. */
  readonly classes: number;
  /** Rows to classify, row-major [rows, dimension]. */
  readonly queries: ArrayLike<number>;
  /** Number of neighbors. Default 20. */
  readonly k?: number;
  /** Smaller values give near neighbors more weight; above 0. Default 0.07, as in the paper. */
  readonly temperature?: number;
}

/** Queries of a block: their similarities to all labeled rows stay in the processor's cache. */
const BLOCK = 16;

/**
 * Probabilities of the classes for each query, row-major [queries, classes].
 *
 * Of equally similar rows the first is the nearer one. A row of zeros has no direction; its
 * similarity to anything is 0.
 *
 * @throws {UserError} If k is larger than the number of labeled rows
 * @throws {RangeError} If shapes do not fit, a label is not 0 or 1, a feature is not finite, k is no
 * integer from 1, or the temperature is not above 0
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { nearestNeighborProbabilities } from "ssrl-ecg";
 * const labeled = { features: [1, 0, 1, 0.1, 0, 1], labels: [1, 1, 0] }; // three rows of two features
 * const [right, up] = nearestNeighborProbabilities({
 *   labeled,
 *   classes: 1,
 *   queries: [2, 0, 0, 5],
 *   k: 2,
 * });
 * assert(right === 1 && up < 0.01);
 * ```
 */
export function nearestNeighborProbabilities(options: NearestNeighborOptions): Float64Array {
  const { labeled, classes, queries, k = 20, temperature = 0.07 } = options;
  const { labels } = labeled;
  const fail = (reason: string) => new RangeError(`Cannot find neighbors: ${reason}`);
  const rows = countLabeledRows(labeled, classes, "Cannot find neighbors");
  const dimension = labeled.features.length / rows;
  if (queries.length % dimension !== 0) {
    throw fail(`${queries.length} features of queries are no rows of ${dimension}`);
  }
  if (!(temperature > 0 && Number.isFinite(temperature))) {
    throw fail(`the temperature is ${temperature}, need a number above 0`);
  }
  if (!Number.isInteger(k) || k < 1) throw fail(`k is ${k}, need an integer from 1`);
  if (k > rows) {
    throw new UserError(
      `Cannot find ${k} neighbors among ${rows} labeled records: give a smaller k, or more labels`,
    );
  }

  const count = queries.length / dimension;
  // Padded to the block of the product: rows of zeros, whose similarities are never looked at.
  const keys = directions(labeled.features, rows, dimension, 4, "labeled row");
  const asked = directions(queries, count, dimension, BLOCK, "query");
  const stride = keys.length / dimension;
  const similarities = new Float64Array(BLOCK * stride);
  const nearest = { values: new Float64Array(k), rows: new Uint32Array(k) };
  const probabilities = new Float64Array(count * classes);
  for (let first = 0; first < count; first += BLOCK) {
    multiply(
      asked.subarray(first * dimension, (first + BLOCK) * dimension),
      keys,
      dimension,
      similarities,
    );
    for (let q = first; q < Math.min(first + BLOCK, count); q++) {
      const from = (q - first) * stride;
      findLargest(similarities.subarray(from, from + rows), nearest.values, nearest.rows);
      let sum = 0;
      for (let i = 0; i < k; i++) {
        // Relative to the most similar row: the quotient is the same, and nothing overflows.
        const weight = Math.exp((nearest.values[i] - nearest.values[0]) / temperature);
        sum += weight;
        for (let c = 0; c < classes; c++) {
          if (labels[nearest.rows[i] * classes + c] === 1) probabilities[q * classes + c] += weight;
        }
      }
      for (let c = 0; c < classes; c++) probabilities[q * classes + c] /= sum;
    }
  }
  return probabilities;
}

/** Rows scaled to length 1, with rows of zeros up to a multiple of `multiple`. */
function directions(
  features: ArrayLike<number>,
  rows: number,
  dimension: number,
  multiple: number,
  what: string,
): Float64Array {
  const unit = new Float64Array(Math.ceil(rows / multiple) * multiple * dimension);
  for (let i = 0; i < rows; i++) {
    const from = i * dimension;
    let largest = 0;
    for (let j = 0; j < dimension; j++) {
      const value = features[from + j];
      if (!Number.isFinite(value)) {
        throw new RangeError(`Cannot find neighbors: feature ${j} of ${what} ${i} is ${value}`);
      }
      largest = Math.max(largest, Math.abs(value));
    }
    if (largest === 0) continue;
    // Scaled by the largest first, so that squares neither overflow nor vanish.
    let squares = 0;
    for (let j = 0; j < dimension; j++) {
      unit[from + j] = features[from + j] / largest;
      squares += unit[from + j] ** 2;
    }
    const length = Math.sqrt(squares);
    for (let j = 0; j < dimension; j++) unit[from + j] /= length;
  }
  return unit;
}

/**
 * c = a bᵀ for a [m, dimension] and b [n, dimension], both with a multiple of four rows. Four rows by
 * four at a time: sixteen sums in registers, eight loads for sixteen products.
 */
function multiply(a: Float64Array, b: Float64Array, dimension: number, c: Float64Array): void {
  const n = b.length / dimension;
  for (let j = 0; j < n; j += 4) {
    const b0 = j * dimension;
    const b1 = b0 + dimension;
    const b2 = b1 + dimension;
    const b3 = b2 + dimension;
    for (let i = 0; i * dimension < a.length; i += 4) {
      const a0 = i * dimension;
      const a1 = a0 + dimension;
      const a2 = a1 + dimension;
      const a3 = a2 + dimension;
      let c00 = 0, c01 = 0, c02 = 0, c03 = 0;
      let c10 = 0, c11 = 0, c12 = 0, c13 = 0;
      let c20 = 0, c21 = 0, c22 = 0, c23 = 0;
      let c30 = 0, c31 = 0, c32 = 0, c33 = 0;
      for (let t = 0; t < dimension; t++) {
        const x0 = a[a0 + t], x1 = a[a1 + t], x2 = a[a2 + t], x3 = a[a3 + t];
        const y0 = b[b0 + t], y1 = b[b1 + t], y2 = b[b2 + t], y3 = b[b3 + t];
        c00 += x0 * y0, c01 += x0 * y1, c02 += x0 * y2, c03 += x0 * y3;
        c10 += x1 * y0, c11 += x1 * y1, c12 += x1 * y2, c13 += x1 * y3;
        c20 += x2 * y0, c21 += x2 * y1, c22 += x2 * y2, c23 += x2 * y3;
        c30 += x3 * y0, c31 += x3 * y1, c32 += x3 * y2, c33 += x3 * y3;
      }
      const at = i * n + j;
      c[at] = c00, c[at + 1] = c01, c[at + 2] = c02, c[at + 3] = c03;
      c[at + n] = c10, c[at + n + 1] = c11, c[at + n + 2] = c12, c[at + n + 3] = c13;
      c[at + 2 * n] = c20, c[at + 2 * n + 1] = c21, c[at + 2 * n + 2] = c22;
      c[at + 2 * n + 3] = c23;
      c[at + 3 * n] = c30, c[at + 3 * n + 1] = c31, c[at + 3 * n + 2] = c32;
      c[at + 3 * n + 3] = c33;
    }
  }
}

/** Collects the values.length largest values of a list, descending, and their rows, by insertion. */
function findLargest(list: Float64Array, values: Float64Array, rows: Uint32Array): void {
  const last = values.length - 1;
  values.fill(-Infinity);
  for (let row = 0; row < list.length; row++) {
    const value = list[row];
    if (!(value > values[last])) continue; // so nearly all
    let at = last;
    for (; at > 0 && value > values[at - 1]; at--) {
      values[at] = values[at - 1];
      rows[at] = rows[at - 1];
    }
    values[at] = value;
    rows[at] = row;
  }
}
