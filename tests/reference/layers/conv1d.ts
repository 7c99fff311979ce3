/**
 * One-dimensional convolution in float64, written to be read. Twin of `kernels/conv1d*.wgsl`.
 *
 * Layouts: signals [N, T, C] (channel fastest), weights [K, Cin, Cout] (output channel fastest).
 *
 *     y[n, t, o] = b[o] + Σ_k Σ_i x[n, t·s + k − p, i] · w[k, i, o],   samples outside x are 0
 *     length of y = ⌊(T + 2p − K) / s⌋ + 1
 *
 * As in PyTorch this is a cross-correlation: the kernel is not flipped.
 */

import type { Gradients } from "./linear.ts";

/** The sizes of one convolution. */
export interface Conv1dShape {
  /** Records N. */
  readonly batch: number;
  /** Samples T of the input. */
  readonly inputLength: number;
  readonly inputChannels: number;
  readonly outputChannels: number;
  /** K. */
  readonly kernelSize: number;
  /** Step s between windows. */
  readonly stride: number;
  /** Zeros p before and after the signal. */
  readonly padding: number;
}

/** Samples of the output: ⌊(T + 2p − K) / s⌋ + 1. */
export function conv1dOutputLength(
  shape: Pick<Conv1dShape, "inputLength" | "kernelSize" | "stride" | "padding">,
): number {
  return Math.floor((shape.inputLength + 2 * shape.padding - shape.kernelSize) / shape.stride) + 1;
}

/**
 * y = x ∗ w + b.
 *
 * @param input [N, T, Cin]
 * @param weight [K, Cin, Cout]
 * @param bias [Cout], or none
 * @returns [N, T', Cout]
 */
export function conv1dForward(
  shape: Conv1dShape,
  input: Float64Array,
  weight: Float64Array,
  bias?: Float64Array,
): Float64Array {
  const { inputChannels, outputChannels } = shape;
  const output = new Float64Array(shape.batch * conv1dOutputLength(shape) * outputChannels);
  if (bias) {
    for (let row = 0; row < output.length; row += outputChannels) output.set(bias, row);
  }
  forEachPair(shape, (inputRow, outputRow, weightRow) => {
    for (let i = 0; i < inputChannels; i++) {
      const x = input[inputRow + i];
      const w = weightRow + i * outputChannels;
      for (let o = 0; o < outputChannels; o++) output[outputRow + o] += x * weight[w + o];
    }
  });
  return output;
}

/**
 * Gradient with respect to the input: every output sends its gradient back through the weights that
 * made it, dx[n, t·s + k − p, i] += Σ_o dy[n, t, o] · w[k, i, o].
 *
 * @param weight [K, Cin, Cout]
 * @param outputGradient [N, T', Cout]
 * @returns [N, T, Cin]
 */
export function conv1dBackwardInput(
  shape: Conv1dShape,
  weight: Float64Array,
  outputGradient: Float64Array,
): Float64Array {
  const { inputChannels, outputChannels } = shape;
  const inputGradient = new Float64Array(shape.batch * shape.inputLength * inputChannels);
  forEachPair(shape, (inputRow, outputRow, weightRow) => {
    for (let i = 0; i < inputChannels; i++) {
      const w = weightRow + i * outputChannels;
      let sum = 0;
      for (let o = 0; o < outputChannels; o++) sum += outputGradient[outputRow + o] * weight[w + o];
      inputGradient[inputRow + i] += sum;
    }
  });
  return inputGradient;
}

/**
 * Gradients with respect to the parameters:
 * dw[k, i, o] = Σ_n Σ_t x[n, t·s + k − p, i] · dy[n, t, o] and db[o] = Σ_n Σ_t dy[n, t, o].
 *
 * @param input [N, T, Cin]
 * @param outputGradient [N, T', Cout]
 */
export function conv1dBackwardWeight(
  shape: Conv1dShape,
  input: Float64Array,
  outputGradient: Float64Array,
): Omit<Gradients, "input"> {
  const { inputChannels, outputChannels } = shape;
  const weight = new Float64Array(shape.kernelSize * inputChannels * outputChannels);
  forEachPair(shape, (inputRow, outputRow, weightRow) => {
    for (let i = 0; i < inputChannels; i++) {
      const x = input[inputRow + i];
      const w = weightRow + i * outputChannels;
      for (let o = 0; o < outputChannels; o++) weight[w + o] += x * outputGradient[outputRow + o];
    }
  });
  const bias = new Float64Array(outputChannels);
  for (let j = 0; j < outputGradient.length; j++) bias[j % outputChannels] += outputGradient[j];
  return { weight, bias };
}

/** Calls `visit` with the offsets of every (input row, output row, kernel position) that meet. */
function forEachPair(
  shape: Conv1dShape,
  visit: (inputRow: number, outputRow: number, weightRow: number) => void,
): void {
  const { batch, inputLength, inputChannels, outputChannels, kernelSize, stride, padding } = shape;
  const outputLength = conv1dOutputLength(shape);
  for (let n = 0; n < batch; n++) {
    for (let t = 0; t < outputLength; t++) {
      const outputRow = (n * outputLength + t) * outputChannels;
      for (let k = 0; k < kernelSize; k++) {
        const at = t * stride + k - padding;
        if (at < 0 || at >= inputLength) continue;
        visit(
          (n * inputLength + at) * inputChannels,
          outputRow,
          k * inputChannels * outputChannels,
        );
      }
    }
  }
}
