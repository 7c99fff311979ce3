/**
 * Mixup of two records in mV, lead by lead, in float64:
 *
 *     y = (1 − share) · x + share · partner,   share = u¹⁰ / (1 + u¹⁰) ≤ 1/2
 */

import type { Row, RowDraws } from "./row_draws.ts";

interface Mix {
  /** Position of the partner in the batch. */
  readonly partner: number;
  readonly share: number;
}

/** Nothing for a record that is alone. */
export function draw(draws: RowDraws): Mix | undefined {
  if (draws.at.valid === 1) return undefined;
  const power = draws.unit(2) ** 10;
  return { partner: draws.partner(1), share: power / (1 + power) };
}

/** Mixes [T, 12] with the partner as gathered. */
export function apply(x: Float64Array, { partner, share }: Mix, { gathered }: Row): Float64Array {
  const other = gathered(partner);
  return x.map((value, j) => (1 - share) * value + share * other[j]);
}
