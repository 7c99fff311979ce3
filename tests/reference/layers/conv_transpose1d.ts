/**
 * One-dimensional transposed convolution in float64, written to be read. Twin of
 * `src/layers/conv_transpose1d.ts`.
 *
 * Layouts: signals [N, T, C] (channel fastest), weights [K, Cout, Cin].
 *
 *     y[n, s·u + k − p, o] += Σ_i x[n, u, i] · w[k, o, i] for every u and k, samples outside y are dropped;
 *     then + b[o], and with a ReLU max(0, ·)
 *     length of y = (U − 1)·s − 2p + K
 */

import type { Conv1dShape } from "./conv1d.ts";
import type { Gradients } from "./linear.ts";

/** Sizes; the stride s is between the places that neighboring inputs write to, p is cut off. */
export interface ConvTranspose1dShape extends Conv1dShape {
  /** Apply ReLU to the output. */
  readonly relu?: boolean;
}

/** Samples of the output: (U − 1)·s − 2p + K. */
export function convTranspose1dOutputLength(
  shape: Pick<ConvTranspose1dShape, "inputLength" | "kernelSize" | "stride" | "padding">,
): number {
  return (shape.inputLength - 1) * shape.stride - 2 * shape.padding + shape.kernelSize;
}

/**
 * Every input sample writes its kernel into the output, s samples further on for each.
 *
 * @param input [N, U, Cin]
 * @param weight [K, Cout, Cin]
 * @param bias [Cout]
 * @returns [N, T, Cout]
 */
export function convTranspose1dForward(
  shape: ConvTranspose1dShape,
  input: Float64Array,
  weight: Float64Array,
  bias: Float64Array,
): Float64Array {
  const { batch, inputChannels, outputChannels } = shape;
  const output = new Float64Array(batch * convTranspose1dOutputLength(shape) * outputChannels);
  for (let row = 0; row < output.length; row += outputChannels) output.set(bias, row);
  forEachPair(shape, (inputRow, outputRow, weightRow) => {
    for (let o = 0; o < outputChannels; o++) {
      for (let i = 0; i < inputChannels; i++) {
        output[outputRow + o] += input[inputRow + i] * weight[weightRow + o * inputChannels + i];
      }
    }
  });
  return shape.relu ? output.map((value) => Math.max(0, value)) : output;
}

/**
 * With g = dy (where y > 0 with a ReLU):
 * dx[n, u, i] = Σ_k Σ_o g[n, s·u + k − p, o] · w[k, o, i],
 * dw[k, o, i] = Σ_n Σ_u g[n, s·u + k − p, o] · x[n, u, i] and db[o] = Σ_n Σ_t g[n, t, o].
 *
 * @param input [N, U, Cin]
 * @param weight [K, Cout, Cin]
 * @param output y of the forward pass [N, T, Cout]
 * @param outputGradient dy [N, T, Cout]
 */
export function convTranspose1dBackward(
  shape: ConvTranspose1dShape,
  input: Float64Array,
  weight: Float64Array,
  output: Float64Array,
  outputGradient: Float64Array,
): Gradients {
  const { inputChannels, outputChannels } = shape;
  const passed = shape.relu ? outputGradient.map((g, j) => output[j] > 0 ? g : 0) : outputGradient;
  const inputGradient = new Float64Array(input.length);
  const weightGradient = new Float64Array(weight.length);
  forEachPair(shape, (inputRow, outputRow, weightRow) => {
    for (let o = 0; o < outputChannels; o++) {
      const g = passed[outputRow + o];
      for (let i = 0; i < inputChannels; i++) {
        const w = weightRow + o * inputChannels + i;
        inputGradient[inputRow + i] += g * weight[w];
        weightGradient[w] += g * input[inputRow + i];
      }
    }
  });
  const bias = new Float64Array(outputChannels);
  passed.forEach((g, j) => bias[j % outputChannels] += g);
  return { input: inputGradient, weight: weightGradient, bias };
}

/** Calls `visit` with the offsets of every (input row, output row, kernel position) that meet. */
function forEachPair(
  shape: ConvTranspose1dShape,
  visit: (inputRow: number, outputRow: number, weightRow: number) => void,
): void {
  const { batch, inputLength, inputChannels, outputChannels, kernelSize, stride, padding } = shape;
  const outputLength = convTranspose1dOutputLength(shape);
  for (let n = 0; n < batch; n++) {
    for (let u = 0; u < inputLength; u++) {
      for (let k = 0; k < kernelSize; k++) {
        const at = u * stride + k - padding;
        if (at < 0 || at >= outputLength) continue;
        visit(
          (n * inputLength + u) * inputChannels,
          (n * outputLength + at) * outputChannels,
          k * outputChannels * inputChannels,
        );
      }
    }
  }
}
