/**
 * What the trainer asks of a method, and what it gives it: a step is recorded over the resident records
 * and the small tensors that change from step to step.
 */

import { concatenate } from "../augment/concatenate.ts";
import { type InputRequest, recordInput } from "../augment/record_input.ts";
import type { ResidentRecords } from "../augment/resident_records.ts";
import { gridFor, type Recorder } from "../gpu/recorder.ts";
import type { StepState } from "../gpu/step_state.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { ParameterStore } from "../layers/parameters.ts";

/** Inputs of a recorded step of `rows` records. */
export interface Batch {
  readonly records: ResidentRecords;
  /** [rows or more] u32: row numbers in `records`. */
  readonly indices: Tensor;
  /** [rows or more] u32: the row that each row is paired with, where the method pairs records. */
  readonly partners?: Tensor;
  readonly step: StepState;
  /** [2 leads]: mean of each lead in mV, then 1 / standard deviation of each lead. */
  readonly normalization: Tensor;
  /** [records, classes]: 0 or 1. */
  readonly labels: Tensor;
  readonly rows: number;
}

/** A way to train: what the step computes between the batch and the gradients. */
export interface Method {
  /** Parameters of the whole training model. */
  readonly store: ParameterStore;
  /** Index of the first parameter that is trained; 0. */
  readonly trainedFrom?: number;
  /** Index after the last parameter that is trained; absent: to the end. */
  readonly trainedTo?: number;
  /** How often a step updates running statistics, which is what `num_batches_tracked` counts; 1. */
  readonly statisticsUpdates?: number;
  /** Records input, forward pass, loss and backward pass. */
  record(recorder: Recorder, batch: Batch): void;
  /** Records what follows the optimizer's update, such as a target network's moving average. */
  recordUpdate?(recorder: Recorder, batch: Batch): void;
  /** The rows that the rows of a batch are paired with: a function of row, seed and epoch alone. */
  partnersOf?(rows: Int32Array, at: { seed: number; epoch: number }): Int32Array;
  /**
   * Momentum of the target network in a step.
   *
   * @param step Counted from 0.
   * @param total Steps of the whole run.
   */
  momentum?(step: number, total: number): number;
}

/** Number of values that a method trains. */
export function trainedCount({ store, trainedFrom, trainedTo }: Method): number {
  return store.parameters.slice(trainedFrom, trainedTo)
    .reduce((sum, { value }) => sum + value.size, 0);
}

/** What the input pipeline of `src/augment/` needs of a batch. */
export function inputOf({ records, indices, step, normalization, rows }: Batch) {
  return { records, batch: indices, state: step.state, normalization, rows };
}

/**
 * Records the batch's signals, normalized; augmented where told so.
 *
 * @returns [views * rows, T, leads]: all first views, then all second ones, and so on.
 */
export function batchSignals(
  recorder: Recorder,
  batch: Batch,
  { views = 1, ...options }: Partial<Pick<InputRequest, "views" | "firstView" | "augmentations">> =
    {},
): Tensor {
  return recordInput(recorder, { ...inputOf(batch), views, ...options });
}

/**
 * Records first views of the batch's records and second views of their partners, augmented.
 *
 * @returns [2 rows, T, leads]
 */
export function pairedSignals(
  recorder: Recorder,
  batch: Batch,
  augmentations: InputRequest["augmentations"],
): Tensor {
  const { indices, partners = indices } = batch;
  const first = batchSignals(recorder, batch, { firstView: 0, augmentations });
  const others = { ...batch, indices: partners };
  const second = batchSignals(recorder, others, { firstView: 1, augmentations });
  return concatenate(recorder, first, second);
}

/** Records the batch's labels, [rows, classes]. */
export function batchLabels(recorder: Recorder, { labels, indices, rows }: Batch): Tensor {
  return selectRows(recorder, labels, indices, rows);
}

/** y[n] = table[rows[n]]; table [records, columns], y [count, columns]. */
export function selectRows(
  recorder: Recorder,
  table: Tensor,
  rows: Tensor,
  count: number,
): Tensor {
  const columns = table.shape[1];
  const y = recorder.transient(`${table.name} of the batch`, [count, columns]);
  recorder.dispatch("select_rows", {
    tensors: { table, rows, y },
    dims: { size: y.size, columns },
    grid: gridFor(y.size, 64),
  });
  return y;
}
