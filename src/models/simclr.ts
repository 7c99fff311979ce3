/**
 * SimCLR's network: encoder, mean over time, projection head Linear - ReLU - Linear.
 *
 * @module
 */

import type { Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { Linear } from "../layers/linear.ts";
import { meanPool } from "../layers/mean_pool.ts";
import type { ParameterStore } from "../layers/parameters.ts";
import { Encoder1dCnn, type EncoderOptions } from "./encoder_1d_cnn.ts";

/** Extents of the projection head. */
export interface SimclrOptions extends EncoderOptions {
  /** Width of the hidden layer; 2048. */
  readonly hidden?: number;
  /** Width of z; 128. */
  readonly projection?: number;
  /** What the head's state keys begin with; `projection_head.net`. */
  readonly head?: string;
}

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
  readonly encoder: Encoder1dCnn;
  readonly hidden: Linear;
  readonly output: Linear;

  constructor(store: ParameterStore, options: SimclrOptions = {}) {
    const { hidden = 2048, projection = 128, head = "projection_head.net" } = options;
    this.encoder = new Encoder1dCnn(store, "encoder.", options);
    this.hidden = new Linear(store, `${head}.0`, this.encoder.outputs, hidden);
    this.output = new Linear(store, `${head}.2`, hidden, projection);
  }

  /** @param x [2N, T, leads]; gives z [2N, projection], not normalized. */
  forward(recorder: Recorder, x: Tensor): { z: Tensor; backward: (dz: Tensor) => void } {
    const encoded = this.encoder.forward(recorder, x);
    const pooled = meanPool(recorder, encoded.y);
    const hidden = this.hidden.forward(recorder, pooled.y, { relu: true });
    const output = this.output.forward(recorder, hidden.y);
    return {
      z: output.y,
      backward: (dz) => encoded.backward(pooled.backward(hidden.backward(output.backward(dz)!)!)),
    };
  }

  /** Evaluation mode. @param x [N, T, leads] */
  evaluate(recorder: Recorder, x: Tensor): { features: Tensor; z: Tensor } {
    const features = meanPool(recorder, this.encoder.evaluate(recorder, x)).y;
    const hidden = this.hidden.forward(recorder, features, { relu: true });
    return { features, z: this.output.forward(recorder, hidden.y).y };
  }
}
