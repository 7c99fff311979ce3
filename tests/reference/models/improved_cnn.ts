/**
 * The improved CNN in float64, assembled from the twins of its layers: nine blocks of convolution, batch
 * norm, ReLU and (but for the first) dropout, five of them with the identity added behind that; mean and
 * maximum over time; dropout, linear, ReLU, batch norm, dropout, linear.
 *
 * State names: `encoder.initial.{0,1}.…`, `encoder.features.<i>.{conv,bn}.…`, `head.{1,3,5}.…`.
 *
 * @module
 */

import {
  addNormBuffers,
  type ConvNorm,
  convNormForward,
  convNormParameters,
  normForward,
  type Pass,
  product,
  sum,
} from "./conv_norm.ts";
import { dropoutFactors } from "../layers/dropout.ts";
import { type NamedArrays, type NamedShape, tensor } from "./encoder_1d_cnn.ts";
import { transpose } from "../layers/layout.ts";
import { linearBackward, linearForward } from "../layers/linear.ts";
import { meanMaxPoolBackward, meanMaxPoolForward } from "../layers/mean_max_pool.ts";

const DROPOUT = { blocks: 0.2, head: 0.3 };

/** The sizes of an improved CNN. */
export interface ImprovedCnnShape {
  /** Leads; default 12. */
  readonly inputChannels?: number;
  /** Channels of the first blocks; default 64. */
  readonly width?: number;
  /** Default 5. */
  readonly classes?: number;
  /** Probabilities of dropout in the blocks and in the head; default 0.2 and 0.3. */
  readonly dropout?: { readonly blocks: number; readonly head: number };
}

interface Block {
  readonly layer: ConvNorm;
  readonly shortcut: boolean;
}

function blocks({ inputChannels = 12, width = 64 }: ImprovedCnnShape): Block[] {
  const table: [number, number, number, number, boolean][] = [
    [inputChannels, width, 15, 1, false],
    [width, width, 11, 2, false],
    [width, width, 7, 1, true],
    [width, 2 * width, 7, 2, false],
    [2 * width, 2 * width, 5, 1, true],
    [2 * width, 2 * width, 5, 1, true],
    [2 * width, 4 * width, 5, 2, false],
    [4 * width, 4 * width, 3, 1, true],
    [4 * width, 4 * width, 3, 1, true],
  ];
  return table.map(([inputs, outputs, kernelSize, stride, shortcut], index) => ({
    layer: {
      convolution: index === 0 ? "encoder.initial.0" : `encoder.features.${index - 1}.conv`,
      norm: index === 0 ? "encoder.initial.1" : `encoder.features.${index - 1}.bn`,
      inputs,
      outputs,
      kernelSize,
      stride,
    },
    shortcut,
  }));
}

/** Parameters in registration order. */
export function improvedCnnParameters(shape: ImprovedCnnShape): NamedShape[] {
  const { width = 64, classes = 5 } = shape;
  return [
    ...blocks(shape).flatMap(({ layer }) => convNormParameters(layer)),
    { name: "head.1.weight", shape: [4 * width, 8 * width] },
    { name: "head.1.bias", shape: [4 * width] },
    { name: "head.3.weight", shape: [4 * width] },
    { name: "head.3.bias", shape: [4 * width] },
    { name: "head.5.weight", shape: [classes, 4 * width] },
    { name: "head.5.bias", shape: [classes] },
  ];
}

/** Adds the buffers at their defaults. */
export function addImprovedCnnBuffers(state: NamedArrays, shape: ImprovedCnnShape): void {
  for (const { layer } of blocks(shape)) addNormBuffers(state, layer.norm, layer.outputs);
  addNormBuffers(state, "head.3", 4 * (shape.width ?? 64));
}

/**
 * Forward pass.
 *
 * @param state parameters and buffers; in training the running statistics are updated in place
 * @param input [N, T, leads]
 * @param training batch statistics, and dropout as drawn for this seed and step
 * @returns logits [N, classes], features [N, 8·width], and the way back from the logits' gradient to
 * the gradients of all parameters by PyTorch name and layout
 */
