/**
 * The classifier in float64: encoder → mean over time → linear head.
 *
 * State names: `encoder.features.…`, `head.weight` [classes, 4·width], `head.bias` [classes].
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

/** The sizes of a classifier. */
export interface ClassifierShape extends EncoderShape {
  /** Default 5. */
  readonly classes?: number;
}

/** Parameters in registration order. */
export function classifierParameters(shape: ClassifierShape): NamedShape[] {
  const { width = 64, classes = 5 } = shape;
  return [
    ...encoderParameters(shape, "encoder."),
    { name: "head.weight", shape: [classes, 4 * width] },
    { name: "head.bias", shape: [classes] },
  ];
}

/** Adds the buffers at their defaults. */
export function addClassifierBuffers(state: NamedArrays, shape: ClassifierShape): void {
  addEncoderBuffers(state, shape, "encoder.");
}

/** What {@linkcode classifierForward} returns and {@linkcode classifierBackward} needs. */
export interface ClassifierResult {
  /** [N, classes] */
  readonly logits: Float64Array;
  /** h [N, 4·width] */
  readonly features: Float64Array;
  /** The encoder's part. */
  readonly encoded: EncoderResult;
  /** The head's sizes. */
  readonly head: LinearShape;
  /** The head's weight [4·width, classes]. */
  readonly weight: Float64Array;
}

/**
 * Forward pass.
 *
 * @param state parameters and buffers; in training the running statistics are updated in place
 * @param input [N, T, leads]
 */
export function classifierForward(
  shape: ClassifierShape,
  state: NamedArrays,
  input: Float64Array,
  batch: number,
  training: boolean,
): ClassifierResult {
  const { width = 64, classes = 5 } = shape;
  const encoded = encoderForward(shape, state, input, batch, training, "encoder.");
  const features = meanPoolForward(
    { batch, length: encoded.length, channels: 4 * width },
    encoded.output,
  );
  const head = { rows: batch, inputs: 4 * width, outputs: classes };
  const weight = transpose(tensor(state, "head.weight"), classes, 4 * width);
  const logits = linearForward(head, features, weight, tensor(state, "head.bias"));
  return { logits, features, encoded, head, weight };
}

/**
 * Backward pass.
 *
 * @param logitsGradient [N, classes]
 * @returns gradients of all parameters by PyTorch name and layout
 */
export function classifierBackward(
  { logits, features, encoded, head, weight }: ClassifierResult,
  logitsGradient: Float64Array,
): NamedArrays {
  const linear = linearBackward(head, features, weight, logits, logitsGradient);
  const pooled = { batch: head.rows, length: encoded.length, channels: head.inputs };
  const { gradients } = encoderBackward(encoded, meanPoolBackward(pooled, linear.input));
  gradients.set("head.weight", transpose(linear.weight, head.inputs, head.outputs));
  gradients.set("head.bias", linear.bias);
  return gradients;
}
