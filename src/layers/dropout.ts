/**
 * Inverted dropout (Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov 2014):
 *
 *   y = x * m / (1 - p),   m = 0 with probability p, else 1;   backward  dx = dy * m / (1 - p)
 *
 * m is a function of seed, step, number of the layer and element (`kernels/shared/dropout.wgsl`), so
 * the backward pass draws it again and nothing is stored.
 */

import { gridFor, type Recorder } from "../gpu/recorder.ts";
import { inParts } from "../gpu/split.ts";
import type { StepState } from "../gpu/step_state.ts";
import type { Tensor } from "../gpu/tensor.ts";

/** Dropout of training mode; evaluation mode leaves it out. */
export class Dropout {
  /**
   * @param layer Number of this dropout in its network; each has draws of its own.
   * @param probability p in [0, 1).
   */
  constructor(readonly layer: number, readonly probability: number) {
    if (!(probability >= 0 && probability < 1)) {
      throw new RangeError(`Dropout needs a probability in [0, 1), got ${probability}`);
    }
  }

  /** True where every element stays, so that there is nothing to record. */
  get off(): boolean {
    return this.probability === 0;
  }

  /**
   * What a kernel that imports `shared/dropout` binds for this dropout in a step; `dims` of the part
   * after the first `first` vec4s.
   */
  bindings(
    step: StepState,
  ): { tensors: { state: Tensor }; dims: (first: number) => Record<string, number> } {
    return {
      tensors: { state: step.state },
      dims: (first) => ({
        dropout_layer: this.layer,
        dropout_threshold: Math.ceil(this.probability * 2 ** 24),
        dropout_scale: 1 / (1 - this.probability),
        dropout_first: first,
      }),
    };
  }

  /** @param x Any shape with a multiple of 4 elements; gives y of that shape. */
  forward(
    recorder: Recorder,
    x: Tensor,
    step: StepState,
  ): { y: Tensor; backward: (dy: Tensor) => Tensor } {
    const pass = (from: Tensor, name: string): Tensor => {
      if (this.off) return from;
      const { tensors, dims } = this.bindings(step);
      const y = recorder.transient(`dropout ${this.layer} ${name}`, from.shape);
      recorder.dispatch("dropout", {
        label: `dropout ${this.layer} ${name}`,
        tensors: { x: from, y, ...tensors },
        ...inParts(from.size / 4, { x: 4, y: 4 }, (first, count) => ({
          dims: { size: count, ...dims(first) },
          grid: gridFor(count, 64),
        })),
      });
      return y;
    };
    return { y: pass(x, "y"), backward: (dy) => pass(dy, "dx") };
  }
}
