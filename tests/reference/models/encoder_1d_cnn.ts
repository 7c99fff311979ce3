/**
 * The convolutional encoder in float64, assembled from the twins of its layers.
 *
 * Six blocks of convolution (no bias) → batch norm → ReLU; 12 leads in, 4·width channels out,
 * [N, T, 12] → [N, ⌈⌈⌈T/2⌉/2⌉/2⌉, 4·width].
 *
 * State is a map in PyTorch's names and layouts (`features.0.block.0.weight` is [Out, In, K]).
 *
 * @module
 */

import { batchNormBackward, batchNormEvaluate, batchNormTrain } from "../layers/batch_norm.ts";
import type { BatchNormResult } from "../layers/batch_norm.ts";
import {
  conv1dBackwardInput,
  conv1dBackwardWeight,
  conv1dForward,
  conv1dOutputLength,
  type Conv1dShape,
} from "../layers/conv1d.ts";
import { convWeightFromTorch, convWeightToTorch } from "../layers/layout.ts";

/** Tensors by PyTorch name, in PyTorch layout. */
export type NamedArrays = Map<string, Float64Array>;

/** Name and PyTorch shape of a tensor. */
export interface NamedShape {
  /** E.g. `features.0.block.0.weight`. */
  readonly name: string;
  /** E.g. [64, 12, 11]. */
  readonly shape: readonly number[];
}

/** The sizes of an encoder. */
export interface EncoderShape {
  /** Leads; default 12. */
  readonly inputChannels?: number;
  /** Channels of the first block; default 64. */
  readonly width?: number;
}

/** Convolution of one block. */
export interface EncoderBlock {
  /** Channels in. */
  readonly inputChannels: number;
  /** Channels out. */
  readonly outputChannels: number;
  /** K; zero padding is ⌊K / 2⌋. */
  readonly kernelSize: number;
  /** 1 or 2. */
  readonly stride: number;
}

/** The six blocks. */
export function encoderBlocks({ inputChannels = 12, width = 64 }: EncoderShape): EncoderBlock[] {
  const table = [
    [inputChannels, width, 11, 2],
    [width, width, 7, 1],
    [width, 2 * width, 7, 2],
    [2 * width, 2 * width, 5, 1],
    [2 * width, 4 * width, 5, 2],
    [4 * width, 4 * width, 3, 1],
  ];
  return table.map(([from, to, kernelSize, stride]) => ({
    inputChannels: from,
    outputChannels: to,
    kernelSize,
    stride,
  }));
}

/** Parameters in registration order. */
export function encoderParameters(shape: EncoderShape, prefix = ""): NamedShape[] {
  return encoderBlocks(shape).flatMap(({ inputChannels, outputChannels, kernelSize }, index) => {
    const name = `${prefix}features.${index}.block`;
    return [
      { name: `${name}.0.weight`, shape: [outputChannels, inputChannels, kernelSize] },
      { name: `${name}.1.weight`, shape: [outputChannels] },
      { name: `${name}.1.bias`, shape: [outputChannels] },
    ];
  });
}

/** Adds the buffers of batch norm at their defaults: mean 0, variance 1, no batch seen. */
export function addEncoderBuffers(state: NamedArrays, shape: EncoderShape, prefix = ""): void {
  encoderBlocks(shape).forEach(({ outputChannels }, index) => {
    const name = `${prefix}features.${index}.block.1`;
    state.set(`${name}.running_mean`, new Float64Array(outputChannels));
    state.set(`${name}.running_var`, new Float64Array(outputChannels).fill(1));
    state.set(`${name}.num_batches_tracked`, new Float64Array(1));
  });
}

/** What {@linkcode encoderForward} returns and {@linkcode encoderBackward} needs. */
export interface EncoderResult {
  /** [N, T', 4·width] */
  readonly output: Float64Array;
  /** T' */
  readonly length: number;
  /** Intermediate values by block. */
  readonly saved: readonly {
    readonly name: string;
    readonly shape: Conv1dShape;
    readonly weight: Float64Array;
    readonly scale: Float64Array;
    readonly input: Float64Array;
    readonly convolved: Float64Array;
    readonly normalized: BatchNormResult;
  }[];
  /** Whether batch statistics were used. */
  readonly training: boolean;
}

/**
 * Forward pass.
 *
 * @param state parameters and buffers; in training the running statistics are updated in place
 * @param input [N, T, leads]
 * @param training use batch statistics
 * @param prefix what stands before `features.` in the names
 */
export function encoderForward(
  shape: EncoderShape,
  state: NamedArrays,
  input: Float64Array,
  batch: number,
  training: boolean,
  prefix = "",
): EncoderResult {
  const saved: EncoderResult["saved"][number][] = [];
  let x = input;
  let inputLength = input.length / (batch * (shape.inputChannels ?? 12));
  encoderBlocks(shape).forEach((block, index) => {
    const name = `${prefix}features.${index}.block`;
    const convolution: Conv1dShape = {
      ...block,
      batch,
      inputLength,
      padding: Math.floor(block.kernelSize / 2),
    };
    const weight = convWeightFromTorch(
      tensor(state, `${name}.0.weight`),
      [block.outputChannels, block.inputChannels, block.kernelSize],
    );
    const scale = tensor(state, `${name}.1.weight`).slice();
    const shift = tensor(state, `${name}.1.bias`);
    const running = {
      mean: tensor(state, `${name}.1.running_mean`),
      variance: tensor(state, `${name}.1.running_var`),
    };
    const convolved = conv1dForward(convolution, x, weight);
    const normalized = training
      ? batchNormTrain(convolved, scale, shift, running, { relu: true })
      : batchNormEvaluate(convolved, scale, shift, running, { relu: true });
    if (training) tensor(state, `${name}.1.num_batches_tracked`)[0]++;
    saved.push({ name, shape: convolution, weight, scale, input: x, convolved, normalized });
    x = normalized.output;
    inputLength = conv1dOutputLength(convolution);
  });
  return { output: x, length: inputLength, saved, training };
}

/**
 * Backward pass.
 *
 * @param outputGradient [N, T', 4·width]
 * @returns gradients of the parameters by PyTorch name and layout; with `needInput` also that of
 * the input [N, T, leads]
 */
export function encoderBackward(
  result: EncoderResult,
  outputGradient: Float64Array,
  { needInput = false }: { needInput?: boolean } = {},
): { gradients: NamedArrays; input?: Float64Array } {
  const gradients: NamedArrays = new Map();
  let g = outputGradient;
  let input: Float64Array | undefined;
  for (let index = result.saved.length - 1; index >= 0; index--) {
    const { name, shape, weight, scale, input: x, convolved, normalized } = result.saved[index];
    const norm = batchNormBackward(convolved, scale, normalized, g, {
      training: result.training,
      relu: true,
    });
    const convolution = conv1dBackwardWeight(shape, x, norm.input);
    const sizes = [shape.outputChannels, shape.inputChannels, shape.kernelSize] as const;
    gradients.set(`${name}.0.weight`, convWeightToTorch(convolution.weight, sizes));
    gradients.set(`${name}.1.weight`, norm.weight);
    gradients.set(`${name}.1.bias`, norm.bias);
    if (index > 0) g = conv1dBackwardInput(shape, weight, norm.input);
    else if (needInput) input = conv1dBackwardInput(shape, weight, norm.input);
  }
  return { gradients, input };
}

/** The tensor of that name. */
export function tensor(state: NamedArrays, name: string): Float64Array {
  const found = state.get(name);
  if (!found) throw new RangeError(`No tensor ${name} in the state`);
  return found;
}
