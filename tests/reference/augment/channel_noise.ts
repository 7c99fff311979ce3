/** Per-channel noise, in float64: y[t, c] = x[t, c] + level[c] · deviation[c] · normal[t, c]. */

import { NOISE_LEVEL } from "../../../src/augment/augmentations/channel_noise.ts";
import { LEADS, noiseField, type Row, type RowDraws } from "./row_draws.ts";

/** Population standard deviation of each lead of [T, 12]. */
export function leadDeviations(x: ArrayLike<number>): number[] {
  const length = x.length / LEADS;
  return Array.from({ length: LEADS }, (_, c) => {
    let mean = 0;
    for (let t = 0; t < length; t++) mean += x[LEADS * t + c] / length;
    let squares = 0;
    for (let t = 0; t < length; t++) squares += (x[LEADS * t + c] - mean) ** 2;
    return Math.sqrt(squares / length);
  });
}

/** Standard deviation of the noise as a part of the lead's, [12]. */
export function draw(draws: RowDraws): number[] {
  return draws.each(4, NOISE_LEVEL);
}

/** Adds noise to [T, 12]; deviations are those of the record as gathered. */
export function apply(x: Float64Array, levels: number[], { at, gathered, record }: Row) {
  const deviations = leadDeviations(gathered(at.place));
  const normals = noiseField(at, record.length);
  return x.map((value, j) => value + levels[j % LEADS] * deviations[j % LEADS] * normals[j]);
}
