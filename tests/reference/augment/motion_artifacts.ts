/**
 * Motion artifacts, in float64: one sine of baseline wander, its size and sign drawn for each lead.
 *
 *     y[t, c] = x[t, c] + amplitude[c] · sin(2π(frequency · t / rate + phase))
 */

import {
  MOTION_AMPLITUDE,
  MOTION_FREQUENCY,
} from "../../../src/augment/augmentations/motion_artifacts.ts";
import { LEADS, type Row, type RowDraws } from "./row_draws.ts";

interface Wander {
  /** Hz. */
  readonly frequency: number;
  /** Turns. */
  readonly phase: number;
  /** mV, signed, [12]. */
  readonly amplitudes: readonly number[];
}

/** Frequency, phase, and the amplitude of each lead from one draw with its sign. */
export function draw(draws: RowDraws): Wander {
  const [small, large] = MOTION_AMPLITUDE;
  return {
    frequency: draws.between(1, MOTION_FREQUENCY),
    phase: draws.unit(2),
    amplitudes: draws.each(4, [-1, 1]).map((u) =>
      (u < 0 ? -1 : 1) * (small + (large - small) * Math.abs(u))
    ),
  };
}

/** Adds wander to [T, 12]. */
export function apply(x: Float64Array, motion: Wander, { record }: Row): Float64Array {
  return x.map((value, j) => {
    const turns = motion.frequency * Math.floor(j / LEADS) / record.samplingRate + motion.phase;
    return value + motion.amplitudes[j % LEADS] * Math.sin(2 * Math.PI * turns);
  });
}
