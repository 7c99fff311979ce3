/**
 * BYOL's loss (Grill, Strub, Altché, Tallec, Richemond et al. 2020, equation 2): predictions are
 * regressed onto targets, both at unit length.
 *
 *   r(p, t) = mean over rows of  2 - 2 (p . t) / (|p| |t|),   L = sum of r over the directions
 *
 * Backward, with ^ for unit length:   dp = -2 / N (t^ - p^ (p^ . t^)) / |p| ;   targets get none
 *
 * Loss and gradient of one direction are recorded apart from the sum, so that a direction's backward pass can
 * be recorded before the other direction's forward pass, whose activations then take its memory.
 */

import type { Recorder } from "../gpu/recorder.ts";
import type { StepState } from "../gpu/step_state.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { recordLoss } from "./record_loss.ts";

/** What {@linkcode byolRegression} compares. */
export interface ByolDirection {
  /** [N, D] */
  readonly prediction: Tensor;
  /** [N, D] */
  readonly target: Tensor;
  /** [directions, N]: losses of the rows; this direction's part is written. */
  readonly losses: Tensor;
  /** Counted from 0. */
  readonly direction: number;
}

/**
 * Records losses and gradient of one direction.
 *
 * @returns The gradient of the prediction, [N, D].
 * @throws {RangeError} When shapes differ.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import {
 *   byolRegression,
 *   chooseDevice,
 *   KernelLibrary,
 *   recordByolLoss,
 *   Recorder,
 *   StepState,
 *   Tensor,
 * } from "ssrl-ecg";
 * const gpu = await chooseDevice({ warn: () => {} });
 * const row = (values: number[]) => Tensor.from(gpu, [1, 2], values);
 * const recorder = new Recorder(new KernelLibrary(gpu));
 * const losses = recorder.transient("losses", [2, 1]);
 * const across = { prediction: row([3, 0]), target: row([0, 2]) }; // a loss of 2
 * const opposite = { prediction: row([-1, 0]), target: row([4, 0]) }; // of 4
 * byolRegression(recorder, { ...across, losses, direction: 0 });
 * byolRegression(recorder, { ...opposite, losses, direction: 1 });
 * const step = new StepState(gpu);
 * recordByolLoss(recorder, losses, step);
 * const program = await recorder.plan();
 * step.begin({ seed: 0, epoch: 0, step: 0, records: 1 });
 * program.run();
 * const [{ loss }] = await step.read();
 * assert(loss === 6);
 * gpu.destroy();
 * ```
 */
export function byolRegression(recorder: Recorder, regression: ByolDirection): Tensor {
  const { prediction, target, losses, direction } = regression;
  const [rows, width] = prediction.shape;
  if (target.shape[0] !== rows || target.shape[1] !== width || losses.shape[1] !== rows) {
    throw new RangeError(
      `BYOL's loss needs a target [${rows}, ${width}] and losses of ${rows} rows: got ` +
        `[${target.shape}] and [${losses.shape}]`,
    );
  }
  const dprediction = recorder.transient("byol gradient", [rows, width]);
  recorder.dispatch("byol_regression", {
    tensors: { prediction, target_rows: target, dprediction, loss: losses },
    dims: { rows, width, first: direction * rows },
    grid: [rows],
  });
  return dprediction;
}

/**
 * Records the loss of the step: the sum of the directions' means.
 *
 * @param losses [directions, N], see {@linkcode ByolDirection}.
 * @param step Where the loss goes: this step's slot of the metrics ring.
 */
export function recordByolLoss(recorder: Recorder, losses: Tensor, step: StepState): void {
  recordLoss(recorder, losses, step, losses.shape[1]);
}
