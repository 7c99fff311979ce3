/**
 * The network of SSRL-ECG's contrastive variant: SimCLR's with a smaller head under another name.
 *
 * @module
 */

import type { ParameterStore } from "../layers/parameters.ts";
import type { EncoderOptions } from "./encoder_1d_cnn.ts";
import { Simclr } from "./simclr.ts";

/**
 * Encoder, mean over time and head Linear(256, 256) - ReLU - Linear(256, 128). State keys `encoder.*`,
 * `proj_head.proj.{0,2}.*`, as the contrastive script of SSRL-ECG has them. NT-Xent brings z to unit
 * length, so the network does not.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { Contrastive, ParameterStore } from "ssrl-ecg";
 * const store = new ParameterStore();
 * new Contrastive(store);
 * assert(store.count === 637_312 && store.stateShapes.length === 40);
 * ```
 */
export class Contrastive extends Simclr {
  constructor(store: ParameterStore, options: EncoderOptions = {}) {
    const { width = 64 } = options;
    super(store, { ...options, hidden: 4 * width, projection: 128, head: "proj_head.proj" });
  }
}
