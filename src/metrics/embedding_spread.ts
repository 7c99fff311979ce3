/**
 * How far embeddings are spread over the unit sphere: tells a collapsed network, whose outputs all
 * point the same way, from one that uses its dimensions.
 */

/** Length below which a row counts as zero, as in PyTorch's `normalize`. */
const EPSILON = 1e-12;

/**
 * Mean over the dimensions of the standard deviation over the rows of z / |z| (Chen & He 2021,
 * section 4.1): 0 where all embeddings point the same way, near 1 / √d where they are spread evenly
 * over the sphere.
 *
 * @param z [rows, d], row by row; need not be of unit length
 * @throws {RangeError} When `z` is not [rows, d] or holds a value that is not finite.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { embeddingSpread } from "ssrl-ecg";
 * const spread = embeddingSpread(Float32Array.of(3, 0, -2, 0, 0, 5, 0, -1), 4, 2);
 * assert(Math.abs(spread - 1 / Math.sqrt(2)) < 1e-12);
 * assert(embeddingSpread(Float32Array.of(1, 2, 2, 4), 2, 2) < 1e-12);
 * ```
 */
export function embeddingSpread(z: Float32Array, rows: number, d: number): number {
  if (!(rows >= 1 && d >= 1 && z.length === rows * d)) {
    throw new RangeError(`Cannot measure the spread of ${z.length} values as [${rows}, ${d}]`);
  }
  const wrong = z.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new RangeError(`Cannot measure the spread of embeddings: value ${wrong} is ${z[wrong]}`);
  }
  const mean = new Float64Array(d);
  const squares = new Float64Array(d); // sums of squared deviations (Welford 1962)
  for (let row = 0; row < rows; row++) {
    const embedding = z.subarray(row * d, (row + 1) * d);
    let length = 0;
    for (const value of embedding) length += value * value;
    const inverse = 1 / Math.max(Math.sqrt(length), EPSILON);
    for (let j = 0; j < d; j++) {
      const deviation = embedding[j] * inverse - mean[j];
      mean[j] += deviation / (row + 1);
      squares[j] += deviation * (embedding[j] * inverse - mean[j]);
    }
  }
  return squares.reduce((sum, square) => sum + Math.sqrt(square / rows), 0) / d;
}
