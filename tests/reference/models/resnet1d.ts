/**
 * ResNet-18 in one dimension (He, Zhang, Ren & Sun 2016) in float64, assembled from the twins of its
 * layers: stem, four stages of two basic blocks, mean over time, dropout, linear head.
 *
 * State names: `conv1.weight`, `bn1.…`, `layer<L>.<b>.{conv1,bn1,conv2,bn2}.…`,
 * `layer<2..4>.0.downsample.{0,1}.…`, `fc.{weight,bias}`.
 *
 * @module
 */

import {
  addNormBuffers,
  type ConvNorm,
  convNormForward,
  convNormParameters,
  type Pass,
  product,
  sum,
} from "./conv_norm.ts";
import { dropoutFactors } from "../layers/dropout.ts";
import { type NamedArrays, type NamedShape, tensor } from "./encoder_1d_cnn.ts";
import { transpose } from "../layers/layout.ts";
import { linearBackward, linearForward } from "../layers/linear.ts";
import { maxPoolBackward, maxPoolForward, maxPoolOutputLength } from "../layers/max_pool.ts";
import { meanPoolBackward, meanPoolForward } from "../layers/mean_pool.ts";

/** The sizes of a ResNet-1D. */
export interface Resnet1dShape {
  /** Leads; default 12. */
  readonly inputChannels?: number;
  /** Channels of the stem; default 64. */
  readonly width?: number;
  /** Default 5. */
  readonly classes?: number;
  /** Probability of the dropout before the head; default 0.2. */
  readonly dropout?: number;
}

interface Block {
  readonly first: ConvNorm;
  readonly second: ConvNorm;
  readonly downsample: ConvNorm | undefined;
}

function stem({ inputChannels = 12, width = 64 }: Resnet1dShape): ConvNorm {
  const [convolution, norm] = ["conv1", "bn1"];
  return { convolution, norm, inputs: inputChannels, outputs: width, kernelSize: 15, stride: 1 };
}

function blocks({ width = 64 }: Resnet1dShape): Block[] {
  return [0, 1, 2, 3, 4, 5, 6, 7].map((index) => {
    const stage = index >> 1;
    const name = `layer${stage + 1}.${index % 2}`;
    const outputs = width * 2 ** stage;
    const changes = stage > 0 && index % 2 === 0;
    const [inputs, stride] = changes ? [outputs / 2, 2] : [outputs, 1];
    const layer = (convolution: string, norm: string) => ({
      convolution: `${name}.${convolution}`,
      norm: `${name}.${norm}`,
      outputs,
    });
    return {
      first: { ...layer("conv1", "bn1"), inputs, kernelSize: 7, stride },
      second: { ...layer("conv2", "bn2"), inputs: outputs, kernelSize: 7, stride: 1 },
      downsample: changes
        ? { ...layer("downsample.0", "downsample.1"), inputs, kernelSize: 1, stride }
        : undefined,
    };
  });
}

function layers(shape: Resnet1dShape): ConvNorm[] {
  const inBlocks = blocks(shape).flatMap(({ first, second, downsample }) =>
    downsample ? [first, second, downsample] : [first, second]
  );
  return [stem(shape), ...inBlocks];
}

/** Parameters in registration order. */
export function resnet1dParameters(shape: Resnet1dShape): NamedShape[] {
  const { width = 64, classes = 5 } = shape;
  return [
    ...layers(shape).flatMap(convNormParameters),
    { name: "fc.weight", shape: [classes, 8 * width] },
    { name: "fc.bias", shape: [classes] },
  ];
}

/** Adds the buffers at their defaults. */
export function addResnet1dBuffers(state: NamedArrays, shape: Resnet1dShape): void {
  for (const { norm, outputs } of layers(shape)) addNormBuffers(state, norm, outputs);
}

