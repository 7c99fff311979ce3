/**
 * SimCLR's network (Chen et al. 2020) in float64: encoder → mean over time = h → Linear → ReLU →
 * Linear = z, [rows, T, leads] → [rows, D]. The loss normalizes z, the network does not.
 *
 * For training both views are in one batch, rows 0..N−1 the first and N..2N−1 the second ones, so
 * batch norm sees them together.
 *
 * State names: `encoder.features.…`, `projection_head.net.0.{weight,bias}` [hidden, 4·width],
 * `projection_head.net.2.{weight,bias}` [projection, hidden].
 */

import { encoder1dCnn, type EncoderShape } from "./encoder_1d_cnn.ts";
import { chain, type Layer } from "./network.ts";
import { linear, meanPool } from "./network_layers.ts";

/** The sizes of a SimCLR network. */
export interface SimclrShape extends EncoderShape {
  /** Units between the two linear layers; default 2048. */
  readonly hiddenSize?: number;
  /** D of z; default 128. */
  readonly projectionSize?: number;
  /** What the head's names begin with; default `projection_head.net`. */
  readonly head?: string;
}

export function simclr(shape: SimclrShape): Layer {
  const { width = 64, hiddenSize = 2048, projectionSize = 128, head = "projection_head.net" } =
    shape;
  return chain(
    encoder1dCnn(shape, "encoder."),
    meanPool(4 * width),
    linear(`${head}.0`, 4 * width, hiddenSize, { relu: true }),
    linear(`${head}.2`, hiddenSize, projectionSize),
  );
}
