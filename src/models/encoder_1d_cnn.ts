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
 *
 * @module
 */

import type { Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { BatchNorm } from "../layers/batch_norm.ts";
import { Conv1d } from "../layers/conv1d.ts";
import type { ParameterStore } from "../layers/parameters.ts";
import {
  Encoder,
  type EncoderKind,
  type EncoderOptions,
  type EncoderPass,
  stemExtents,
} from "./encoder.ts";

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
export class Encoder1dCnn extends Encoder {
  readonly kind = encoder1dCnn;
  readonly stride = 8;
  readonly width: number;
  readonly inputs: number;
  /** Channels of the output: 4 width. */
  readonly outputs: number;
  readonly #blocks: { convolution: Conv1d; norm: BatchNorm }[];

  constructor(store: ParameterStore, prefix = "", options: EncoderOptions = {}) {
    super();
    const { inputs = 12, width = encoder1dCnn.width } = options;
    this.inputs = inputs;
    this.width = width;
    this.outputs = 4 * width;
    const plan = [
      { inputs, outputs: width, kernelSize: 11, stride: 2 },
      { inputs: width, outputs: width, kernelSize: 7, stride: 1 },
      { inputs: width, outputs: 2 * width, kernelSize: 7, stride: 2 },
      { inputs: 2 * width, outputs: 2 * width, kernelSize: 5, stride: 1 },
      { inputs: 2 * width, outputs: 4 * width, kernelSize: 5, stride: 2 },
      { inputs: 4 * width, outputs: 4 * width, kernelSize: 3, stride: 1 },
    ];
    this.#blocks = plan.map((block, i) => ({
      convolution: new Conv1d(store, `${prefix}features.${i}.block.0`, {
        ...block,
        padding: (block.kernelSize - 1) / 2,
      }),
      norm: new BatchNorm(store, `${prefix}features.${i}.block.1`, block.outputs),
    }));
  }

  describe(): string {
    return `${this.#blocks.length} blocks of width ${this.width}`;
  }

  /** @param x [N, T, inputs]; gives y [N, ceil(T / 8), 4 width]. */
  forward(recorder: Recorder, x: Tensor): EncoderPass {
    let value = x;
    const passes = this.#blocks.map(({ convolution, norm }) => {
      const convolved = convolution.forward(recorder, value, { statistics: true });
      const normed = norm.forward(recorder, convolved.y, convolved.statistics);
      value = normed.y;
      return { convolved, normed };
    });
    const backward = (dy: Tensor): void => {
      let gradient: Tensor | undefined = dy;
      for (let i = passes.length - 1; i >= 0; i--) {
        const { convolved, normed } = passes[i];
        gradient = convolved.backward(normed.backward(gradient!), { input: i > 0 });
      }
    };
    return { y: value, backward };
  }

  /** Evaluation mode: running statistics folded into the convolutions. */
  evaluate(recorder: Recorder, x: Tensor): Tensor {
    let value = x;
    for (const { convolution, norm } of this.#blocks) {
      const epilogue = { affine: norm.fold(recorder), relu: true };
      value = convolution.forward(recorder, value, { epilogue }).y;
    }
    return value;
  }
}
