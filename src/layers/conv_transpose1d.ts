/**
 * One-dimensional transposed convolution, channels last, with a fused ReLU where asked for:
 *
 *   y[n, t, o] = b[o] + sum over u, k with s u + k - p = t, and i, of  x[n, u, i] w[k, o, i]
 *
 *   x [N, U, Cin]   w [K, Cout, Cin]   b [Cout]   y [N, T, Cout],   T = s (U - 1) - 2p + K
 *
 * It is the convolution from [T, Cout] to [U, Cin] run backwards, so nothing here is new: forward is
 * that convolution's input gradient (`transposed_product.ts`), and with g = dy (where y > 0)
 *
 *   dx[n, u, i] = sum over k, o of  g[n, s u + k - p, o] w[k, o, i]         its forward pass
 *   dw[k, o, i] = sum over n, u of  g[n, s u + k - p, o] x[n, u, i]         its weight gradient
 *   db = column sums of g
 */

import type { Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { recordBiasGradient } from "./bias.ts";
import type { Parameter, ParameterStore } from "./parameters.ts";
import { reluBackward } from "./relu.ts";
import { recordTransposedProduct } from "./transposed_product.ts";
import { recordProduct, recordWeightGradient, type WindowedProduct } from "./windowed_product.ts";

/** Extents of a transposed convolution. */
export interface ConvTranspose1dOptions {
  readonly inputs: number;
  readonly outputs: number;
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: number;
}

/** A transposed convolution with bias. */
export class ConvTranspose1d {
  /**
   * PyTorch shape [Cin, Cout, K], uniform within 1 / sqrt(Cout K): PyTorch takes the second axis for
   * the inputs, whichever way the convolution runs.
   */
  readonly weight: Parameter;
  /** [Cout], uniform within 1 / sqrt(Cout K). */
  readonly bias: Parameter;

  constructor(
    store: ParameterStore,
    readonly name: string,
    readonly options: ConvTranspose1dOptions,
  ) {
    const { inputs, outputs, kernelSize } = options;
    const start = { kind: "uniform", bound: 1 / Math.sqrt(outputs * kernelSize) } as const;
    const shape = [inputs, outputs, kernelSize];
    this.weight = store.parameter(`${name}.weight`, shape, "convolution", start);
    this.bias = store.parameter(`${name}.bias`, [outputs], "plain", start);
  }

  /** Output length for an input of U samples. */
  outputLength(length: number): number {
    const { kernelSize, stride, padding } = this.options;
    return stride * (length - 1) - 2 * padding + kernelSize;
  }

  /** @param x [N, U, Cin] */
  forward(
    recorder: Recorder,
    x: Tensor,
    options: { relu?: boolean } = {},
  ): {
    /** [N, T, Cout] */
    y: Tensor;
    /** Adds to the gradients of weight and bias; gives dx [N, U, Cin]. */
    backward: (dy: Tensor) => Tensor;
  } {
    const [samples, positions, inputs] = x.shape;
    const { outputs, kernelSize, stride, padding } = this.options;
    if (inputs !== this.options.inputs) {
      throw new RangeError(
        `Transposed convolution ${this.name} needs ${this.options.inputs} channels, got [${x.shape}]`,
      );
    }
    const { relu = false } = options;
    const length = this.outputLength(positions);
    const y = recorder.transient(`${this.name} y`, [samples, length, outputs]);
    recordTransposedProduct(
      recorder,
      { x, w: this.weight.value, y },
      {
        stride,
        padding,
        epilogue: { bias: this.bias.value, relu },
        name: this.name,
        direction: "forward",
      },
    );
    const backward = (dy: Tensor): Tensor => {
      const g = relu ? reluBackward(recorder, this.name, y, dy) : dy;
      const product: WindowedProduct = {
        samples,
        positions,
        step: stride * outputs,
        offset: -padding * outputs,
        window: kernelSize * outputs,
        sample: length * outputs,
        columns: inputs,
      };
      recordWeightGradient(
        recorder,
        product,
        { x: g, dy: x, gradient: this.weight.gradient },
        { label: `${this.name} backward weight` },
      );
      recordBiasGradient(recorder, this.name, g, this.bias);
      const dx = recorder.transient(`${this.name} dx`, x.shape);
      recordProduct(
        recorder,
        product,
        { x: g, w: this.weight.value, y: dx },
        {},
        { label: `${this.name} backward input` },
      );
      return dx;
    };
    return { y, backward };
  }
}
