/**
 * BYOL's projector and predictor in float64: Linear → batch norm → ReLU → Linear. Twin of
 * `src/models/projection_mlp.ts`.
 *
 * State names below the prefix: `net.0.{weight,bias}` [hidden, inputs], `net.1.*` [hidden],
 * `net.3.{weight,bias}` [outputs, hidden].
 */

import { chain, type Layer } from "./network.ts";
import { batchNorm, linear } from "./network_layers.ts";

/** [N, inputs] → [N, outputs], with `hidden` units between the two linear layers. */
export function projectionMlp(
  name: string,
  inputs: number,
  hidden: number,
  outputs: number,
): Layer {
  return chain(
    linear(`${name}.net.0`, inputs, hidden),
    batchNorm(`${name}.net.1`, hidden, { relu: true }),
    linear(`${name}.net.3`, hidden, outputs),
  );
}
