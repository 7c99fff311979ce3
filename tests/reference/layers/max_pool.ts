/**
 * Maximum over windows of time in float64. Twin of `kernels/max_pool*.wgsl`.
 *
 *     y[n, u, c] = max_k x[n, u·s + k − p, c],   samples outside x are −∞
 *     length of y = ⌊(T + 2p − K) / s⌋ + 1
 *
 * Backward: dy of a window goes to its first maximum.
 */

/** The sizes of one pooling. */
export interface MaxPoolShape {
  /** Records N. */
  readonly batch: number;
  /** Samples T. */
  readonly length: number;
  /** Channels C. */
  readonly channels: number;
  /** K. */
  readonly kernelSize: number;
  /** Step s between windows. */
  readonly stride: number;
  /** Padding p, at most K / 2. */
  readonly padding: number;
}

/** Samples of the output. */
export function maxPoolOutputLength(shape: MaxPoolShape): number {
  return Math.floor((shape.length + 2 * shape.padding - shape.kernelSize) / shape.stride) + 1;
}

/** [N, T, C] → [N, U, C], and where in the input each maximum stands. */
export function maxPoolForward(
  shape: MaxPoolShape,
  input: Float64Array,
): { output: Float64Array; indices: Int32Array } {
  const { batch, length, channels, kernelSize, stride, padding } = shape;
  const positions = maxPoolOutputLength(shape);
  const output = new Float64Array(batch * positions * channels).fill(-Infinity);
  const indices = new Int32Array(output.length);
  for (let n = 0; n < batch; n++) {
    for (let u = 0; u < positions; u++) {
      for (let k = 0; k < kernelSize; k++) {
        const t = u * stride + k - padding;
        if (t < 0 || t >= length) continue;
        for (let c = 0; c < channels; c++) {
          const at = (n * length + t) * channels + c;
          const to = (n * positions + u) * channels + c;
          if (!(input[at] > output[to])) continue;
          output[to] = input[at];
          indices[to] = at;
        }
      }
    }
  }
  return { output, indices };
}

/** Gradient [N, U, C] → gradient [N, T, C]. */
export function maxPoolBackward(
  { batch, length, channels }: MaxPoolShape,
  indices: Int32Array,
  outputGradient: Float64Array,
): Float64Array {
  const inputGradient = new Float64Array(batch * length * channels);
  outputGradient.forEach((g, j) => inputGradient[indices[j]] += g);
  return inputGradient;
}
