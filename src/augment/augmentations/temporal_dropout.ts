/** Temporal dropout: a gap in all leads is bridged by a straight line. */

import wgsl from "../../../kernels/augment/temporal_dropout.wgsl" with { type: "text" };
import { type Augmentation, inSamples } from "../augmentation.ts";

/** Part of the record that is bridged, uniform between the two. */
export const GAP_SHARE = [0.05, 0.2] as const;

/** Temporal dropout. */
export const temporalDropout = {
  name: "temporal-dropout",
  title: "Temporal dropout",
  explanation: "A gap of 5 to 20% of the record, bridged by a straight line in every lead.",
  rate: 0.3,
  stage: "content",
  position: 48,
  planVectors: 1,
  wgsl,
  dims({ length }) {
    const [gap_from, gap_to] = inSamples(GAP_SHARE, length);
    return { gap_from, gap_to };
  },
  describe([before, after], rate) {
    const [from, to] = [before, after].map((sample) => (sample / rate).toFixed(2));
    return `straight line from ${from} to ${to} s`;
  },
} as const satisfies Augmentation;
