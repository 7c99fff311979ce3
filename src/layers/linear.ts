/**
 * Linear layer:  y = x w + b,  with RELU  y = max(0, x w + b)
 *
 *   x [N, In]   w [In, Out]   b [Out]   y [N, Out]
 *
 * Backward, with g = dy (where y > 0):   dx = g w^T,   dw = x^T g,   db = column sums of g
 */

import type { Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { recordBiasGradient } from "./bias.ts";
import type { Parameter, ParameterStore } from "./parameters.ts";
import { packWeights } from "./pack_weights.ts";
import { reluBackward } from "./relu.ts";
import {
  type Epilogue,
  recordProduct,
  recordWeightGradient,
  type WindowedProduct,
} from "./windowed_product.ts";

/** A linear layer with bias. */
export class Linear {
  /** PyTorch shape [Out, In], uniform within 1 / sqrt(In). */
  readonly weight: Parameter;
  /** [Out], uniform within 1 / sqrt(In). */
  readonly bias: Parameter;

  constructor(
    store: ParameterStore,
    readonly name: string,
    readonly inputs: number,
    readonly outputs: number,
  ) {
    const start = { kind: "uniform", bound: 1 / Math.sqrt(inputs) } as const;
    this.weight = store.parameter(`${name}.weight`, [outputs, inputs], "linear", start);
    this.bias = store.parameter(`${name}.bias`, [outputs], "plain", start);
  }

  /**
   * @param x [N, In]
   * @param options.affine A batch norm folded for evaluation, which holds the bias; no backward pass.
   */
  forward(
    recorder: Recorder,
    x: Tensor,
    options: Pick<Epilogue, "relu" | "affine"> = {},
  ): {
    /** [N, Out] */
    y: Tensor;
    /** Adds to the gradients of weight and bias; gives dx [N, In] unless nobody needs it. */
    backward: (dy: Tensor, needed?: { input: boolean }) => Tensor | undefined;
  } {
    const [rows, inputs] = x.shape;
    if (inputs !== this.inputs) {
      throw new RangeError(`Linear layer ${this.name} needs ${this.inputs} inputs, got ${inputs}`);
    }
    const product: WindowedProduct = {
      samples: 1,
      positions: rows,
      step: inputs,
      offset: 0,
      window: inputs,
      sample: rows * inputs,
      columns: this.outputs,
    };
    const y = recorder.transient(`${this.name} y`, [rows, this.outputs]);
    const { relu = false, affine } = options;
    recordProduct(
      recorder,
      product,
      { x, w: this.weight.value, y },
      affine ? { affine, relu } : { bias: this.bias.value, relu },
      { label: `${this.name} forward` },
    );
    const backward = (dy: Tensor, needed = { input: true }): Tensor | undefined => {
      const g = relu ? reluBackward(recorder, this.name, y, dy) : dy;
      recordWeightGradient(
        recorder,
        product,
        { x, dy: g, gradient: this.weight.gradient },
        { label: `${this.name} backward weight` },
      );
      recordBiasGradient(recorder, this.name, g, this.bias);
      return needed.input ? this.#backwardInput(recorder, g, rows) : undefined;
    };
    return { y, backward };
  }

  #backwardInput(recorder: Recorder, g: Tensor, rows: number): Tensor {
    const { inputs, outputs } = this;
    const packed = packWeights(recorder, this.name, this.weight.value);
    const dx = recorder.transient(`${this.name} dx`, [rows, inputs]);
    recordProduct(
      recorder,
      {
        samples: 1,
        positions: rows,
        step: outputs,
        offset: 0,
        window: outputs,
        sample: rows * outputs,
        columns: inputs,
      },
      { x: g, w: packed, y: dx },
      {},
      { label: `${this.name} backward input` },
    );
    return dx;
  }
}
