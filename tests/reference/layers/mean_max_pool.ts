/**
 * Mean and maximum over time, side by side, in float64. Twin of `kernels/mean_max_pool*.wgsl`.
 *
 *     y[n, c] = (1/T) Σ_t x[n, t, c],   y[n, C + c] = max_t x[n, t, c]
 *     dx[n, t, c] = dy[n, c] / T, plus dy[n, C + c] at the first maximum
 */

import { maxPoolBackward, maxPoolForward } from "./max_pool.ts";
import { meanPoolBackward, meanPoolForward, type MeanPoolShape } from "./mean_pool.ts";

/** What {@linkcode meanMaxPoolForward} returns and {@linkcode meanMaxPoolBackward} needs. */
export interface MeanMaxPoolResult {
  /** [N, 2C]: means, then maxima. */
  readonly output: Float64Array;
  /** [N, C]: where in the input each maximum stands. */
  readonly indices: Int32Array;
}

/** A window as long as the signal. */
function whole(shape: MeanPoolShape) {
  return { ...shape, kernelSize: shape.length, stride: shape.length, padding: 0 };
}

/** [N, T, C] → [N, 2C]. */
export function meanMaxPoolForward(shape: MeanPoolShape, input: Float64Array): MeanMaxPoolResult {
  const { batch, channels } = shape;
  const means = meanPoolForward(shape, input);
  const maxima = maxPoolForward(whole(shape), input);
  const output = new Float64Array(2 * batch * channels);
  for (let n = 0; n < batch; n++) {
    const row = [n * channels, (n + 1) * channels] as const;
    output.set(means.subarray(...row), 2 * n * channels);
    output.set(maxima.output.subarray(...row), (2 * n + 1) * channels);
  }
  return { output, indices: maxima.indices };
}

/** Gradient [N, 2C] → gradient [N, T, C]. */
export function meanMaxPoolBackward(
  shape: MeanPoolShape,
  { indices }: MeanMaxPoolResult,
  outputGradient: Float64Array,
): Float64Array {
  const { batch, channels } = shape;
  const means = new Float64Array(batch * channels);
  const maxima = new Float64Array(batch * channels);
  for (let n = 0; n < batch; n++) {
    const row = outputGradient.subarray(2 * n * channels, 2 * (n + 1) * channels);
    means.set(row.subarray(0, channels), n * channels);
    maxima.set(row.subarray(channels), n * channels);
  }
  const fromMaxima = maxPoolBackward(whole(shape), indices, maxima);
  return meanPoolBackward(shape, means).map((g, j) => g + fromMaxima[j]);
}
