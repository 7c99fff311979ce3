/**
 * SimCLR's network (Chen et al. 2020) in float64: encoder → mean over time = h → Linear → ReLU →
 * Linear = z. The loss normalizes z, the network does not.
 *
 * State names: `encoder.features.…`, `projection_head.net.0.{weight,bias}` [hidden, 4·width],
 * `projection_head.net.2.{weight,bias}` [projection, hidden].
 *
 * @module
 */

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
import { transpose } from "../layers/layout.ts";
import { linearBackward, linearForward, type LinearShape } from "../layers/linear.ts";
import { meanPoolBackward, meanPoolForward } from "../layers/mean_pool.ts";

const HEAD = "projection_head.net";

/** The sizes of a SimCLR network. */
export interface SimclrShape extends EncoderShape {
  /** Units between the two linear layers; default 2048. */
  readonly hiddenSize?: number;
  /** D of z; default 128. */
  readonly projectionSize?: number;
  /** What the head's names begin with; default `projection_head.net`. */
  readonly head?: string;
}

/** Parameters in registration order. */
export function simclrParameters(shape: SimclrShape): NamedShape[] {
  const { width = 64, hiddenSize = 2048, projectionSize = 128, head = HEAD } = shape;
  return [
    ...encoderParameters(shape, "encoder."),
    { name: `${head}.0.weight`, shape: [hiddenSize, 4 * width] },
    { name: `${head}.0.bias`, shape: [hiddenSize] },
    { name: `${head}.2.weight`, shape: [projectionSize, hiddenSize] },
    { name: `${head}.2.bias`, shape: [projectionSize] },
  ];
}

/** Adds the buffers at their defaults. */
export function addSimclrBuffers(state: NamedArrays, shape: SimclrShape): void {
  addEncoderBuffers(state, shape, "encoder.");
}

/** What {@linkcode simclrForward} returns and {@linkcode simclrBackward} needs. */
export interface SimclrResult {
  /** z [rows, D] */
  readonly embeddings: Float64Array;
  /** h [rows, 4·width] */
  readonly features: Float64Array;
  /** Output of the first linear layer after ReLU [rows, hidden]. */
  readonly hidden: Float64Array;
  /** The encoder's part. */
  readonly encoded: EncoderResult;
  /** Sizes of the two linear layers. */
  readonly layers: readonly [LinearShape, LinearShape];
  /** Their weights [In, Out]. */
  readonly weights: readonly [Float64Array, Float64Array];
  /** What their names begin with. */
  readonly head: string;
}

/**
 * Forward pass. For training both views stand in one batch: rows 0..N−1 first, N..2N−1 second, so
 * batch norm sees them together.
 *
 * @param state parameters and buffers; in training the running statistics are updated in place
 * @param input [rows, T, leads]
 */
export function simclrForward(
  shape: SimclrShape,
  state: NamedArrays,
  input: Float64Array,
  rows: number,
  training: boolean,
): SimclrResult {
  const { width = 64, hiddenSize = 2048, projectionSize = 128, head = HEAD } = shape;
  const encoded = encoderForward(shape, state, input, rows, training, "encoder.");
  const features = meanPoolForward(
    { batch: rows, length: encoded.length, channels: 4 * width },
    encoded.output,
  );
  const first = { rows, inputs: 4 * width, outputs: hiddenSize, relu: true };
  const second = { rows, inputs: hiddenSize, outputs: projectionSize };
  const weights = [
    transpose(tensor(state, `${head}.0.weight`), hiddenSize, 4 * width),
    transpose(tensor(state, `${head}.2.weight`), projectionSize, hiddenSize),
  ] as const;
  const hidden = linearForward(first, features, weights[0], tensor(state, `${head}.0.bias`));
  const embeddings = linearForward(second, hidden, weights[1], tensor(state, `${head}.2.bias`));
  return { embeddings, features, hidden, encoded, layers: [first, second], weights, head };
}

/**
 * Backward pass.
 *
 * @param embeddingsGradient dz [rows, D]
 * @returns gradients of all parameters by PyTorch name and layout
 */
export function simclrBackward(
  { embeddings, features, hidden, encoded, layers, weights, head }: SimclrResult,
  embeddingsGradient: Float64Array,
): NamedArrays {
  const [first, second] = layers;
  const outer = linearBackward(second, hidden, weights[1], embeddings, embeddingsGradient);
  const inner = linearBackward(first, features, weights[0], hidden, outer.input);
  const pooled = { batch: first.rows, length: encoded.length, channels: first.inputs };
  const { gradients } = encoderBackward(encoded, meanPoolBackward(pooled, inner.input));
  gradients.set(`${head}.0.weight`, transpose(inner.weight, first.inputs, first.outputs));
  gradients.set(`${head}.0.bias`, inner.bias);
  gradients.set(`${head}.2.weight`, transpose(outer.weight, second.inputs, second.outputs));
  gradients.set(`${head}.2.bias`, outer.bias);
  return gradients;
}
