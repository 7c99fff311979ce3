/** CutMix: a segment comes from another record of the batch, at the same place, in all leads. */

import wgsl from "../../../kernels/augment/cutmix.wgsl" with { type: "text" };
import { type Augmentation, inSamples } from "../augmentation.ts";

/** Part of the record that is replaced, uniform between the two. */
export const CUTMIX_SHARE = [0.1, 0.3] as const;

/** CutMix. */
export const cutmix = {
  name: "cutmix",
  title: "Segment CutMix",
  explanation: "10 to 30% of the record come from another record of the batch, at the same place.",
  rate: 0.25,
  stage: "content",
  position: 12,
  planVectors: 1,
  wgsl,
  dims({ length }) {
    const [cutmix_from, cutmix_to] = inSamples(CUTMIX_SHARE, length);
    return { cutmix_from, cutmix_to };
  },
  describe([start, end, partner], rate) {
    const [from, to] = [start, end].map((sample) => (sample / rate).toFixed(2));
    return `${from} to ${to} s from record ${partner} of the batch`;
  },
} as const satisfies Augmentation;
