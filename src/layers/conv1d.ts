/**
 * One-dimensional convolution, channels last:
 *
 *   y[n, u, o] = b[o] + sum over k, i of  x[n, s u + k - p, i] w[k, i, o]   x zero outside 0 .. T-1
 *
 *   x [N, T, Cin]   w [K, Cin, Cout]   b [Cout]   y [N, U, Cout],   U = floor((T + 2p - K) / s) + 1
 *
 * Forward: the K * Cin values that u sees are contiguous, so this is one windowed product
 * (`kernels/shared/window.wgsl`).
 *
 * Backward to x: the product of a transposed convolution (`transposed_product.ts`),
 *
 *   dx[n, t, i] = sum over u, k with s u + k - p = t, and o, of  dy[n, u, o] w[k, i, o]
 *
 * Backward to w: dw[k, i, o] = sum over n, u of x[n, s u + k - p, i] dy[n, u, o]; to b: the column sums
 * of dy.
 */

import type { Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { recordBiasGradient } from "./bias.ts";
import type { Parameter, ParameterStore } from "./parameters.ts";
import { recordTransposedProduct } from "./transposed_product.ts";
import {
  type Epilogue,
  recordProduct,
  recordWeightGradient,
  type TileStatistics,
  type WindowedProduct,
} from "./windowed_product.ts";

/** Extents of a convolution. */
export interface Conv1dOptions {
  readonly inputs: number;
  readonly outputs: number;
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: number;
  /** Default false: batch normalization follows and has one. */
  readonly bias?: boolean;
}

/** A convolution. */
export class Conv1d {
  /** PyTorch shape [Cout, Cin, K], uniform within 1 / sqrt(Cin K). */
  readonly weight: Parameter;
  /** [Cout], uniform within 1 / sqrt(Cin K). */
  readonly bias: Parameter | undefined;

  constructor(store: ParameterStore, readonly name: string, readonly options: Conv1dOptions) {
    const { inputs, outputs, kernelSize, bias = false } = options;
    const start = { kind: "uniform", bound: 1 / Math.sqrt(inputs * kernelSize) } as const;
    const shape = [outputs, inputs, kernelSize];
    this.weight = store.parameter(`${name}.weight`, shape, "convolution", start);
    this.bias = bias ? store.parameter(`${name}.bias`, [outputs], "plain", start) : undefined;
  }

  /** Output length for an input of T samples. */
  outputLength(length: number): number {
    const { kernelSize, stride, padding } = this.options;
    return Math.floor((length + 2 * padding - kernelSize) / stride) + 1;
  }

  /**
   * @param x [N, T, Cin]
   * @param options.statistics Give the moments of y's channels as well, where the kernel can.
   * @param options.epilogue Instead of a bias, what follows the convolution.
   * @param options.positions Crop y to its first positions; default: all U.
   * @returns y [N, positions, Cout] and the backward pass.
   */
  forward(
    recorder: Recorder,
    x: Tensor,
    options: { statistics?: boolean; epilogue?: Epilogue; positions?: number } = {},
  ): {
    y: Tensor;
    statistics: TileStatistics | undefined;
    /**
     * Adds to the weight's gradient; gives dx [N, T, Cin] unless told that nobody needs it. `add`
     * [N, T, Cin] is a gradient that reaches x by another way; dx includes it.
     */
    backward: (dy: Tensor, needed?: { input: boolean; add?: Tensor }) => Tensor | undefined;
  } {
    const [samples, length, inputs] = x.shape;
    const { outputs, kernelSize, stride, padding } = this.options;
    if (inputs !== this.options.inputs) {
      throw new RangeError(
        `Convolution ${this.name} needs ${this.options.inputs} channels, got [${x.shape}]`,
      );
    }
    if (this.bias && (options.statistics || options.epilogue)) {
      throw new RangeError(`Convolution ${this.name} has a bias: no statistics, no other epilogue`);
    }
    const { positions = this.outputLength(length) } = options;
    const product: WindowedProduct = {
      samples,
      positions,
      step: stride * inputs,
      offset: -padding * inputs,
      window: kernelSize * inputs,
      sample: length * inputs,
      columns: outputs,
    };
    const y = recorder.transient(`${this.name} y`, [samples, positions, outputs]);
    const statistics = recordProduct(
      recorder,
      product,
      { x, w: this.weight.value, y },
      this.bias ? { bias: this.bias.value } : options.epilogue,
      { label: `${this.name} forward`, statistics: options.statistics },
    );
    const backward = (
      dy: Tensor,
      needed: { input: boolean; add?: Tensor } = { input: true },
    ): Tensor | undefined => {
      recordWeightGradient(
        recorder,
        product,
        { x, dy, gradient: this.weight.gradient },
        { label: `${this.name} backward weight` },
      );
      if (this.bias) recordBiasGradient(recorder, this.name, dy, this.bias);
      if (!needed.input) return undefined;
      const dx = recorder.transient(`${this.name} dx`, x.shape);
      recordTransposedProduct(
        recorder,
        { x: dy, w: this.weight.value, y: dx },
        {
          stride,
          padding,
          epilogue: needed.add ? { add: { tensor: needed.add } } : {},
          name: this.name,
          direction: "backward input",
        },
      );
      return dx;
    };
    return { y, statistics, backward };
  }
}
