/**
 * Masked reconstruction's network in float64: encoder → three transposed convolutions with ReLU →
 * convolution, cropped to the length of the input.
 *
 * State names: `encoder.features.…`, `decoder.{0,2,4}.weight` [In, Out, 4], `decoder.6.weight`
 * [leads, width / 2, 3] and their biases.
 *
 * @module
 */

import {
  conv1dBackwardInput,
  conv1dBackwardWeight,
  conv1dForward,
  type Conv1dShape,
} from "../layers/conv1d.ts";
import {
  convTranspose1dBackward,
  convTranspose1dForward,
  convTranspose1dOutputLength,
  type ConvTranspose1dShape,
} from "../layers/conv_transpose1d.ts";
import {
  addEncoderBuffers,
  encoderBackward,
  encoderForward,
  encoderParameters,
  type EncoderResult,
  type EncoderShape,
  type NamedArrays,
  type NamedShape,
  tensor,
} from "./encoder_1d_cnn.ts";
import { convWeightFromTorch, convWeightToTorch } from "../layers/layout.ts";

/** Parameters in registration order. */
export function reconstructionParameters(shape: EncoderShape): NamedShape[] {
  const { inputChannels = 12, width = 64 } = shape;
  const names = [0, 2, 4].flatMap((index): NamedShape[] => {
    const inputs = 4 * width / 2 ** (index / 2);
    return [
      { name: `decoder.${index}.weight`, shape: [inputs, inputs / 2, 4] },
      { name: `decoder.${index}.bias`, shape: [inputs / 2] },
    ];
  });
  return [
    ...encoderParameters(shape, "encoder."),
    ...names,
    { name: "decoder.6.weight", shape: [inputChannels, width / 2, 3] },
    { name: "decoder.6.bias", shape: [inputChannels] },
  ];
}

/** Adds the buffers at their defaults. */
export function addReconstructionBuffers(state: NamedArrays, shape: EncoderShape): void {
  addEncoderBuffers(state, shape, "encoder.");
}

/** What {@linkcode reconstructionForward} returns and {@linkcode reconstructionBackward} needs. */
export interface ReconstructionResult {
  /** x̂ [N, T, leads] */
  readonly output: Float64Array;
  /** T */
  readonly length: number;
  /** The encoder's part. */
  readonly encoded: EncoderResult;
  /** The three transposed convolutions. */
  readonly doubled: readonly {
    readonly name: string;
    readonly shape: ConvTranspose1dShape;
    readonly weight: Float64Array;
    readonly input: Float64Array;
    readonly output: Float64Array;
  }[];
  /** The last convolution, before the crop. */
  readonly last: {
    readonly shape: Conv1dShape;
    readonly weight: Float64Array;
    readonly input: Float64Array;
  };
}

/**
 * Forward pass.
 *
 * @param state parameters and buffers; in training the running statistics are updated in place
 * @param input [N, T, leads]
 */
export function reconstructionForward(
  shape: EncoderShape,
  state: NamedArrays,
  input: Float64Array,
  batch: number,
  training: boolean,
): ReconstructionResult {
  const { inputChannels = 12, width = 64 } = shape;
  const length = input.length / (batch * inputChannels);
  const encoded = encoderForward(shape, state, input, batch, training, "encoder.");
  const doubled: ReconstructionResult["doubled"][number][] = [];
  let x = encoded.output;
  let inputLength = encoded.length;
  for (const index of [0, 2, 4]) {
    const name = `decoder.${index}`;
    const channels = 4 * width / 2 ** (index / 2);
    const layer: ConvTranspose1dShape = {
      batch,
      inputLength,
      inputChannels: channels,
      outputChannels: channels / 2,
      kernelSize: 4,
      stride: 2,
      padding: 1,
      relu: true,
    };
    const weight = convWeightFromTorch(
      tensor(state, `${name}.weight`),
      [channels, channels / 2, 4],
    );
    const output = convTranspose1dForward(layer, x, weight, tensor(state, `${name}.bias`));
    doubled.push({ name, shape: layer, weight, input: x, output });
    x = output;
    inputLength = convTranspose1dOutputLength(layer);
  }
  const last: Conv1dShape = {
    batch,
    inputLength,
    inputChannels: width / 2,
    outputChannels: inputChannels,
    kernelSize: 3,
    stride: 1,
    padding: 1,
  };
  const weight = convWeightFromTorch(
    tensor(state, "decoder.6.weight"),
    [inputChannels, width / 2, 3],
  );
  const whole = conv1dForward(last, x, weight, tensor(state, "decoder.6.bias"));
  return {
    output: resizeEach(whole, batch, length * inputChannels),
    length,
    encoded,
    doubled,
    last: { shape: last, weight, input: x },
  };
}

/**
 * Backward pass.
 *
 * @param outputGradient [N, T, leads]
 * @returns gradients of all parameters by PyTorch name and layout
 */
export function reconstructionBackward(
  { encoded, doubled, last }: ReconstructionResult,
  outputGradient: Float64Array,
): NamedArrays {
  const { batch, inputLength, inputChannels, outputChannels, kernelSize } = last.shape;
  // What was cropped away does not reach the loss.
  const whole = resizeEach(outputGradient, batch, inputLength * outputChannels);
  const outer = conv1dBackwardWeight(last.shape, last.input, whole);
  const decoder: NamedArrays = new Map();
  let g = conv1dBackwardInput(last.shape, last.weight, whole);
  for (const { name, shape, weight, input, output } of doubled.toReversed()) {
    const layer = convTranspose1dBackward(shape, input, weight, output, g);
    const sizes = [shape.inputChannels, shape.outputChannels, shape.kernelSize] as const;
    decoder.set(`${name}.weight`, convWeightToTorch(layer.weight, sizes));
    decoder.set(`${name}.bias`, layer.bias);
    g = layer.input;
  }
  const sizes = [outputChannels, inputChannels, kernelSize] as const;
  decoder.set("decoder.6.weight", convWeightToTorch(outer.weight, sizes));
  decoder.set("decoder.6.bias", outer.bias);
  const { gradients } = encoderBackward(encoded, g);
  return new Map([...gradients, ...decoder]);
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
