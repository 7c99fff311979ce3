/** The input pipeline of a step: gathers the batch's records, augments them and normalizes. */

import type { Recorder } from "../gpu/recorder.ts";
import { inParts } from "../gpu/split.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { type AugmentationPlan, planAugmentations } from "./augmentation_plan.ts";
import type { AugmentationConfig } from "./augmentations.ts";
import { bandpassExtents } from "./augmentations/bandpass.ts";
import { LEAD_COUNT, type ResidentRecords } from "./resident_records.ts";

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
  /** Views of every record, each drawn for itself. */
  readonly views: number;
  /** Number of the first view, for views that are recorded one by one; 0. */
  readonly firstView?: number;
  /** Absent or all rates 0: the records as they are, views identical. */
  readonly augmentations?: AugmentationConfig;
}

/** Samples of an invocation in `kernels/input/augment_finish.wgsl`. */
const SAMPLES = 4;

/**
 * Records the input pipeline.
 *
 * @returns [views * N, T, 12]: rows 0 … N − 1 are the first views, N … 2N − 1 the second ones, and so on.
 */
export function recordInput(recorder: Recorder, request: InputRequest): Tensor {
  const { records, batch, state, normalization, rows, views, firstView = 0 } = request;
  const config = request.augmentations;
  return recorder.scope("input", () => {
    const length = records.signalLength;
    const planned = config &&
      planAugmentations(config, { length, samplingRate: records.samplingRate });
    if (!planned?.vectors) return recordGather(recorder, request, views, normalization);
    const filters = planned.applied.some(({ augmentation }) => augmentation.stage === "filter");
    const { bins, halfWidth, binsPerHertz } = bandpassExtents({
      length,
      samplingRate: records.samplingRate,
    });
    const total = views * rows;
    const raw = recordGather(recorder, request, 1);
    const plan = recorder.transient("plan", [total, planned.vectors, 4]);
    const taps = recorder.transient("taps", [total, halfWidth + 1]);
    const constants = { PLAN: planned.vectors };
    const { snippets } = planned;
    recorder.dispatch("augment_plan", {
      constants: { ...constants, DRAW: true },
      snippets,
      tensors: { batch, state, deviation: records.deviation, plan, taps },
      dims: {
        rows,
        views,
        first_view: firstView,
        length,
        records: records.records,
        hertz: 1 / records.samplingRate,
        ...planned.dims,
      },
      grid: [Math.ceil(total / 64)],
    });
    const content = recorder.transient("content", [total, length, LEAD_COUNT]);
    recorder.dispatch("augment_content", {
      constants,
      snippets,
      tensors: { raw, plan, y: content },
      ...inParts(total, { y: length * LEAD_COUNT }, (skip, count) => ({
        dims: { rows, skip, length },
        grid: [Math.ceil(length / 64), count],
      })),
    });
    const baseline = filters
      ? recordBaseline(recorder, content, plan, planned, { bins, binsPerHertz })
      : undefined;
    const output = recorder.transient("input", [total, length, LEAD_COUNT]);
    recorder.dispatch("augment_finish", {
      constants: { ...constants, F: SAMPLES, FILTER: filters },
      snippets,
      tensors: {
        x: content,
        plan,
        batch,
        state,
        normalization,
        y: output,
        ...(baseline && { taps, baseline }),
      },
      ...inParts(total, { x: length * LEAD_COUNT, y: length * LEAD_COUNT }, (skip, count) => ({
        dims: {
          rows,
          skip,
          first_view: firstView,
          length,
          bins,
          half_width: halfWidth,
        },
        grid: [Math.ceil(length / (64 * SAMPLES)), count],
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
  const x = recorder.transient("records", [views * rows, length, LEAD_COUNT]);
  for (const { words, first, count } of records.chunks) {
    recorder.dispatch("gather", {
      constants: normalization ? { NORMALIZE: true } : {},
      tensors: { records: words, batch, state, x, ...(normalization ? { normalization } : {}) },
      ...inParts(views * rows, { x: length * LEAD_COUNT }, (skip, part) => ({
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

/** [rows, bins, 12]: cosines that the high-pass takes away. */
function recordBaseline(
  recorder: Recorder,
  x: Tensor,
  plan: Tensor,
  { vectors, snippets }: AugmentationPlan,
  { bins, binsPerHertz }: { bins: number; binsPerHertz: number },
): Tensor {
  const [rows, length] = x.shape;
  // Pieces of about 128 samples: short enough to fill a GPU, long enough to keep their sum cheap.
  const pieces = Math.ceil(length / 128);
  const perRow = { plan: 4 * vectors, partial: pieces * bins * LEAD_COUNT };
  const constants = { PLAN: vectors };
  const partial = recorder.transient("spectrum", [rows, pieces, bins, LEAD_COUNT]);
  recorder.dispatch("augment_spectrum", {
    constants,
    snippets,
    tensors: { x, plan, partial },
    ...inParts(rows, { x: length * LEAD_COUNT, ...perRow }, (_first, count) => ({
      dims: { length, bins, pieces, span: Math.ceil(length / pieces) },
      grid: [Math.ceil(pieces * bins / 4 / 64), count],
    })),
  });
  const baseline = recorder.transient("baseline", [rows, bins, LEAD_COUNT]);
  recorder.dispatch("augment_baseline", {
    constants,
    snippets,
    tensors: { partial, plan, baseline },
    ...inParts(rows, { ...perRow, baseline: bins * LEAD_COUNT }, (_first, count) => ({
      dims: { length, bins, pieces, bins_per_hertz: binsPerHertz },
      grid: [Math.ceil(3 * bins / 64), count],
    })),
  });
  return baseline;
}
