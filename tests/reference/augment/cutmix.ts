/**
 * CutMix, in float64: samples start … end − 1 of all leads come from another record of the batch.
 */

import { inSamples } from "../../../src/augment/augmentation.ts";
import { CUTMIX_SHARE } from "../../../src/augment/augmentations/cutmix.ts";
import { LEADS, type Row, type RowDraws } from "./row_draws.ts";

interface Segment {
  /** Position of the partner in the batch. */
  readonly partner: number;
  readonly start: number;
  readonly end: number;
}

/** Nothing for a record that is alone. */
export function draw(draws: RowDraws): Segment | undefined {
  if (draws.at.valid === 1) return undefined;
  const { length } = draws.record;
  const [shortest, longest] = inSamples(CUTMIX_SHARE, length);
  const span = shortest + draws.below(2, longest - shortest + 1);
  const start = draws.below(3, length - span + 1);
  return { partner: draws.partner(1), start, end: start + span };
}

/** Replaces a segment of [T, 12]. */
export function apply(
  x: Float64Array,
  { partner, start, end }: Segment,
  { gathered }: Row,
): Float64Array {
  const y = x.slice();
  y.set(gathered(partner).subarray(LEADS * start, LEADS * end), LEADS * start);
  return y;
}
