/** The two views of SSRL-ECG's contrastive variant: noise alone, and scaling alone. */

import type { Recorder } from "../gpu/recorder.ts";
import { inParts } from "../gpu/split.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { type InputRequest, recordGather } from "./record_input.ts";

/**
 * Magnitudes as coded in the reference, which leaves the unit open: here they hold for the record in
 * mV, before normalization, as all augmentations do.
 */
export const CONTRASTIVE_MAGNITUDES = {
  /** Standard deviation of the first view's noise, mV. */
  noise: 0.05,
  /** Factor of the second view, uniform between the two. */
  scale: [0.9, 1.1],
} as const;

/**
 * Records the gathering of a batch and its two views.
 *
 * @returns [2N, T, 12], normalized: rows 0 … N − 1 are the records with white Gaussian noise, drawn for
 * every sample and lead; rows N … 2N − 1 the records times one factor each.
 */
export function recordContrastiveViews(
  recorder: Recorder,
  request: Omit<InputRequest, "views" | "firstView" | "augmentations">,
): Tensor {
  const { batch, state, normalization, rows } = request;
  return recorder.scope("input", () => {
    const x = recordGather(recorder, request, 1);
    const [, length, leads] = x.shape;
    const y = recorder.transient("views", [2 * rows, length, leads]);
    recorder.dispatch("contrastive_views", {
      tensors: { x, batch, state, normalization, y },
      ...inParts(2 * rows, { y: length * leads }, (skip, count) => ({
        dims: {
          rows,
          skip,
          length,
          noise: CONTRASTIVE_MAGNITUDES.noise,
          scale_from: CONTRASTIVE_MAGNITUDES.scale[0],
          scale_to: CONTRASTIVE_MAGNITUDES.scale[1],
        },
        grid: [Math.ceil(length / 64), count],
      })),
    });
    return y;
  });
}
