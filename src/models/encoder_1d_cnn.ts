/**
 * The encoder: six blocks of convolution, batch normalization and ReLU.
 *
 * | block | channels (width 64) | kernel | stride | length of 1000 |
 * |---|---|---|---|---|
 * | 0 | 12 → 64 | 11 | 2 | 500 |
 * | 1 | 64 → 64 | 7 | 1 | 500 |
 * | 2 | 64 → 128 | 7 | 2 | 250 |
 * | 3 | 128 → 128 | 5 | 1 | 250 |
 * | 4 | 128 → 256 | 5 | 2 | 125 |
 * | 5 | 256 → 256 | 3 | 1 | 125 |
 */

import type { ParameterStore } from "../layers/parameters.ts";
import { ConvolutionStack } from "./convolution_stack.ts";
import { type EncoderKind, type EncoderOptions, stemExtents } from "./encoder.ts";

/** The default encoder's kind, under the class name of SSRL-ECG. */
export const encoder1dCnn: EncoderKind = {
  name: "ECGEncoder1DCNN",
  width: 64,
  create: (store, prefix, options) => new Encoder1dCnn(store, prefix, options),
  recognize: (tensors) => stemExtents(tensors, "features.0.block.0.weight"),
};

/**
 * Encoder from signals [N, T, 12] to [N, ceil(T / 8), 4 width]; state keys `features.<i>.block.*`, as
 * `ECGEncoder1DCNN` of SSRL-ECG has them. 538,624 parameters at width 64.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { Encoder1dCnn, ParameterStore } from "ssrl-ecg";
 * const store = new ParameterStore();
 * const encoder = new Encoder1dCnn(store);
 * assert(encoder.outputs === 256 && store.count === 538_624);
 * assert(store.stateShapes[0].name === "features.0.block.0.weight");
 * ```
 */
export class Encoder1dCnn extends ConvolutionStack {
  readonly kind = encoder1dCnn;

  constructor(store: ParameterStore, prefix = "", options: EncoderOptions = {}) {
    const { inputs = 12, width = encoder1dCnn.width } = options;
    const channels = [inputs, width, width, 2 * width, 2 * width, 4 * width, 4 * width];
    const blocks = [11, 7, 7, 5, 5, 3].map((kernelSize, i) => ({
      convolution: `features.${i}.block.0`,
      norm: `features.${i}.block.1`,
      inputs: channels[i],
      outputs: channels[i + 1],
      kernelSize,
      stride: i % 2 === 0 ? 2 : 1,
    }));
    super(store, prefix, blocks, { inputs, width });
  }

  describe(): string {
    return `6 blocks of width ${this.width}`;
  }
}
