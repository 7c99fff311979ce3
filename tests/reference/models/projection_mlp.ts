/**
 * BYOL's projector and predictor in float64: Linear → batch norm → ReLU → Linear. Twin of
 * `src/models/projection_mlp.ts`.
 *
 * State names below the prefix: `net.0.{weight,bias}` [hidden, inputs], `net.1.*` [hidden],
 * `net.3.{weight,bias}` [outputs, hidden].
 *
 * @module
 */

import {
  batchNormBackward,
  batchNormEvaluate,
  type BatchNormResult,
  batchNormTrain,
} from "../layers/batch_norm.ts";
import { type NamedArrays, type NamedShape, tensor } from "./encoder_1d_cnn.ts";
import { transpose } from "../layers/layout.ts";
import { linearBackward, linearForward, type LinearShape } from "../layers/linear.ts";

/** The sizes of a head. */
export interface ProjectionMlpShape {
  /** Columns in. */
  readonly inputs: number;
  /** Units between the two linear layers. */
  readonly hidden: number;
  /** Columns out. */
  readonly outputs: number;
}

/** Parameters in registration order. */
export function projectionMlpParameters(shape: ProjectionMlpShape, name: string): NamedShape[] {
  const { inputs, hidden, outputs } = shape;
  return [
    { name: `${name}.net.0.weight`, shape: [hidden, inputs] },
    { name: `${name}.net.0.bias`, shape: [hidden] },
    { name: `${name}.net.1.weight`, shape: [hidden] },
    { name: `${name}.net.1.bias`, shape: [hidden] },
    { name: `${name}.net.3.weight`, shape: [outputs, hidden] },
    { name: `${name}.net.3.bias`, shape: [outputs] },
  ];
}

/** Adds the buffers at their defaults. */
export function addProjectionMlpBuffers(
  state: NamedArrays,
  { hidden }: ProjectionMlpShape,
  name: string,
): void {
  state.set(`${name}.net.1.running_mean`, new Float64Array(hidden));
  state.set(`${name}.net.1.running_var`, new Float64Array(hidden).fill(1));
  state.set(`${name}.net.1.num_batches_tracked`, new Float64Array(1));
}

/** What {@linkcode projectionMlpForward} returns and {@linkcode projectionMlpBackward} needs. */
export interface ProjectionMlpResult {
  /** [N, outputs] */
  readonly output: Float64Array;
  readonly name: string;
  readonly input: Float64Array;
  /** Output of the first linear layer [N, hidden]. */
  readonly hidden: Float64Array;
  readonly normalized: BatchNormResult;
  readonly layers: readonly [LinearShape, LinearShape];
  /** Weights [In, Out] of the linear layers. */
  readonly weights: readonly [Float64Array, Float64Array];
  /** Batch norm's weight. */
  readonly scale: Float64Array;
}

/**
 * Forward pass.
 *
 * @param state parameters and buffers; in training the running statistics are updated in place
 * @param input [N, inputs]
 */
export function projectionMlpForward(
  shape: ProjectionMlpShape,
  state: NamedArrays,
  input: Float64Array,
  name: string,
  training: boolean,
): ProjectionMlpResult {
  const rows = input.length / shape.inputs;
  const layers = [
    { rows, inputs: shape.inputs, outputs: shape.hidden },
    { rows, inputs: shape.hidden, outputs: shape.outputs },
  ] as const;
  const weights = [
    transpose(tensor(state, `${name}.net.0.weight`), shape.hidden, shape.inputs),
    transpose(tensor(state, `${name}.net.3.weight`), shape.outputs, shape.hidden),
  ] as const;
  const scale = tensor(state, `${name}.net.1.weight`).slice();
  const shift = tensor(state, `${name}.net.1.bias`);
  const running = {
    mean: tensor(state, `${name}.net.1.running_mean`),
    variance: tensor(state, `${name}.net.1.running_var`),
  };
  const hidden = linearForward(layers[0], input, weights[0], tensor(state, `${name}.net.0.bias`));
  const normalized = training
    ? batchNormTrain(hidden, scale, shift, running, { relu: true })
    : batchNormEvaluate(hidden, scale, shift, running, { relu: true });
  if (training) tensor(state, `${name}.net.1.num_batches_tracked`)[0]++;
  const bias = tensor(state, `${name}.net.3.bias`);
  const output = linearForward(layers[1], normalized.output, weights[1], bias);
  return { output, name, input, hidden, normalized, layers, weights, scale };
}

/**
 * Backward pass of training mode.
 *
 * @param outputGradient [N, outputs]
 * @returns gradients of the parameters by PyTorch name and layout, and of the input [N, inputs]
 */
export function projectionMlpBackward(
  { output, name, input, hidden, normalized, layers, weights, scale }: ProjectionMlpResult,
  outputGradient: Float64Array,
): { gradients: NamedArrays; input: Float64Array } {
  const [first, second] = layers;
  const outer = linearBackward(second, normalized.output, weights[1], output, outputGradient);
  const norm = batchNormBackward(hidden, scale, normalized, outer.input, {
    training: true,
    relu: true,
  });
  const inner = linearBackward(first, input, weights[0], hidden, norm.input);
  return {
    gradients: new Map([
      [`${name}.net.0.weight`, transpose(inner.weight, first.inputs, first.outputs)],
      [`${name}.net.0.bias`, inner.bias],
      [`${name}.net.1.weight`, norm.weight],
      [`${name}.net.1.bias`, norm.bias],
      [`${name}.net.3.weight`, transpose(outer.weight, second.inputs, second.outputs)],
      [`${name}.net.3.bias`, outer.bias],
    ]),
    input: inner.input,
  };
}
