/**
 * The two views of the contrastive variant, in float64. Twin of `kernels/contrastive_views.wgsl`.
 *
 *     view 0   x + 0.05 mV · normal[t, c]        view 1   x · scale,  scale ~ U(0.9, 1.1) a record
 */

import { CONTRASTIVE_MAGNITUDES } from "../../../src/augment/contrastive_views.ts";
import { CounterRandom, Stream } from "../../../src/random/philox.ts";
import type { InputBatch } from "../augment/augment_input.ts";
import { LEADS, noiseField } from "../augment/row_draws.ts";
import { gather, normalizeLeads } from "./gather.ts";

/** [2N, T, 12], normalized: all first views, then all second ones. */
export function contrastiveViews(
  input: Omit<InputBatch, "samplingRate" | "views" | "augmentations">,
): Float64Array {
  const { batch, signalLength, seed, epoch, normalization } = input;
  const { noise, scale: [low, high] } = CONTRASTIVE_MAGNITUDES;
  const x = gather(input.samples, signalLength, LEADS, input.millivoltsPerUnit, batch);
  const size = signalLength * LEADS;
  const views = new Float64Array(2 * x.length);
  batch.forEach((record, n) => {
    const normals = noiseField({ seed, epoch, record, view: 0 }, signalLength);
    const random = new CounterRandom(seed, Stream.augment, { epoch, item: record, view: 1 });
    const scale = random.uniform(low, high);
    for (let j = 0; j < size; j++) {
      const value = x[n * size + j];
      views[n * size + j] = value + noise * normals[j];
      views[x.length + n * size + j] = value * scale;
    }
  });
  return normalizeLeads(views, LEADS, normalization);
}
