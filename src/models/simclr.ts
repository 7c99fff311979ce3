/** SimCLR's network: encoder, mean over time, projection head Linear - ReLU - Linear. */

import type { Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { Linear } from "../layers/linear.ts";
import type { ParameterStore } from "../layers/parameters.ts";
import type { Encoder } from "./encoder.ts";
import { createEncoder, type EncoderChoice } from "./encoders.ts";

/** Extents of the projection head. */
export interface SimclrOptions extends EncoderChoice {
  /** Width of the hidden layer: as many as there are features, or a number; 2048. */
  readonly hidden?: number | "features";
  /** Width of z; 128. */
  readonly projection?: number;
  /** What the head's state keys begin with; `projection_head.net`. */
  readonly head?: string;
}

/** The smaller head of SSRL-ECG's contrastive variant, under the names that its script gives. */
export const CONTRASTIVE_HEAD: SimclrOptions = {
  hidden: "features",
  projection: 128,
  head: "proj_head.proj",
};

/**
 * Encoder and projection head (Chen et al. 2020): signals [2N, T, 12] to z [2N, projection]. State
 * keys `encoder.*`, `projection_head.net.{0,2}.*`, as `SimCLRModel` of SSRL-ECG has them.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { ParameterStore, Simclr } from "ssrl-ecg";
 * const store = new ParameterStore();
 * new Simclr(store, { projection: 128 });
 * assert(store.count === 1_327_232 && store.stateShapes.length === 40);
 * ```
 */
export class Simclr {
  readonly encoder: Encoder;
  readonly hidden: Linear;
  readonly output: Linear;

  constructor(store: ParameterStore, options: SimclrOptions = {}) {
    const { hidden = 2048, projection = 128, head = "projection_head.net" } = options;
    this.encoder = createEncoder(store, "encoder.", options);
    const { features } = this.encoder;
    const width = hidden === "features" ? features : hidden;
    this.hidden = new Linear(store, `${head}.0`, features, width);
    this.output = new Linear(store, `${head}.2`, this.hidden.outputs, projection);
  }

  /** @param x [2N, T, leads]; gives z [2N, projection], not normalized. */
  forward(recorder: Recorder, x: Tensor): { z: Tensor; backward: (dz: Tensor) => void } {
    const encoded = this.encoder.forwardFeatures(recorder, x);
    const hidden = this.hidden.forward(recorder, encoded.y, { relu: true });
    const output = this.output.forward(recorder, hidden.y);
    return {
      z: output.y,
      backward: (dz) => encoded.backward(hidden.backward(output.backward(dz)!)!),
    };
  }

  /** Evaluation mode. @param x [N, T, leads] */
  evaluate(recorder: Recorder, x: Tensor): { features: Tensor; z: Tensor } {
    const features = this.encoder.evaluateFeatures(recorder, x);
    const hidden = this.hidden.forward(recorder, features, { relu: true });
    return { features, z: this.output.forward(recorder, hidden.y).y };
  }
}
