/**
 * The whole input pipeline in float64: twin of the kernels that `src/augment/record_input.ts` records.
 *
 * @module
 */

import { type AugmentationConfig, augmentationScales } from "../../src/augment/augmentations.ts";
import { bandpass } from "./augment_bandpass.ts";
import { addChannelNoise, leadDeviations } from "./augment_channel_noise.ts";
import { cutmix } from "./augment_cutmix.ts";
import { warpFrequency } from "./augment_frequency_warp.ts";
import { mixup } from "./augment_mixup.ts";
import { addMotion } from "./augment_motion.ts";
import { noiseField, planRow, type RowPlan } from "./augment_plan.ts";
import { bridgeGap } from "./augment_temporal_dropout.ts";
import { gather, type LeadNormalization, normalizeLeads } from "./gather.ts";

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

const LEADS = 12;

/** [views · N, T, 12] and the plan of each row. */
export function augmentInput(input: InputBatch): { output: Float64Array; plans: RowPlan[] } {
  const { batch, signalLength, samplingRate, views, seed, epoch } = input;
  const scales = augmentationScales(input.augmentations, signalLength, samplingRate);
  const size = signalLength * LEADS;
  const raw = gather(input.samples, signalLength, LEADS, input.millivoltsPerUnit, batch);
  const record = (place: number) => raw.subarray(place * size, (place + 1) * size);
  const output = new Float64Array(views * batch.length * size);
  const plans: RowPlan[] = [];
  for (let view = 0; view < views; view++) {
    batch.forEach((row, place) => {
      const at = { seed, epoch, record: row, view, place, valid: batch.length };
      const plan = planRow(at, scales);
      let x: Float64Array = record(place).slice();
      if (plan.warp !== undefined) x = warpFrequency(x, plan.warp);
      if (plan.mixup) x = mixup(x, record(plan.mixup.partner), plan.mixup.share);
      if (plan.cutmix) {
        x = cutmix(x, record(plan.cutmix.partner), plan.cutmix.start, plan.cutmix.end);
      }
      if (plan.gap) x = bridgeGap(x, plan.gap.before, plan.gap.behind);
      if (plan.band) x = bandpass(x, plan.band, samplingRate, scales.halfWidth);
      if (plan.motion) x = addMotion(x, plan.motion, samplingRate);
      if (plan.noise) {
        const deviations = leadDeviations(record(place));
        x = addChannelNoise(x, plan.noise, deviations, noiseField(at, signalLength));
      }
      output.set(
        normalizeLeads(x, LEADS, input.normalization),
        (view * batch.length + place) * size,
      );
      plans.push(plan);
    });
  }
  return { output, plans };
}