/**
 * Forward pass.
 *
 * @param state parameters and buffers; in training the running statistics are updated in place
 * @param input [N, T, leads]
 * @param training batch statistics, and dropout as drawn for this seed and step
 * @returns logits [N, classes], features [N, 8·width] before dropout, and the way back from the
 * logits' gradient to the gradients of all parameters by PyTorch name and layout
 */
export function resnet1dForward(
  shape: Resnet1dShape,
  state: NamedArrays,
  input: Float64Array,
  batch: number,
  training: false | { readonly seed: number; readonly step: number },
): {
  logits: Float64Array;
  features: Float64Array;
  backward: (logitsGradient: Float64Array) => NamedArrays;
} {
  const { width = 64 } = shape;
  const stemmed = convNormForward(stem(shape), state, input, batch, training !== false);
  const window = { kernelSize: 3, stride: 2, padding: 1 };
  const poolShape = { batch, length: stemmed.length, channels: width, ...window };
  const stemPool = maxPoolForward(poolShape, stemmed.output);
  let length = maxPoolOutputLength(poolShape);
  let value = stemPool.output;
  const passes = blocks(shape).map((block) => {
    const pass = blockForward(block, state, value, batch, training !== false);
    value = pass.output;
    length = pass.length;
    return pass;
  });
  const pooled = { batch, length, channels: 8 * width };
  const features = meanPoolForward(pooled, value);
  const head = resnet1dHead(shape, state, features, batch, training);
  const backward = (logitsGradient: Float64Array): NamedArrays => {
    const gradients: NamedArrays = new Map();
    let g = meanPoolBackward(pooled, head.backward(logitsGradient, gradients));
    for (const pass of passes.toReversed()) g = pass.backward(g, gradients);
    stemmed.backward(maxPoolBackward(poolShape, stemPool.indices, g), gradients);
    return gradients;
  };
  return { logits: head.output, features, backward };
}

/**
 * The head alone: dropout and linear layer.
 *
 * @param features [N, 8·width]
 * @param training dropout as drawn for this seed and step
 */
export function resnet1dHead(
  { width = 64, classes = 5, dropout = 0.2 }: Resnet1dShape,
  state: NamedArrays,
  features: Float64Array,
  batch: number,
  training: false | { readonly seed: number; readonly step: number },
): Pass {
  const factors = training
    ? dropoutFactors(features.length, { ...training, layer: 0, probability: dropout })
    : new Float64Array(features.length).fill(1);
  const dropped = product(features, factors);
  const linear = { rows: batch, inputs: 8 * width, outputs: classes };
  const weight = transpose(tensor(state, "fc.weight"), classes, 8 * width);
  const output = linearForward(linear, dropped, weight, tensor(state, "fc.bias"));
  return {
    output,
    backward(outputGradient, gradients) {
      const back = linearBackward(linear, dropped, weight, output, outputGradient);
      gradients.set("fc.weight", transpose(back.weight, linear.inputs, linear.outputs));
      gradients.set("fc.bias", back.bias);
      return product(back.input, factors);
    },
  };
}

/** max(0, norm(conv(max(0, norm(conv(x))))) + shortcut). */
function blockForward(
  { first, second, downsample }: Block,
  state: NamedArrays,
  input: Float64Array,
  batch: number,
  training: boolean,
): Pass & { readonly length: number } {
  const inner = convNormForward(first, state, input, batch, training);
  const outer = convNormForward(second, state, inner.output, batch, training, false);
  const shortcut = downsample && convNormForward(downsample, state, input, batch, training, false);
  const added = sum(outer.output, shortcut?.output ?? input);
  const output = added.map((value) => value > 0 ? value : 0);
  return {
    output,
    length: outer.length,
    backward(outputGradient, gradients) {
      const g = outputGradient.map((value, j) => output[j] > 0 ? value : 0);
      const through = inner.backward(outer.backward(g, gradients), gradients);
      return sum(through, shortcut ? shortcut.backward(g, gradients) : g);
    },
  };
}
