/**
 * Exponential moving average of parameters, such as BYOL's target network follows (Grill et al. 2020):
 *
 *   average += (1 - momentum) (source - average)
 */

import { gridFor, type Recorder } from "../gpu/recorder.ts";
import { Tensor } from "../gpu/tensor.ts";

/** What {@linkcode recordMovingAverage} works on. */
export interface MovingAverageTensors {
  /** [size] values that follow. */
  readonly average: Tensor;
  /** [size] values that are followed, in the same buffer. */
  readonly source: Tensor;
  /** The step state: word 10 is the momentum. */
  readonly state: Tensor;
}

/**
 * Records one step of the average. Recorded after the optimizer, it follows the updated values. Where
 * the optimizer skipped an update, the source stayed as it was, and the average takes its step towards
 * it nonetheless: as in a step of learning rate 0.
 *
 * @param tensors Two stretches of one buffer, of the same size, a multiple of 4.
 * @throws {RangeError} On stretches of different sizes or buffers.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import {
 *   chooseDevice,
 *   KernelLibrary,
 *   Recorder,
 *   recordMovingAverage,
 *   StepState,
 *   Tensor,
 * } from "ssrl-ecg";
 * const gpu = await chooseDevice({ warn: () => {} });
 * const parameters = Tensor.zeros(gpu, [128]);
 * parameters.write([1, 1, 1, 1]); // the source; the average is 0
 * const recorder = new Recorder(new KernelLibrary(gpu));
 * const step = new StepState(gpu);
 * recordMovingAverage(recorder, {
 *   source: parameters.view(0, 4),
 *   average: parameters.view(64, 68),
 *   state: step.state,
 * });
 * const program = await recorder.plan();
 * step.begin({ seed: 0, epoch: 0, step: 0, records: 1, momentum: 0.75 });
 * program.run();
 * const [average] = await parameters.view(64, 68).read();
 * assert(average === 0.25);
 * gpu.destroy();
 * ```
 */
export function recordMovingAverage(recorder: Recorder, tensors: MovingAverageTensors): void {
  const { average, source, state } = tensors;
  const [to, from] = [average.placement!, source.placement!];
  if (to.buffer !== from.buffer || average.size !== source.size) {
    throw new RangeError(
      `A moving average needs two stretches of one buffer and of one size: got ${average.size} ` +
        `and ${source.size} values`,
    );
  }
  const start = Math.min(to.offset, from.offset);
  const end = Math.max(to.offset, from.offset) + average.bytes;
  const values = new Tensor("parameters", [(end - start) / 4], { ...to, offset: start });
  const size = average.size / 4;
  recorder.dispatch("moving_average", {
    tensors: { values, state },
    dims: { size, average: (to.offset - start) / 16, source: (from.offset - start) / 16 },
    grid: gridFor(size, 64),
  });
}
