/** BYOL's projector and predictor: Linear - batch norm - ReLU - Linear (Grill et al. 2020). */

import type { Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { BatchNorm } from "../layers/batch_norm.ts";
import { Linear } from "../layers/linear.ts";
import type { ParameterStore } from "../layers/parameters.ts";

/** Extents of a {@linkcode ProjectionMlp}. */
export interface ProjectionMlpOptions {
  readonly inputs: number;
  /** Width of the hidden layer, a multiple of 4. */
  readonly hidden: number;
  readonly outputs: number;
}

/** Rows [N, inputs] to [N, outputs]; state keys `<name>.net.{0,1,3}.*`. */
export class ProjectionMlp {
  readonly hidden: Linear;
  readonly norm: BatchNorm;
  readonly output: Linear;

  constructor(store: ParameterStore, name: string, options: ProjectionMlpOptions) {
    const { inputs, hidden, outputs } = options;
    this.hidden = new Linear(store, `${name}.net.0`, inputs, hidden);
    this.norm = new BatchNorm(store, `${name}.net.1`, hidden);
    this.output = new Linear(store, `${name}.net.3`, hidden, outputs);
  }

  /** Training mode: batch statistics, running statistics updated. @param x [N, inputs] */
  forward(recorder: Recorder, x: Tensor): { y: Tensor; backward: (dy: Tensor) => Tensor } {
    const hidden = this.hidden.forward(recorder, x);
    const normed = this.norm.forward(recorder, hidden.y);
    const output = this.output.forward(recorder, normed.y);
    return {
      y: output.y,
      backward: (dy) => hidden.backward(normed.backward(output.backward(dy)!))!,
    };
  }

  /** Evaluation mode. @param x [N, inputs] */
  evaluate(recorder: Recorder, x: Tensor): Tensor {
    const affine = this.norm.fold(recorder, this.hidden.bias.value);
    const hidden = this.hidden.forward(recorder, x, { affine, relu: true });
    return this.output.forward(recorder, hidden.y).y;
  }
}
