/**
 * The input pipeline of a step: gathers the batch's records, augments them and normalizes.
 *
 * @module
 */

import type { Recorder } from "../gpu/recorder.ts";
import { inParts } from "../gpu/split.ts";
import type { Tensor } from "../gpu/tensor.ts";
import {
  type AugmentationConfig,
  type AugmentationScales,
  augmentationScales,
  MAGNITUDES,
} from "./augmentations.ts";
import { PLAN_VECTORS } from "./draws.ts";
import type { ResidentRecords } from "./resident_records.ts";

/** What {@linkcode recordInput} needs. */
export interface InputRequest {
  readonly records: ResidentRecords;
  /** [N] u32: row numbers in `records`. */
  readonly batch: Tensor;
  /** [16] words of the step, see `src/gpu/step_state.ts`: seed, epoch, valid rows. */
  readonly state: Tensor;
  /** [24]: mean of each lead in mV, then 1 / standard deviation of each lead. */
  readonly normalization: Tensor;
  /** N. Rows beyond the step's valid ones come out as finite values without meaning. */
  readonly rows: number;
  readonly views: 1 | 2;
  /** Number of the first view, for views that are recorded one by one; 0. */
  readonly firstView?: 0 | 1;
  /** Rates; absent or all 0: the records as they are, views identical. */
  readonly augmentations?: AugmentationConfig;
}

const LEADS = 12;
/** Frames of an invocation in `kernels/augment_finish.wgsl`. */
const FRAMES = 4;

/**
 * Records the input pipeline.
 *
 * @returns [views * N, T, 12]: rows 0 … N − 1 are the first views, N … 2N − 1 the second ones.
 */
export function recordInput(recorder: Recorder, request: InputRequest): Tensor {
  const { records, batch, state, normalization, rows, views, firstView = 0 } = request;
  const config = request.augmentations;
  return recorder.scope("input", () => {
    if (!config || Object.values(config).every((rate) => rate === 0)) {
      return recordGather(recorder, request, views, normalization);
    }
    const length = records.signalLength;
    const scales = augmentationScales(config, length, records.samplingRate);
    const total = views * rows;
    const raw = recordGather(recorder, request, 1);
    const plan = recorder.transient("plan", [total, PLAN_VECTORS, 4]);
    const taps = recorder.transient("taps", [total, scales.halfWidth + 1]);
    recordPlan(recorder, request, scales, plan, taps);
    const content = recorder.transient("content", [total, length, LEADS]);
    recorder.dispatch("augment_content", {
      tensors: { raw, plan, y: content },
      ...inParts(total, { y: length * LEADS }, (skip, count) => ({
        dims: { rows, skip, length },
        grid: [Math.ceil(length / 64), count],
      })),
    });
    const bandpass = scales.gates.bandpass > 0;
    const output = recorder.transient("input", [total, length, LEADS]);
    recorder.dispatch("augment_finish", {
      constants: bandpass ? { F: FRAMES, BANDPASS: true } : { F: FRAMES },
      tensors: {
        x: content,
        plan,
        batch,
        state,
        normalization,
        y: output,
        ...(bandpass
          ? { taps, baseline: recordBaseline(recorder, content, plan, scales, total) }
          : {}),
      },
      ...inParts(total, { x: length * LEADS, y: length * LEADS }, (skip, count) => ({
        dims: {
          rows,
          skip,
          first_view: firstView,
          length,
          bins: scales.bins,
          half_width: scales.halfWidth,
        },
        grid: [Math.ceil(length / (64 * FRAMES)), count],
      })),
    });
    return output;
  });
}

