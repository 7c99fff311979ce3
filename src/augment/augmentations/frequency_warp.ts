/**
 * Frequency warping: the heart rate is higher at one end of the record, as much lower at the other,
 * changing evenly; linear interpolation. Both ends stay in place, so that the mean heart rate is the same
 * and no samples from beyond the ends are needed.
 */

import wgsl from "../../../kernels/augment/frequency_warp.wgsl" with { type: "text" };
import type { Augmentation } from "../augmentation.ts";

/** Largest relative change of the heart rate, up or down. */
export const LARGEST_WARP = 0.05;

/** Frequency warping. */
export const frequencyWarp = {
  name: "frequency-warp",
  title: "Frequency warping",
  explanation:
    "The heart rate is up to 5% higher at one end and as much lower at the other, changing evenly; " +
    "both ends stay in place.",
  rate: 0.5,
  stage: "content",
  position: 0,
  planVectors: 1,
  wgsl,
  dims: () => ({ warp: LARGEST_WARP }),
  describe([warp]) {
    const percent = `${Math.abs(100 * warp).toFixed(1)}%`;
    const [first, last] = warp > 0 ? ["higher", "lower"] : ["lower", "higher"];
    return `heart rate ${percent} ${first} at the start, as much ${last} at the end`;
  },
  showWhole: true,
} as const satisfies Augmentation;
