/**
 * Medical mixup: (1 − share) · record + share · another record of the batch, lead by lead in mV. The
 * share is Beta(0.1, 0.1) folded to [0, ½]: the record itself dominates, the mean share is 6 %.
 *
 * α = 0.1 is that of the reference's code: two of three draws leave the partner below 1 %, one in five
 * gives it more than 10 %. With α = ½ (mean share 18 %) pretraining on 1,200 records of PTB-XL converged
 * more slowly and gave worse probes.
 */

import wgsl from "../../../kernels/augment/mixup.wgsl" with { type: "text" };
import type { Augmentation } from "../augmentation.ts";

/** Mixup. */
export const mixup = {
  name: "mixup",
  title: "Medical mixup",
  explanation:
    "Another record of the batch is mixed in, lead by lead in mV. The record itself keeps half or more.",
  rate: 0.4,
  stage: "content",
  position: 4,
  planVectors: 1,
  wgsl,
  dims: () => ({}),
  describe: ([share, partner]) => `${(100 * share).toFixed(1)}% of record ${partner} of the batch`,
} as const satisfies Augmentation;
