/**
 * What was drawn for one row, read back from the plan that `kernels/augment_plan.wgsl` writes.
 *
 * @module
 */

import type { AugmentationName } from "./augmentations.ts";

/** vec4s of a row's plan, see `kernels/shared/augment_plan.wgsl`. */
export const PLAN_VECTORS = 10;

/** The augmentations that were applied to a row, each with what was drawn, in words. */
export type Draws = Readonly<Partial<Record<AugmentationName, string>>>;

/**
 * Reads one row of the plan.
 *
 * @param plan [40] floats
 * @param samplingRate Hz
 */
export function readDraws(plan: Float32Array, samplingRate: number): Draws {
  const draws: Partial<Record<AugmentationName, string>> = {};
  const [warp, share, mixed, cut, start, end, before, behind, bins, taps, turns] = plan;
  const amplitudes = [...plan.subarray(12, 24)].map(Math.abs);
  const noise = plan.subarray(24, 36);
  const [low, high] = plan.subarray(36, 38);
  const seconds = (sample: number) => (sample / samplingRate).toFixed(2);
  if (warp !== 0) {
    const percent = `${Math.abs(100 * warp).toFixed(1)}%`;
    const [first, last] = warp > 0 ? ["higher", "lower"] : ["lower", "higher"];
    draws["frequency-warp"] =
      `heart rate ${percent} ${first} at the start, as much ${last} at the end`;
  }
  if (share !== 0) {
    draws.mixup = `${(100 * share).toFixed(1)}% of record ${mixed} of the batch`;
  }
  if (end > start) {
    draws.cutmix = `${seconds(start)} to ${seconds(end)} s from record ${cut} of the batch`;
  }
  if (behind > before) {
    draws["temporal-dropout"] = `straight line from ${seconds(before)} to ${seconds(behind)} s`;
  }
  if (bins > 0) {
    draws.bandpass = taps > 0
      ? `${low.toFixed(2)} to ${high.toFixed(1)} Hz`
      : `from ${low.toFixed(2)} Hz on`;
  }
  if (amplitudes.some((amplitude) => amplitude > 0)) {
    const [small, large] = [Math.min(...amplitudes), Math.max(...amplitudes)];
    draws["motion-artifacts"] = `${(turns * samplingRate).toFixed(2)} Hz, ` +
      `${small.toFixed(3)} to ${large.toFixed(3)} mV depending on the lead`;
  }
  if (noise.some((deviation) => deviation > 0)) {
    draws["channel-noise"] = `standard deviation ${Math.min(...noise).toFixed(4)} to ` +
      `${Math.max(...noise).toFixed(4)} mV depending on the lead`;
  }
  return draws;
}
