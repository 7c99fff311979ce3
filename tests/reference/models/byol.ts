/**
 * BYOL's networks (Grill et al. 2020) and one step of it in float64. Twin of `src/models/byol.ts` and
 * `src/methods/byol.ts`.
 *
 *     L = r(prediction(x₁), target(x₂)) + r(prediction(x₂), target(x₁))
 *
 * Each view is a batch of its own for batch norm, in both networks.
 *
 * State names: `encoder.*`, `online_projector.net.*`, `online_predictor.net.*`, `target_encoder.*`,
 * `target_projector.net.*`.
 */

import { byolRegression } from "../losses/byol_regression.ts";
import { movingAverageStep } from "../optim/moving_average.ts";
import { encoder1dCnn, type EncoderShape } from "./encoder_1d_cnn.ts";
import { chain, type Layer, type NamedArrays, sum, tensor } from "./network.ts";
import { meanPool } from "./network_layers.ts";
import { projectionMlp } from "./projection_mlp.ts";

/** The sizes of BYOL's networks. */
export interface ByolShape extends EncoderShape {
  /** Units of the hidden layers; default 2048. */
  readonly hiddenSize?: number;
  /** Columns of projections and predictions; default 256. */
  readonly projectionSize?: number;
}

/** BYOL's networks; parameters in registration order, the target's last. */
export interface ByolNetworks extends Pick<Layer, "parameters" | "norms"> {
  /** [N, T, leads] → projections z [N, D]. */
  readonly online: Layer;
  /** [N, D] → [N, D]. */
  readonly predictor: Layer;
  /** As `online`. */
  readonly target: Layer;
}

export function byol(shape: ByolShape): ByolNetworks {
  const { width = 64, hiddenSize = 2048, projectionSize = 256 } = shape;
  const projection = (prefix: string, head: string) =>
    chain(
      encoder1dCnn(shape, prefix),
      meanPool(4 * width),
      projectionMlp(head, 4 * width, hiddenSize, projectionSize),
    );
  const online = projection("encoder.", "online_projector");
  const predictor = projectionMlp("online_predictor", projectionSize, hiddenSize, projectionSize);
  const target = projection("target_encoder.", "target_projector");
  const { parameters, norms } = chain(online, predictor, target);
  return { online, predictor, target, parameters, norms };
}

/** Name of the parameter that one of the target follows; undefined for the online network's. */
export function followedBy(name: string): string | undefined {
  if (name.startsWith("target_encoder.")) return name.slice("target_".length);
  if (name.startsWith("target_projector.")) return name.replace("target", "online");
  return undefined;
}

/**
 * Loss and gradients of a step; running statistics of `state` are updated.
 *
 * @param views x₁ and x₂ [N, T, leads]
 * @param batch N
 */
export function byolLoss(
  shape: ByolShape,
  state: NamedArrays,
  views: readonly [Float64Array, Float64Array],
  batch: number,
): { loss: number; gradients: NamedArrays } {
  const { online, predictor, target } = byol(shape);
  const run = { state, batch, training: true };
  const targets = views.map((x) => target.forward(x, run).output);
  let loss = 0;
  const gradients: NamedArrays = new Map();
  views.forEach((x, view) => {
    const predicted = chain(online, predictor).forward(x, run);
    const { output } = predicted;
    const pair = byolRegression(output, targets[1 - view], output.length / batch);
    loss += pair.loss;
    const ofView: NamedArrays = new Map();
    predicted.backward(pair.gradient, ofView);
    for (const [name, gradient] of ofView) {
      const before = gradients.get(name);
      gradients.set(name, before ? sum(gradient, before) : gradient);
    }
  });
  return { loss, gradients };
}

/** Moves every parameter of the target towards the one that it follows. */
export function byolMovingAverage(shape: ByolShape, state: NamedArrays, momentum: number): void {
  for (const { name } of byol(shape).target.parameters) {
    movingAverageStep(tensor(state, name), tensor(state, followedBy(name)!), momentum);
  }
}
