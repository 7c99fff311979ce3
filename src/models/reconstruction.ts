/**
 * Masked reconstruction's network: the encoder, and a decoder that brings its output back to the
 * length and the leads of the signal.
 *
 * | layer | channels (width 64) | kernel / stride / padding | length of 1000 |
 * |---|---|---|---|
 * | `decoder.0`, transposed, ReLU | 256 → 128 | 4 / 2 / 1 | 250 |
 * | `decoder.2`, transposed, ReLU | 128 → 64 | 4 / 2 / 1 | 500 |
 * | `decoder.4`, transposed, ReLU | 64 → 32 | 4 / 2 / 1 | 1000 |
 * | `decoder.6` | 32 → 12 | 3 / 1 / 1 | 1000 |
 *
 * Numbers 1, 3 and 5 are the rectifiers of PyTorch's `Sequential`, which hold no parameters.
 */

import type { Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { ConvTranspose1d } from "../layers/conv_transpose1d.ts";
import { Conv1d } from "../layers/conv1d.ts";
import type { ParameterStore } from "../layers/parameters.ts";
import type { Encoder } from "./encoder.ts";
import { createEncoder, type EncoderChoice } from "./encoders.ts";

/** Every transposed convolution doubles the length. */
const DOUBLING = { kernelSize: 4, stride: 2, padding: 1 };

/**
 * Encoder and decoder: signals [N, T, 12], masked, to signals [N, T, 12]. State keys `encoder.*`,
 * `decoder.{0,2,4,6}.{weight,bias}`, as `SSLReconstructionModel` of SSRL-ECG has them.
 *
 * The decoder gives 8 ceil(T / 8) samples, which is T or a few more; `decoder.6` leaves out the surplus.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { ParameterStore, Reconstruction } from "ssrl-ecg";
 * const store = new ParameterStore();
 * new Reconstruction(store);
 * assert(store.count === 712_044 && store.stateShapes.length === 44);
 * ```
 */
export class Reconstruction {
  readonly encoder: Encoder;
  readonly #doubling: readonly ConvTranspose1d[];
  readonly #output: Conv1d;

  constructor(store: ParameterStore, options: EncoderChoice = {}) {
    this.encoder = createEncoder(store, "encoder.", options);
    const { inputs, outputs, stride } = this.encoder;
    const doublings = Math.log2(stride);
    if (!Number.isInteger(doublings)) {
      throw new RangeError(`The decoder needs a stride that is a power of 2, got ${stride}`);
    }
    this.#doubling = Array.from(
      { length: doublings },
      (_, i) =>
        new ConvTranspose1d(store, `decoder.${2 * i}`, {
          inputs: outputs / 2 ** i,
          outputs: outputs / 2 ** (i + 1),
          ...DOUBLING,
        }),
    );
    this.#output = new Conv1d(store, `decoder.${2 * doublings}`, {
      inputs: outputs / stride,
      outputs: inputs,
      kernelSize: 3,
      stride: 1,
      padding: 1,
      bias: true,
    });
  }

  /**
   * Training mode.
   *
   * @param x [N, T, leads]
   * @returns y [N, T, leads]; `backward` adds to the gradients and ends at the signal.
   */
  forward(recorder: Recorder, x: Tensor): { y: Tensor; backward: (dy: Tensor) => void } {
    const encoded = this.encoder.forward(recorder, x);
    const decoded = this.#decode(recorder, encoded.y, x.shape[1]);
    return { y: decoded.y, backward: (dy) => encoded.backward(decoded.backward(dy)) };
  }

  /** Evaluation mode. @param x [N, T, leads]; gives [N, T, leads]. */
  evaluate(recorder: Recorder, x: Tensor): Tensor {
    return this.#decode(recorder, this.encoder.evaluate(recorder, x), x.shape[1]).y;
  }

  /** [N, U, encoder.outputs] to [N, length, leads]. */
  #decode(
    recorder: Recorder,
    features: Tensor,
    length: number,
  ): { y: Tensor; backward: (dy: Tensor) => Tensor } {
    let value = features;
    const passes = this.#doubling.map((layer) => {
      const pass = layer.forward(recorder, value, { relu: true });
      value = pass.y;
      return pass;
    });
    const output = this.#output.forward(recorder, value, { positions: length });
    const backward = (dy: Tensor): Tensor =>
      passes.reduceRight((gradient, pass) => pass.backward(gradient), output.backward(dy)!);
    return { y: output.y, backward };
  }
}
