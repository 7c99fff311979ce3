/**
 * BYOL's two networks (Grill et al. 2020): an online network (encoder, mean over time, projector,
 * predictor), and a target network (encoder, mean over time, projector) that starts as its copy and
 * follows it as a moving average.
 *
 * The target's batch norms use the statistics of the batch, and keep running ones of their own from
 * the target's passes, as in the authors' code; only parameters are averaged.
 */

import type { Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { ParameterStore } from "../layers/parameters.ts";
import { recordMovingAverage } from "../optim/moving_average.ts";
import type { Encoder } from "./encoder.ts";
import { createEncoder, type EncoderChoice } from "./encoders.ts";
import { ProjectionMlp } from "./projection_mlp.ts";

/** Extents of BYOL's heads. */
export interface ByolOptions extends EncoderChoice {
  /** Width of the hidden layers, a multiple of 4; 2048. */
  readonly hidden?: number;
  /** Width of projections and predictions; 256. */
  readonly projection?: number;
}

/**
 * Online and target network: signals [N, T, 12] to predictions and targets [N, projection]. State keys
 * `encoder.*`, `online_projector.net.{0,1,3}.*`, `online_predictor.net.{0,1,3}.*`, `target_encoder.*`,
 * `target_projector.net.{0,1,3}.*`, as `BYOLModel` of SSRL-ECG has them.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { Byol, ParameterStore } from "ssrl-ecg";
 * const store = new ParameterStore();
 * const { trainedTo } = new Byol(store);
 * assert(store.count === 4_242_176 && store.stateShapes.length === 99);
 * assert(store.parameters[trainedTo].name.startsWith("target_encoder."));
 * ```
 */
export class Byol {
  readonly encoder: Encoder;
  readonly projector: ProjectionMlp;
  readonly predictor: ProjectionMlp;
  readonly targetEncoder: Encoder;
  readonly targetProjector: ProjectionMlp;
  /** Index after the last trained parameter: the target's follow. */
  readonly trainedTo: number;
  /** Parameters of encoder and projector, which the target follows. */
  readonly #followed: number;

  /** @param store Empty: the trained parameters are its first ones. */
  constructor(readonly store: ParameterStore, options: ByolOptions = {}) {
    const { hidden = 2048, projection = 256 } = options;
    const { parameters } = store;
    this.encoder = createEncoder(store, "encoder.", options);
    const projector = { inputs: this.encoder.features, hidden, outputs: projection };
    this.projector = new ProjectionMlp(store, "online_projector", projector);
    this.#followed = parameters.length;
    this.predictor = new ProjectionMlp(store, "online_predictor", {
      ...projector,
      inputs: projection,
    });
    this.trainedTo = parameters.length;
    this.targetEncoder = createEncoder(store, "target_encoder.", options);
    this.targetProjector = new ProjectionMlp(store, "target_projector", projector);
    for (let i = 0; i < this.#followed; i++) {
      store.startAsCopy(parameters[this.trainedTo + i], parameters[i]);
    }
  }

  /**
   * The online network in training mode.
   *
   * @param x [N, T, leads], one view
   * @returns Prediction [N, projection], not normalized; `backward` adds to the gradients.
   */
  forward(
    recorder: Recorder,
    x: Tensor,
  ): { prediction: Tensor; backward: (dprediction: Tensor) => void } {
    const encoded = this.encoder.forwardFeatures(recorder, x);
    const projected = this.projector.forward(recorder, encoded.y);
    const predicted = this.predictor.forward(recorder, projected.y);
    return {
      prediction: predicted.y,
      backward: (dprediction) =>
        encoded.backward(projected.backward(predicted.backward(dprediction))),
    };
  }

  /**
   * The target network in training mode, without a backward pass.
   *
   * @param x [N, T, leads], one view
   * @returns Projection [N, projection], not normalized.
   */
  forwardTarget(recorder: Recorder, x: Tensor): Tensor {
    const features = this.targetEncoder.forwardFeatures(recorder, x).y;
    return this.targetProjector.forward(recorder, features).y;
  }

  /**
   * The online network in evaluation mode.
   *
   * @param x [N, T, leads]
   * @returns Features [N, encoder.features] and their projections z [N, projection].
   */
  evaluate(recorder: Recorder, x: Tensor): { features: Tensor; z: Tensor } {
    const features = this.encoder.evaluateFeatures(recorder, x);
    return { features, z: this.projector.evaluate(recorder, features) };
  }

  /** Records the target's step towards the online network; its momentum is in the step state. */
  recordMovingAverage(recorder: Recorder, state: Tensor): void {
    recordMovingAverage(recorder, {
      average: this.store.flat(this.trainedTo).values,
      source: this.store.flat(0, this.#followed).values,
      state,
    });
  }
}
