/**
 * BYOL's regression (Grill et al. 2020, equation 2) in float64. Twin of
 * `kernels/byol_regression.wgsl`.
 *
 *     r = (1/N) Σ_b 2 − 2 p̂_b·t̂_b,   p̂ = p / max(‖p‖, 1e-12),   t̂ = t / max(‖t‖, 1e-12)
 *     dp from dp̂ = −(2/N) t̂ through the normalization; t is a constant
 */

import { l2NormalizeBackward, l2NormalizeForward } from "./l2_normalize.ts";

/**
 * Loss and gradient of one direction.
 *
 * @param prediction p [N, D]
 * @param target t [N, D]
 * @param dimensions D
 * @returns r, 2 − 2 p̂·t̂ of the rows [N], and dr/dp [N, D]
 */
export function byolRegression(
  prediction: Float64Array,
  target: Float64Array,
  dimensions: number,
): { loss: number; rowLosses: Float64Array; gradient: Float64Array } {
  const rows = prediction.length / dimensions;
  const p = l2NormalizeForward(prediction, dimensions);
  const t = l2NormalizeForward(target, dimensions);
  const rowLosses = new Float64Array(rows).fill(2);
  p.output.forEach((value, j) => rowLosses[Math.floor(j / dimensions)] -= 2 * value * t.output[j]);
  return {
    loss: rowLosses.reduce((sum, loss) => sum + loss, 0) / rows,
    rowLosses,
    gradient: l2NormalizeBackward(p, t.output.map((value) => -2 * value / rows)),
  };
}
