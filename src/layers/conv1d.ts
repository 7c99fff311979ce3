/**
 * One-dimensional convolution, channels last:
 *
 *   y[n, u, o] = sum over k, i of  x[n, s u + k - p, i] w[k, i, o]          x zero outside 0 .. T-1
 *
 *   x [N, T, Cin]   w [K, Cin, Cout]   y [N, U, Cout],   U = floor((T + 2p - K) / s) + 1
 *
 * Forward: the K * Cin values that u sees are contiguous, so this is one windowed product
 * (`kernels/shared/window.wgsl`).
 *
 * Backward to x: position t = s u' + r (phase r) receives from the taps k with k = (r + p) mod s
 * only, k = first + s j; with the taps packed in reverse, each phase is a windowed product over dy:
 *
 *   dx[n, s u' + r, i] = sum over j, o of  dy[n, u' + (r + p - first) / s - (J - 1) + j, o] packed[j, o, i]
 *
 * Backward to w: dw[k, i, o] = sum over n, u of x[n, s u + k - p, i] dy[n, u, o].
 *
 * @module
 */

import { gridFor, type Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { Parameter, ParameterStore } from "./parameters.ts";
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
  readonly taps: number;
  readonly stride: number;
  readonly padding: number;
}

/** A convolution without bias: batch normalisation follows and has one. */
export class Conv1d {
  /** PyTorch shape [Cout, Cin, K], uniform within 1 / sqrt(Cin K). */
  readonly weight: Parameter;

  constructor(store: ParameterStore, readonly name: string, readonly options: Conv1dOptions) {
    const { inputs, outputs, taps } = options;
    this.weight = store.parameter(`${name}.weight`, [outputs, inputs, taps], "convolution", {
      kind: "uniform",
      bound: 1 / Math.sqrt(inputs * taps),
    });
  }

  /** Output length for an input of T samples. */
  outputLength(length: number): number {
    const { taps, stride, padding } = this.options;
    return Math.floor((length + 2 * padding - taps) / stride) + 1;
  }

  /**
   * @param x [N, T, Cin]
   * @param options.statistics Give the moments of y's channels as well, where the kernel can.
   * @returns y [N, U, Cout] and the backward pass.
   */
  forward(
    recorder: Recorder,
    x: Tensor,
    options: { statistics?: boolean; epilogue?: Epilogue } = {},
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
    const { outputs, taps, stride, padding } = this.options;
    if (inputs !== this.options.inputs) {
      throw new RangeError(
        `Convolution ${this.name} needs ${this.options.inputs} channels, got [${x.shape}]`,
      );
    }
    const positions = this.outputLength(length);
    const product: WindowedProduct = {
      samples,
      positions,
      step: stride * inputs,
      offset: -padding * inputs,
      window: taps * inputs,
      sample: length * inputs,
      columns: outputs,
    };
    const y = recorder.transient(`${this.name} y`, [samples, positions, outputs]);
    const statistics = recordProduct(
      recorder,
      product,
      { x, w: this.weight.value, y },
      options.epilogue,
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
      return needed.input ? this.#backwardInput(recorder, dy, length, needed.add) : undefined;
    };
    return { y, statistics, backward };
  }

  #backwardInput(recorder: Recorder, dy: Tensor, length: number, add?: Tensor): Tensor {
    const [samples, positions, outputs] = dy.shape;
    const { inputs, taps, stride, padding } = this.options;
    const dx = recorder.transient(`${this.name} dx`, [samples, length, inputs]);
    for (let phase = 0; phase < Math.min(stride, length); phase++) {
      const first = (phase + padding) % stride;
      // With fewer taps than the stride some phases have none: an empty window, which gives zeros.
      const phaseTaps = Math.ceil(Math.max(0, taps - first) / stride);
      let packed = this.weight.value;
      if (phaseTaps > 0) {
        packed = recorder.transient(`${this.name} packed`, [phaseTaps, outputs, inputs]);
        recorder.dispatch("conv1d_pack", {
          label: `${this.name} pack`,
          tensors: { w: this.weight.value, packed },
          dims: { taps: phaseTaps, first, stride, inputs, outputs },
          grid: gridFor(packed.size, 64),
        });
      }
      recordProduct(
        recorder,
        {
          samples,
          positions: Math.ceil((length - phase) / stride),
          step: outputs,
          offset: ((phase + padding - first) / stride - (phaseTaps - 1)) * outputs,
          window: phaseTaps * outputs,
          sample: positions * outputs,
          columns: inputs,
          store: { sample: length * inputs, step: stride * inputs, offset: phase * inputs },
        },
        { x: dy, w: packed, y: dx },
        add ? { add: { tensor: add } } : {},
        { label: `${this.name} backward input` },
      );
    }
    return dx;
  }
}
