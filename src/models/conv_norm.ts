/**
 * Convolution without bias, batch normalization and, unless told otherwise, ReLU: what all networks here
 * are made of.
 */

import type { Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { BatchNorm, type BatchNormOptions } from "../layers/batch_norm.ts";
import { Conv1d } from "../layers/conv1d.ts";
import type { ParameterStore } from "../layers/parameters.ts";
import type { Epilogue } from "../layers/windowed_product.ts";

/** A convolution, padded by half its kernel, and its norm. */
export interface ConvNormOptions {
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

/** See {@linkcode ConvNormOptions}: signals [N, T, inputs] to [N, ceil(T / stride), outputs]. */
export class ConvNorm {
  readonly #convolution: Conv1d;
  readonly #norm: BatchNorm;

  constructor(store: ParameterStore, { convolution, norm, ...shape }: ConvNormOptions) {
    const padding = (shape.kernelSize - 1) / 2;
    this.#convolution = new Conv1d(store, convolution, { ...shape, padding });
    this.#norm = new BatchNorm(store, norm, shape.outputs);
  }

  /**
   * Training mode.
   *
   * @returns y, and its backward pass with the options of `Conv1d`'s.
   */
  forward(recorder: Recorder, x: Tensor, options: BatchNormOptions = {}) {
    const convolved = this.#convolution.forward(recorder, x, { statistics: true });
    const normed = this.#norm.forward(recorder, convolved.y, convolved.statistics, options);
    return {
      y: normed.y,
      backward: (dy: Tensor, needed?: Parameters<typeof convolved.backward>[1]) =>
        convolved.backward(normed.backward(dy), needed),
    };
  }

  /** Training mode: max(0, norm(conv(x)) + residual), and the gradients of both. */
  forwardResidual(recorder: Recorder, x: Tensor, residual: Tensor): {
    y: Tensor;
    backward: (dy: Tensor) => { dx: Tensor; residual: Tensor };
  } {
    const { y, statistics, ...convolved } = this.#convolution.forward(recorder, x, {
      statistics: true,
    });
    const normed = this.#norm.forwardResidual(recorder, y, residual, statistics);
    const backward = (dy: Tensor) => {
      const { dx, residual } = normed.backward(dy);
      return { dx: convolved.backward(dx)!, residual };
    };
    return { y: normed.y, backward };
  }

  /** Evaluation mode: running statistics folded into the convolution. */
  evaluate(
    recorder: Recorder,
    x: Tensor,
    rest: Omit<Epilogue, "affine" | "bias"> = { relu: true },
  ): Tensor {
    const epilogue = { affine: this.#norm.fold(recorder), ...rest };
    return this.#convolution.forward(recorder, x, { epilogue }).y;
  }
}
