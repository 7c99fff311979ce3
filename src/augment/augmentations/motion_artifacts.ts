/** Motion artifacts: baseline wander, one sine whose amplitude and sign are drawn for each lead. */

import wgsl from "../../../kernels/augment/motion_artifacts.wgsl" with { type: "text" };
import type { Augmentation } from "../augmentation.ts";

/** Frequency of the wander, Hz, uniform between the two. */
export const MOTION_FREQUENCY = [0.5, 2] as const;
/** Amplitude of the wander, mV, uniform between the two. */
export const MOTION_AMPLITUDE = [0.01, 0.05] as const;

/** Motion artifacts. */
export const motionArtifacts = {
  name: "motion-artifacts",
  title: "Motion artifacts",
  explanation: "Baseline wander of 0.01 to 0.05 mV at 0.5 to 2 Hz, drawn for each lead.",
  rate: 0.2,
  stage: "recording",
  position: 16,
  planVectors: 4,
  wgsl,
  dims: () => ({
    motion_frequency_from: MOTION_FREQUENCY[0],
    motion_frequency_to: MOTION_FREQUENCY[1],
    motion_amplitude_from: MOTION_AMPLITUDE[0],
    motion_amplitude_to: MOTION_AMPLITUDE[1],
  }),
  describe(drawn, rate) {
    const amplitudes = drawn.subarray(4).map(Math.abs);
    return `${(drawn[0] * rate).toFixed(2)} Hz, ${Math.min(...amplitudes).toFixed(3)} to ` +
      `${Math.max(...amplitudes).toFixed(3)} mV depending on the lead`;
  },
} as const satisfies Augmentation;
