/**
 * Mean over time in float64. Twin of `kernels/mean_pool*.wgsl`.
 *
 *     y[n, c] = (1/T) Σ_t x[n, t, c],   dx[n, t, c] = dy[n, c] / T
 */

/** The sizes of one pooling. */
export interface MeanPoolShape {
  /** Records N. */
  readonly batch: number;
  /** Samples T. */
  readonly length: number;
  /** Channels C. */
  readonly channels: number;
}

/** [N, T, C] → [N, C]. */
export function meanPoolForward(
  { batch, length, channels }: MeanPoolShape,
  input: Float64Array,
): Float64Array {
  const output = new Float64Array(batch * channels);
  for (let n = 0; n < batch; n++) {
    for (let t = 0; t < length; t++) {
      for (let c = 0; c < channels; c++) {
        output[n * channels + c] += input[(n * length + t) * channels + c];
      }
    }
  }
  return output.map((sum) => sum / length);
}

/** Gradient [N, C] → gradient [N, T, C]. */
export function meanPoolBackward(
  { batch, length, channels }: MeanPoolShape,
  outputGradient: Float64Array,
): Float64Array {
  const inputGradient = new Float64Array(batch * length * channels);
  for (let j = 0; j < inputGradient.length; j++) {
    const n = Math.floor(j / (length * channels));
    inputGradient[j] = outputGradient[n * channels + (j % channels)] / length;
  }
  return inputGradient;
}
