/** Recording with tuning: once to learn which problems a step holds, once with the winners. */

import type { KernelLibrary } from "./kernels.ts";
import type { Program } from "./program.ts";
import { Recorder } from "./recorder.ts";
import type { Tensor } from "./tensor.ts";
import { tune } from "./tuner.ts";

/**
 * Records, tunes and plans a step.
 *
 * @param record Pushes the step onto a recorder and returns the tensors whose content must outlast
 * the step. Called once or twice, so it must have no other effect.
 * @param batchSize Records of the step, for advice where they are too many.
 * @throws {UserError} When the step does not fit the adapter.
 */
export async function recordTuned(
  kernels: KernelLibrary,
  record: (recorder: Recorder) => readonly Tensor[] | void,
  batchSize?: number,
): Promise<Program> {
  const first = new Recorder(kernels);
  const kept = record(first);
  const { measured, known } = await tune(kernels, first.tunables.values(), kernels.tuningOptions);
  if (measured + known === 0) return first.plan(kept ?? [], batchSize);
  const second = new Recorder(kernels);
  return second.plan(record(second) ?? [], batchSize);
}