export function improvedCnnForward(
  shape: ImprovedCnnShape,
  state: NamedArrays,
  input: Float64Array,
  batch: number,
  training: false | { readonly seed: number; readonly step: number },
): {
  logits: Float64Array;
  features: Float64Array;
  backward: (logitsGradient: Float64Array) => NamedArrays;
} {
  const { width = 64, dropout = DROPOUT } = shape;
  let value = input;
  let length = 0;
  const passes = blocks(shape).map(({ layer, shortcut }, index) => {
    const pass = convNormForward(layer, state, value, batch, training !== false);
    const probability = index === 0 ? 0 : dropout.blocks;
    const kept = factors(pass.output.length, index - 1, probability, training);
    const dropped = product(pass.output, kept);
    value = shortcut ? sum(dropped, value) : dropped;
    length = pass.length;
    return { pass, kept, shortcut };
  });
  const poolShape = { batch, length, channels: 4 * width };
  const pooled = meanMaxPoolForward(poolShape, value);
  const head = improvedCnnHead(shape, state, pooled.output, batch, training);
  const backward = (logitsGradient: Float64Array): NamedArrays => {
    const gradients: NamedArrays = new Map();
    let g = meanMaxPoolBackward(poolShape, pooled, head.backward(logitsGradient, gradients));
    for (const { pass, kept, shortcut } of passes.toReversed()) {
      const through = pass.backward(product(g, kept), gradients);
      g = shortcut ? sum(through, g) : through;
    }
    return gradients;
  };
  return { logits: head.output, features: pooled.output, backward };
}

/**
 * The head alone: dropout, linear, ReLU, batch norm, dropout, linear.
 *
 * @param features [N, 8·width]
 * @param training batch statistics, and dropout as drawn for this seed and step
 */
export function improvedCnnHead(
  { width = 64, classes = 5, dropout = DROPOUT }: ImprovedCnnShape,
  state: NamedArrays,
  features: Float64Array,
  batch: number,
  training: false | { readonly seed: number; readonly step: number },
): Pass {
  const first = { rows: batch, inputs: 8 * width, outputs: 4 * width, relu: true };
  const second = { rows: batch, inputs: 4 * width, outputs: classes };
  const weights = [
    transpose(tensor(state, "head.1.weight"), first.outputs, first.inputs),
    transpose(tensor(state, "head.5.weight"), second.outputs, second.inputs),
  ];
  const keptFeatures = factors(features.length, 8, dropout.head, training);
  const dropped = product(features, keptFeatures);
  const hidden = linearForward(first, dropped, weights[0], tensor(state, "head.1.bias"));
  const normed = normForward("head.3", state, hidden, training !== false, false);
  const keptHidden = factors(hidden.length, 9, dropout.head, training);
  const droppedHidden = product(normed.output, keptHidden);
  const output = linearForward(second, droppedHidden, weights[1], tensor(state, "head.5.bias"));
  return {
    output,
    backward(outputGradient, gradients) {
      const outer = linearBackward(second, droppedHidden, weights[1], output, outputGradient);
      gradients.set("head.5.weight", transpose(outer.weight, second.inputs, second.outputs));
      gradients.set("head.5.bias", outer.bias);
      const throughNorm = normed.backward(product(outer.input, keptHidden), gradients);
      const inner = linearBackward(first, dropped, weights[0], hidden, throughNorm);
      gradients.set("head.1.weight", transpose(inner.weight, first.inputs, first.outputs));
      gradients.set("head.1.bias", inner.bias);
      return product(inner.input, keptFeatures);
    },
  };
}

/** Factors of dropout `layer`: the blocks' 0 to 7, the head's 8 and 9. */
function factors(
  size: number,
  layer: number,
  probability: number,
  training: false | { readonly seed: number; readonly step: number },
): Float64Array {
  return training
    ? dropoutFactors(size, { ...training, layer, probability })
    : new Float64Array(size).fill(1);
}
