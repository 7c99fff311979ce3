/**
 * The classifier in float64: encoder → mean over time → linear head, [N, T, leads] → [N, classes].
 *
 * State names: `encoder.features.…`, `head.weight` [classes, 4·width], `head.bias` [classes].
 */

import { encoder1dCnn, type EncoderShape } from "./encoder_1d_cnn.ts";
import { chain, type Layer } from "./network.ts";
import { linear, meanPool } from "./network_layers.ts";

/** The sizes of a classifier. */
export interface ClassifierShape extends EncoderShape {
  /** Default 5. */
  readonly classes?: number;
}

export function ecgClassifier(shape: ClassifierShape): Layer {
  const { width = 64, classes = 5 } = shape;
  return chain(
    encoder1dCnn(shape, "encoder."),
    meanPool(4 * width),
    linear("head", 4 * width, classes),
  );
}
