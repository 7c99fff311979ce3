/** Encoders that are convolutions one after the other, each with batch normalization and ReLU. */

import type { Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { ParameterStore } from "../layers/parameters.ts";
import { ConvNorm, type ConvNormOptions } from "./conv_norm.ts";
import { Encoder, type EncoderOptions, type EncoderPass } from "./encoder.ts";

/** Signals [N, T, inputs] to [N, ceil(T / stride), outputs of the last layer]. */
export abstract class ConvolutionStack extends Encoder {
  readonly inputs: number;
  readonly width: number;
  readonly outputs: number;
  readonly stride: number;
  readonly #layers: readonly ConvNorm[];

  /** @param layers Their state keys follow `prefix`. */
  constructor(
    store: ParameterStore,
    prefix: string,
    layers: readonly ConvNormOptions[],
    { inputs, width }: Required<EncoderOptions>,
  ) {
    super();
    this.inputs = inputs;
    this.width = width;
    this.outputs = layers[layers.length - 1].outputs;
    this.stride = layers.reduce((product, { stride }) => product * stride, 1);
    this.#layers = layers.map(({ convolution, norm, ...shape }) =>
      new ConvNorm(store, { convolution: prefix + convolution, norm: prefix + norm, ...shape })
    );
  }

  forward(recorder: Recorder, x: Tensor): EncoderPass {
    let value = x;
    const passes = this.#layers.map((layer) => {
      const pass = layer.forward(recorder, value);
      value = pass.y;
      return pass;
    });
    const backward = (dy: Tensor): void => {
      let gradient: Tensor | undefined = dy;
      for (let i = passes.length - 1; i >= 0; i--) {
        gradient = passes[i].backward(gradient!, { input: i > 0 });
      }
    };
    return { y: value, backward };
  }

  evaluate(recorder: Recorder, x: Tensor): Tensor {
    return this.#layers.reduce((value, layer) => layer.evaluate(recorder, value), x);
  }
}