/** Gathers the batch's records without augmenting them: [views * N, T, 12] in mV, or normalized. */
export function recordGather(
  recorder: Recorder,
  { records, batch, state, rows }: Pick<InputRequest, "records" | "batch" | "state" | "rows">,
  views: number,
  normalization?: Tensor,
): Tensor {
  const length = records.signalLength;
  const x = recorder.transient("records", [views * rows, length, LEADS]);
  for (const { words, first, count } of records.chunks) {
    recorder.dispatch("gather", {
      constants: normalization ? { NORMALIZE: true } : {},
      tensors: { records: words, batch, state, x, ...(normalization ? { normalization } : {}) },
      ...inParts(views * rows, { x: length * LEADS }, (skip, part) => ({
        dims: {
          length,
          rows,
          skip,
          first,
          count,
          total: records.records,
          scale: records.millivoltsPerUnit,
        },
        grid: [Math.ceil(length / 64), part],
      })),
    });
  }
  return x;
}

function recordPlan(
  recorder: Recorder,
  { records, batch, state, rows, views, firstView = 0 }: InputRequest,
  scales: AugmentationScales,
  plan: Tensor,
  taps: Tensor,
): void {
  const { gates } = scales;
  recorder.dispatch("augment_plan", {
    tensors: { batch, state, deviation: records.deviation, plan, taps },
    dims: {
      rows,
      views,
      first_view: firstView,
      length: records.signalLength,
      records: records.records,
      warp_gate: gates["frequency-warp"],
      mixup_gate: gates.mixup,
      bandpass_gate: gates.bandpass,
      cutmix_gate: gates.cutmix,
      motion_gate: gates["motion-artifacts"],
      noise_gate: gates["channel-noise"],
      dropout_gate: gates["temporal-dropout"],
      warp: MAGNITUDES.warp,
      low_from: MAGNITUDES.lowEdge[0],
      low_to: MAGNITUDES.lowEdge[1],
      high_from: scales.highEdge[0],
      high_to: scales.highEdge[1],
      bins_per_hertz: scales.binsPerHertz,
      hertz: 1 / records.samplingRate,
      half_width: scales.halfWidth,
      cutmix_from: scales.cutmix[0],
      cutmix_to: scales.cutmix[1],
      dropout_from: scales.dropout[0],
      dropout_to: scales.dropout[1],
      frequency_from: MAGNITUDES.motionFrequency[0],
      frequency_to: MAGNITUDES.motionFrequency[1],
      amplitude_from: MAGNITUDES.motionAmplitude[0],
      amplitude_to: MAGNITUDES.motionAmplitude[1],
      noise_from: MAGNITUDES.noise[0],
      noise_to: MAGNITUDES.noise[1],
    },
    grid: [Math.ceil(views * rows / 64)],
  });
}

/** [rows, bins, 12]: cosines that the high-pass takes away. */
function recordBaseline(
  recorder: Recorder,
  x: Tensor,
  plan: Tensor,
  { bins, binsPerHertz }: AugmentationScales,
  rows: number,
): Tensor {
  const length = x.shape[1];
  // Pieces of about 128 frames: short enough to fill a GPU, long enough to keep their sum cheap.
  const pieces = Math.ceil(length / 128);
  const partial = recorder.transient("spectrum", [rows, pieces, bins, LEADS]);
  recorder.dispatch("augment_spectrum", {
    tensors: { x, plan, partial },
    ...inParts(
      rows,
      { x: length * LEADS, plan: 4 * PLAN_VECTORS, partial: pieces * bins * LEADS },
      (_first, count) => ({
        dims: { length, bins, pieces, span: Math.ceil(length / pieces) },
        grid: [Math.ceil(pieces * bins / 4 / 64), count],
      }),
    ),
  });
  const baseline = recorder.transient("baseline", [rows, bins, LEADS]);
  recorder.dispatch("augment_baseline", {
    tensors: { partial, plan, baseline },
    ...inParts(
      rows,
      {
        partial: pieces * bins * LEADS,
        plan: 4 * PLAN_VECTORS,
        baseline: bins * LEADS,
      },
      (_first, count) => ({
        dims: { length, bins, pieces, bins_per_hertz: binsPerHertz },
        grid: [Math.ceil(3 * bins / 64), count],
      }),
    ),
  });
  return baseline;
}
