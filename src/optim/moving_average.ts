/**
 * Exponential moving average of parameters, such as BYOL's target network follows (Grill et al. 2020):
 *
 *   average += (1 - momentum) (source - average)
 *
 * @module
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
 * Records one step of the average. Recorded behind the optimizer, it follows the updated values. Where
 * the optimizer skipped an update, the source stayed as it was, and the average takes its step towards
 * it nonetheless: as in a step of learning rate 0.
 *
 * @param tensors Two stretches of one buffer, of the same size, in fours.
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
 * const buffer = gpu.storage(512, "parameters");
 * gpu.write(buffer, Float32Array.of(1, 1, 1, 1)); // the average, 256 bytes later, is 0
 * const recorder = new Recorder(new KernelLibrary(gpu));
 * const step = new StepState(gpu);
 * recordMovingAverage(recorder, {
 *   source: new Tensor("online", [4], { buffer, offset: 0 }),
 *   average: new Tensor("target", [4], { buffer, offset: 256 }),
 *   state: step.state,
 * });
 * const program = await recorder.plan();
 * step.begin({ seed: 0, epoch: 0, step: 0, records: 1, momentum: 0.75 });
 * program.run();
 * const [average] = new Float32Array(await gpu.read(buffer, 16, 256));
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
  const values = new Tensor("parameters", [(end - start) / 4], {
    buffer: to.buffer,
    offset: start,
  });
  const size = average.size / 4;
  recorder.dispatch("moving_average", {
    tensors: { values, state },
    dims: { size, average: (to.offset - start) / 16, source: (from.offset - start) / 16 },
    grid: gridFor(size, 64),
  });
}
