/**
 * Mean squared error over all elements:  loss = mean of (y - wanted)^2,  dy = 2 (y - wanted) / size
 */

import { gridFor, type Recorder } from "../gpu/recorder.ts";
import { inParts } from "../gpu/split.ts";
import type { StepState } from "../gpu/step_state.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { recordLoss } from "./record_loss.ts";

/** Elements of an invocation in `kernels/mean_squared_error.wgsl`. */
const PER = 64;

/**
 * Records loss and gradient.
 *
 * @param y Prediction, such as a reconstruction [N, T, leads].
 * @param wanted What it should be, of the same shape.
 * @param step Its metrics ring takes the loss.
 * @returns dy of the same shape
 * @throws {RangeError} When the shapes differ.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { chooseDevice, KernelLibrary, meanSquaredError, Recorder, StepState, Tensor } from "ssrl-ecg";
 * const gpu = await chooseDevice({ warn: () => {} });
 * const y = Tensor.from(gpu, [3], [1, 2, 3]);
 * const wanted = Tensor.from(gpu, [3], [1, 0, 0]);
 * const recorder = new Recorder(new KernelLibrary(gpu));
 * const step = new StepState(gpu);
 * meanSquaredError(recorder, y, wanted, step);
 * const program = await recorder.plan();
 * step.begin({ seed: 0, epoch: 0, step: 0, records: 1 });
 * program.run();
 * const [{ loss }] = await step.read();
 * assert(Math.abs(loss - 13 / 3) < 1e-6);
 * gpu.destroy();
 * ```
 */
export function meanSquaredError(
  recorder: Recorder,
  y: Tensor,
  wanted: Tensor,
  step: StepState,
): { dy: Tensor } {
  if (`${y.shape}` !== `${wanted.shape}`) {
    throw new RangeError(`Cannot compare [${y.shape}] with [${wanted.shape}]: need one shape`);
  }
  const tiles = Math.ceil(y.size / (64 * PER));
  const partial = recorder.transient("squared errors", [64 * tiles]);
  const dy = recorder.transient("dy", y.shape);
  recorder.dispatch("mean_squared_error", {
    constants: { PER },
    tensors: { y, wanted, partial, dy },
    ...inParts(
      tiles,
      { y: 64 * PER, wanted: 64 * PER, partial: 64, dy: 64 * PER },
      (first, count) => ({
        dims: { size: Math.min(count * 64 * PER, y.size - first * 64 * PER), total: y.size },
        grid: gridFor(count, 1),
      }),
    ),
  });
  recordLoss(recorder, partial, step, y.size);
  return { dy };
}
