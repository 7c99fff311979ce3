/**
 * Temporal dropout, in float64: the samples between `before` and `after` are lost in all leads and
 * replaced by a straight line between those two, which stay.
 */

import { inSamples } from "../../../src/augment/augmentation.ts";
import { GAP_SHARE } from "../../../src/augment/augmentations/temporal_dropout.ts";
import { LEADS, type RowDraws } from "./row_draws.ts";

interface Gap {
  readonly before: number;
  readonly after: number;
}

/** A gap that leaves a sample at least on each side. */
export function draw(draws: RowDraws): Gap {
  const { length } = draws.record;
  const [shortest, longest] = inSamples(GAP_SHARE, length);
  const span = shortest + draws.below(1, longest - shortest + 1);
  const before = draws.below(2, length - 1 - span);
  return { before, after: before + span + 1 };
}

/** Bridges a gap of [T, 12]. */
export function apply(x: Float64Array, { before, after }: Gap): Float64Array {
  const y = x.slice();
  for (let t = before + 1; t < after; t++) {
    const part = (t - before) / (after - before);
    for (let c = 0; c < LEADS; c++) {
      y[LEADS * t + c] = (1 - part) * x[LEADS * before + c] + part * x[LEADS * after + c];
    }
  }
  return y;
}
