/**
 * Encoders that are convolutions one after the other, each with batch normalization and ReLU.
 *
 * @module
 */

import type { Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { BatchNorm } from "../layers/batch_norm.ts";
import { Conv1d } from "../layers/conv1d.ts";
import type { ParameterStore } from "../layers/parameters.ts";
import { Encoder, type EncoderOptions, type EncoderPass } from "./encoder.ts";

/** A convolution, padded by half its kernel, and its norm. */
export interface StackLayer {
  /** State key of the convolution, of which `.weight` is stored. */
  readonly convolution: string;
  /** State key of the norm. */
  readonly norm: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Odd. */
  readonly kernelSize: number;
  readonly stride: number;
}

/** Signals [N, T, inputs] to [N, ceil(T / stride), outputs of the last layer]. */
export abstract class ConvolutionStack extends Encoder {
  readonly inputs: number;
  readonly width: number;
  readonly outputs: number;
  readonly stride: number;
  readonly #layers: { convolution: Conv1d; norm: BatchNorm }[];

  constructor(
    store: ParameterStore,
    prefix: string,
    layers: readonly StackLayer[],
    { inputs, width }: Required<EncoderOptions>,
  ) {
    super();
    this.inputs = inputs;
    this.width = width;
    this.outputs = layers[layers.length - 1].outputs;
    this.stride = layers.reduce((product, { stride }) => product * stride, 1);
    this.#layers = layers.map(({ convolution, norm, ...shape }) => ({
      convolution: new Conv1d(store, prefix + convolution, {
        ...shape,
        padding: (shape.kernelSize - 1) / 2,
      }),
      norm: new BatchNorm(store, prefix + norm, shape.outputs),
    }));
  }

  forward(recorder: Recorder, x: Tensor): EncoderPass {
    let value = x;
    const passes = this.#layers.map(({ convolution, norm }) => {
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
    for (const { convolution, norm } of this.#layers) {
      const epilogue = { affine: norm.fold(recorder), relu: true };
      value = convolution.forward(recorder, value, { epilogue }).y;
    }
    return value;
  }
}
