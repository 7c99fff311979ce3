/**
 * Masked reconstruction's network in float64: encoder → three transposed convolutions with ReLU →
 * convolution, cropped to the length of the input, [N, T, leads] → [N, T, leads].
 *
 * State names: `encoder.features.…`, `decoder.{0,2,4}.weight` [In, Out, 4], `decoder.6.weight`
 * [leads, width / 2, 3] and their biases.
 */

import { encoder1dCnn, type EncoderShape } from "./encoder_1d_cnn.ts";
import { chain, type Layer } from "./network.ts";
import { convolution, doubling } from "./network_layers.ts";

export function reconstruction(shape: EncoderShape): Layer {
  const whole = uncroppedReconstruction(shape);
  return {
    ...whole,
    forward(input, run) {
      const { output, backward } = whole.forward(input, run);
      return {
        output: resizeEach(output, run.batch, input.length / run.batch),
        // What is cropped away does not reach the loss.
        backward: (g, gradients) =>
          backward(resizeEach(g, run.batch, output.length / run.batch), gradients),
      };
    },
  };
}

/** Before the crop: [N, T, leads] → [N, 8·⌈⌈⌈T/2⌉/2⌉/2⌉, leads]. */
export function uncroppedReconstruction(shape: EncoderShape): Layer {
  const { inputChannels = 12, width = 64 } = shape;
  return chain(
    encoder1dCnn(shape, "encoder."),
    doubling("decoder.0", 4 * width, 2 * width),
    doubling("decoder.2", 2 * width, width),
    doubling("decoder.4", width, width / 2),
    convolution("decoder.6", [width / 2, inputChannels, 3, 1], { bias: true }),
  );
}

/** The first `size` values of every record; zeros where it has fewer. */
function resizeEach(values: Float64Array, batch: number, size: number): Float64Array {
  const old = values.length / batch;
  const result = new Float64Array(batch * size);
  for (let n = 0; n < batch; n++) {
    result.set(values.subarray(n * old, n * old + Math.min(old, size)), n * size);
  }
  return result;
}
