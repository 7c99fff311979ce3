/**
 * The whole input pipeline in float64: twin of the kernels that `src/augment/record_input.ts` records.
 */

import type { AugmentationConfig } from "../../../src/augment/augmentations.ts";
import { gather, type LeadNormalization, normalizeLeads } from "../input/gather.ts";
import { applyPlan, planRow, type RowPlan } from "./augment_plan.ts";
import { LEADS } from "./row_draws.ts";

/** What the twin of the input pipeline needs. */
export interface InputBatch {
  /** Digital units, [records, T, 12]. */
  readonly samples: Int16Array;
  readonly signalLength: number;
  /** Hz. */
  readonly samplingRate: number;
  readonly millivoltsPerUnit: number;
  /** Row numbers of the batch, [N]. */
  readonly batch: readonly number[];
  readonly normalization: LeadNormalization;
  readonly seed: number;
  readonly epoch: number;
  readonly views: number;
  readonly augmentations: AugmentationConfig;
}

/** [views · N, T, 12] and the plan of each row. */
export function augmentInput(input: InputBatch): { output: Float64Array; plans: RowPlan[] } {
  const { batch, signalLength: length, samplingRate, views, seed, epoch } = input;
  const record = { length, samplingRate };
  const size = length * LEADS;
  const raw = gather(input.samples, length, LEADS, input.millivoltsPerUnit, batch);
  const gathered = (place: number) => raw.subarray(place * size, (place + 1) * size);
  const output = new Float64Array(views * batch.length * size);
  const plans: RowPlan[] = [];
  for (let view = 0; view < views; view++) {
    batch.forEach((row, place) => {
      const at = { seed, epoch, record: row, view, place, valid: batch.length };
      const plan = planRow(at, input.augmentations, record);
      const x = normalizeLeads(
        applyPlan(plan, { at, record, gathered }),
        LEADS,
        input.normalization,
      );
      output.set(x, (view * batch.length + place) * size);
      plans.push(plan);
    });
  }
  return { output, plans };
}
