/**
 * Convolution without bias, batch norm and, unless told otherwise, ReLU in float64: what the residual
 * networks are made of.
 *
 * @module
 */

import { batchNormBackward, batchNormEvaluate, batchNormTrain } from "../layers/batch_norm.ts";
import {
  conv1dBackwardInput,
  conv1dBackwardWeight,
  conv1dForward,
  conv1dOutputLength,
} from "../layers/conv1d.ts";
import { type NamedArrays, type NamedShape, tensor } from "./encoder_1d_cnn.ts";
import { convWeightFromTorch, convWeightToTorch } from "../layers/layout.ts";

/** One convolution and its batch norm; zero padding is ⌊kernelSize / 2⌋. */
export interface ConvNorm {
  /** State name of the convolution. */
  readonly convolution: string;
  /** State name of the batch norm. */
  readonly norm: string;
  /** Channels in. */
  readonly inputs: number;
  /** Channels out. */
  readonly outputs: number;
  /** Odd. */
  readonly kernelSize: number;
  readonly stride: number;
}

/** Parameters in registration order. */
export function convNormParameters(layer: ConvNorm): NamedShape[] {
  return [
    { name: `${layer.convolution}.weight`, shape: [layer.outputs, layer.inputs, layer.kernelSize] },
    { name: `${layer.norm}.weight`, shape: [layer.outputs] },
    { name: `${layer.norm}.bias`, shape: [layer.outputs] },
  ];
}

/** Adds the buffers of a batch norm at their defaults: mean 0, variance 1, no batch seen. */
export function addNormBuffers(state: NamedArrays, norm: string, channels: number): void {
  state.set(`${norm}.running_mean`, new Float64Array(channels));
  state.set(`${norm}.running_var`, new Float64Array(channels).fill(1));
  state.set(`${norm}.num_batches_tracked`, new Float64Array(1));
}

/** Output of a layer and the way back; `backward` sets the gradients of its parameters. */
export interface Pass {
  readonly output: Float64Array;
  readonly backward: (outputGradient: Float64Array, gradients: NamedArrays) => Float64Array;
}

/**
 * Batch norm of rows [M, C].
 *
 * @param state parameters and buffers; in training the running statistics are updated in place
 */
export function normForward(
  norm: string,
  state: NamedArrays,
  input: Float64Array,
  training: boolean,
  relu: boolean,
): Pass {
  const scale = tensor(state, `${norm}.weight`).slice();
  const shift = tensor(state, `${norm}.bias`);
  const running = {
    mean: tensor(state, `${norm}.running_mean`),
    variance: tensor(state, `${norm}.running_var`),
  };
  const result = training
    ? batchNormTrain(input, scale, shift, running, { relu })
    : batchNormEvaluate(input, scale, shift, running, { relu });
  if (training) tensor(state, `${norm}.num_batches_tracked`)[0]++;
  return {
    output: result.output,
    backward(outputGradient, gradients) {
      const back = batchNormBackward(input, scale, result, outputGradient, { training, relu });
      gradients.set(`${norm}.weight`, back.weight);
      gradients.set(`${norm}.bias`, back.bias);
      return back.input;
    },
  };
}

/**
 * Convolution and batch norm of signals [N, T, inputs] → [N, ⌈T / stride⌉, outputs].
 *
 * @param state parameters and buffers; in training the running statistics are updated in place
 */
export function convNormForward(
  layer: ConvNorm,
  state: NamedArrays,
  input: Float64Array,
  batch: number,
  training: boolean,
  relu = true,
): Pass & { readonly length: number } {
  const { inputs, outputs, kernelSize, stride } = layer;
  const shape = {
    batch,
    inputLength: input.length / (batch * inputs),
    inputChannels: inputs,
    outputChannels: outputs,
    kernelSize,
    stride,
    padding: Math.floor(kernelSize / 2),
  };
  const sizes = [outputs, inputs, kernelSize] as const;
  const weight = convWeightFromTorch(tensor(state, `${layer.convolution}.weight`), sizes);
  const convolved = conv1dForward(shape, input, weight);
  const normed = normForward(layer.norm, state, convolved, training, relu);
  return {
    output: normed.output,
    length: conv1dOutputLength(shape),
    backward(outputGradient, gradients) {
      const g = normed.backward(outputGradient, gradients);
      gradients.set(
        `${layer.convolution}.weight`,
        convWeightToTorch(conv1dBackwardWeight(shape, input, g).weight, sizes),
      );
      return conv1dBackwardInput(shape, weight, g);
    },
  };
}

/** a · b, element by element. */
export function product(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, j) => value * b[j]);
}

/** a + b. */
export function sum(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, j) => value + b[j]);
}
