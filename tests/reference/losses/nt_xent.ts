/**
 * NT-Xent, the loss of SimCLR (Chen, Kornblith, Norouzi & Hinton 2020, equation 1), in float64.
 * Twin of `kernels/nt_xent*.wgsl`.
 *
 * Rows 0..N−1 of z are the first views, rows N..2N−1 the second ones; the partner of row i is
 * p(i) = (i + N) mod 2N. With u = z / max(‖z‖, 1e-12) and S = U·Uᵀ / τ:
 *
 *     ℓ_i = −S[i, p(i)] + ln Σ_{k≠i} exp S[i, k],   L = (1/2N) Σ_i ℓ_i
 *
 * Gradient: with P[i, k] = softmax over k ≠ i of S[i, k] (P[i, i] = 0), Y the matrix of partners and
 * G = (P − Y) / 2N,
 *
 *     dU = (G + Gᵀ)·U / τ,   dz from dU through the normalization.
 */

import { l2NormalizeBackward, l2NormalizeForward } from "./l2_normalize.ts";

/**
 * Loss and its gradient.
 *
 * @param embeddings z [2N, D], not normalized
 * @param dimensions D
 * @param temperature τ > 0
 * @param upstream gradient of whatever follows with respect to L; default 1
 * @returns L, dL/dz [2N, D] times `upstream`, and ℓ [2N]
 */
export function ntXent(
  embeddings: Float64Array,
  dimensions: number,
  temperature: number,
  upstream = 1,
): { loss: number; gradient: Float64Array; rowLosses: Float64Array } {
  const rows = embeddings.length / dimensions;
  if (!Number.isInteger(rows) || rows < 2 || rows % 2 !== 0) {
    throw new RangeError(`NT-Xent needs an even number of rows >= 2: got ${rows}`);
  }
  const normalized = l2NormalizeForward(embeddings, dimensions);
  const u = normalized.output;

  const similarity = new Float64Array(rows * rows); // S
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < rows; k++) {
      let dot = 0;
      for (let d = 0; d < dimensions; d++) dot += u[i * dimensions + d] * u[k * dimensions + d];
      similarity[i * rows + k] = dot / temperature;
    }
  }

  const rowLosses = new Float64Array(rows);
  const g = new Float64Array(rows * rows); // G, times upstream
  let loss = 0;
  for (let i = 0; i < rows; i++) {
    const partner = (i + rows / 2) % rows;
    let largest = -Infinity;
    for (let k = 0; k < rows; k++) {
      if (k !== i) largest = Math.max(largest, similarity[i * rows + k]);
    }
    let sum = 0;
    for (let k = 0; k < rows; k++) {
      if (k !== i) sum += Math.exp(similarity[i * rows + k] - largest);
    }
    rowLosses[i] = -similarity[i * rows + partner] + largest + Math.log(sum);
    loss += rowLosses[i] / rows;
    for (let k = 0; k < rows; k++) {
      if (k === i) continue;
      const probability = Math.exp(similarity[i * rows + k] - largest) / sum;
      g[i * rows + k] = upstream * (probability - (k === partner ? 1 : 0)) / rows;
    }
  }

  const directionGradient = new Float64Array(u.length); // dU
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < rows; k++) {
      const both = (g[i * rows + k] + g[k * rows + i]) / temperature;
      for (let d = 0; d < dimensions; d++) {
        directionGradient[i * dimensions + d] += both * u[k * dimensions + d];
      }
    }
  }
  return { loss, gradient: l2NormalizeBackward(normalized, directionGradient), rowLosses };
}
