/** Where every loss goes: the step's slot of the metrics ring. */

import type { Recorder } from "../gpu/recorder.ts";
import type { StepState } from "../gpu/step_state.ts";
import type { Tensor } from "../gpu/tensor.ts";

/**
 * Records the sum of all parts of a loss, divided by `count`, as the step's loss.
 *
 * @param count Default: as many as there are parts, which gives their mean.
 */
export function recordLoss(
  recorder: Recorder,
  loss: Tensor,
  { state, ring }: StepState,
  count = loss.size,
): void {
  recorder.dispatch("record_loss", {
    tensors: { loss, state, ring },
    dims: { size: loss.size, count },
    grid: [1],
  });
}
