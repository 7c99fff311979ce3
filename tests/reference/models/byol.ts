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
 *
 * @module
 */

import { byolRegression } from "../losses/byol_regression.ts";
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
import { meanPoolBackward, meanPoolForward, type MeanPoolShape } from "../layers/mean_pool.ts";
import { movingAverageStep } from "../optim/moving_average.ts";
import {
  addProjectionMlpBuffers,
  projectionMlpBackward,
  projectionMlpForward,
  projectionMlpParameters,
  type ProjectionMlpShape,
} from "./projection_mlp.ts";

/** The sizes of BYOL's networks. */
export interface ByolShape extends EncoderShape {
  /** Units of the hidden layers; default 2048. */
  readonly hiddenSize?: number;
  /** Columns of projections and predictions; default 256. */
  readonly projectionSize?: number;
}

function heads({ width = 64, hiddenSize = 2048, projectionSize = 256 }: ByolShape): {
  projector: ProjectionMlpShape;
  predictor: ProjectionMlpShape;
} {
  const projector = { inputs: 4 * width, hidden: hiddenSize, outputs: projectionSize };
  return { projector, predictor: { ...projector, inputs: projectionSize } };
}

/** Parameters in registration order, the target's last. */
export function byolParameters(shape: ByolShape): NamedShape[] {
  const { projector, predictor } = heads(shape);
  return [
    ...encoderParameters(shape, "encoder."),
    ...projectionMlpParameters(projector, "online_projector"),
    ...projectionMlpParameters(predictor, "online_predictor"),
    ...encoderParameters(shape, "target_encoder."),
    ...projectionMlpParameters(projector, "target_projector"),
  ];
}

/** Name of the parameter that one of the target follows; undefined for the online network's. */
export function followedBy(name: string): string | undefined {
  if (name.startsWith("target_encoder.")) return name.slice("target_".length);
  if (name.startsWith("target_projector.")) return name.replace("target", "online");
  return undefined;
}

/** Adds the buffers at their defaults. */
export function addByolBuffers(state: NamedArrays, shape: ByolShape): void {
  const { projector, predictor } = heads(shape);
  for (const prefix of ["encoder.", "target_encoder."]) addEncoderBuffers(state, shape, prefix);
  addProjectionMlpBuffers(state, projector, "online_projector");
  addProjectionMlpBuffers(state, predictor, "online_predictor");
  addProjectionMlpBuffers(state, projector, "target_projector");
}

/** Encoder, mean over time, projector; `prefix` of the encoder's names, `head` of the projector's. */
function project(
  shape: ByolShape,
  state: NamedArrays,
  x: Float64Array,
  rows: number,
  [prefix, head]: readonly [string, string],
  training: boolean,
) {
  const encoded: EncoderResult = encoderForward(shape, state, x, rows, training, prefix);
  const { projector } = heads(shape);
  const pooled: MeanPoolShape = { batch: rows, length: encoded.length, channels: projector.inputs };
  const features = meanPoolForward(pooled, encoded.output);
  return {
    encoded,
    pooled,
    projected: projectionMlpForward(projector, state, features, head, training),
  };
}

/** Projections z [N, D] of the online network in evaluation mode. */
export function byolEvaluate(
  shape: ByolShape,
  state: NamedArrays,
  x: Float64Array,
  rows: number,
): Float64Array {
  const names = ["encoder.", "online_projector"] as const;
  return project(shape, state, x, rows, names, false).projected.output;
}

/**
 * Loss and gradients of a step; running statistics of `state` are updated.
 *
 * @param views x₁ and x₂ [N, T, leads]
 * @param rows N
 */
export function byolLoss(
  shape: ByolShape,
  state: NamedArrays,
  views: readonly [Float64Array, Float64Array],
  rows: number,
): { loss: number; gradients: NamedArrays } {
  const { predictor } = heads(shape);
  const targets = views.map((x) =>
    project(shape, state, x, rows, ["target_encoder.", "target_projector"], true).projected.output
  );
  let loss = 0;
  const gradients: NamedArrays = new Map();
  views.forEach((x, view) => {
    const names = ["encoder.", "online_projector"] as const;
    const { encoded, pooled, projected } = project(shape, state, x, rows, names, true);
    const input = projected.output;
    const predicted = projectionMlpForward(predictor, state, input, "online_predictor", true);
    const pair = byolRegression(predicted.output, targets[1 - view], predictor.outputs);
    loss += pair.loss;
    const outer = projectionMlpBackward(predicted, pair.gradient);
    const inner = projectionMlpBackward(projected, outer.input);
    const rest = encoderBackward(encoded, meanPoolBackward(pooled, inner.input));
    for (const part of [outer.gradients, inner.gradients, rest.gradients]) {
      for (const [name, gradient] of part) {
        const sum = gradients.get(name);
        gradients.set(name, sum ? gradient.map((value, j) => value + sum[j]) : gradient);
      }
    }
  });
  return { loss, gradients };
}

/** Moves every parameter of the target towards the one that it follows. */
export function byolMovingAverage(shape: ByolShape, state: NamedArrays, momentum: number): void {
  for (const { name } of byolParameters(shape)) {
    const source = followedBy(name);
    if (source) movingAverageStep(tensor(state, name), tensor(state, source), momentum);
  }
}
