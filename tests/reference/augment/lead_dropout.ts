/** Lead dropout, in float64: y[t, c] = 0 where lead c is lost, else x[t, c]. */

import { LEADS, type RowDraws } from "./row_draws.ts";

/** The lost leads, each drawn among those that are left. */
export function draw(draws: RowDraws, { leads }: Readonly<Record<string, number>>): number[] {
  const left = Array.from({ length: LEADS }, (_, lead) => lead);
  return Array.from(
    { length: leads },
    (_, i) => left.splice(draws.below(1 + i, left.length), 1)[0],
  );
}

/** Loses leads of [T, 12]. */
export function apply(x: Float64Array, lost: number[]): Float64Array {
  return x.map((value, j) => lost.includes(j % LEADS) ? 0 : value);
}
