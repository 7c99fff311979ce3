/** Per-channel noise: white Gaussian noise, its level drawn for each lead. */

import wgsl from "../../../kernels/augment/channel_noise.wgsl" with { type: "text" };
import type { Augmentation } from "../augmentation.ts";

/** Standard deviation of the noise, as a part of the lead's in this record; uniform between the two. */
export const NOISE_LEVEL = [0.005, 0.02] as const;

/** Per-channel noise. */
export const channelNoise = {
  name: "channel-noise",
  title: "Per-channel noise",
  explanation: "White noise of 0.5 to 2% of each lead's standard deviation.",
  rate: 0.6,
  stage: "recording",
  position: 32,
  planVectors: 3,
  wgsl,
  dims: () => ({ noise_from: NOISE_LEVEL[0], noise_to: NOISE_LEVEL[1] }),
  describe: (deviations) =>
    `standard deviation ${Math.min(...deviations).toFixed(4)} to ` +
    `${Math.max(...deviations).toFixed(4)} mV depending on the lead`,
} as const satisfies Augmentation;
