/**
 * What a training step is recorded over: the resident records, and the small tensors that change
 * from step to step.
 *
 * @module
 */

import type { ResidentRecords } from "../augment/resident_records.ts";
import type { Recorder } from "../gpu/recorder.ts";
import type { StepState } from "../gpu/step_state.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { ParameterStore } from "../layers/parameters.ts";

/** Inputs of a recorded step of `rows` records. */
export interface Batch {
  readonly records: ResidentRecords;
  /** [rows or more] u32: row numbers in `records`. */
  readonly indices: Tensor;
  readonly step: StepState;
  /** [24]: mean of each lead in mV, then 1 / standard deviation of each lead. */
  readonly normalization: Tensor;
  /** [records, classes]: 0 or 1. */
  readonly labels: Tensor;
  readonly rows: number;
}

/** A way to train: what the step computes between the batch and the gradients. */
export interface Method {
  /** Parameters of the whole training model. */
  readonly store: ParameterStore;
  /** Index of the first parameter that is trained. */
  readonly trainedFrom: number;
  /** Index after the last parameter that is trained; absent: to the end. */
  readonly trainedTo?: number;
  /** How often a step updates running statistics, which is what `num_batches_tracked` counts. */
  readonly statisticsUpdates: number;
  /** Records input, forward pass, loss and backward pass. */
  record(recorder: Recorder, batch: Batch): void;
  /** Records what follows the optimizer's update, such as a target network's moving average. */
  recordUpdate?(recorder: Recorder, batch: Batch): void;
  /**
   * Momentum of the target network in a step.
   *
   * @param step Counted from 0.
   * @param total Steps of the whole run.
   */
  momentum?(step: number, total: number): number;
}
