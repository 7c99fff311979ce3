/** Lead dropout: electrodes that fell off. Some leads are 0 mV throughout the record. */

import wgsl from "../../../kernels/augment/lead_dropout.wgsl" with { type: "text" };
import type { Augmentation } from "../augmentation.ts";

/** Lead dropout; parameter `leads`: how many are lost. */
export const leadDropout = {
  name: "lead-dropout",
  title: "Lead dropout",
  explanation: "A lead, drawn among all twelve, is lost: 0 mV throughout the record.",
  rate: 0,
  stage: "recording",
  position: 52,
  planVectors: 3,
  wgsl,
  parameters: { leads: { default: 1, minimum: 1, maximum: 11, integer: true } },
  dims: (_record, { leads }) => ({ lost_leads: leads }),
  describe(lost) {
    const names = ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"];
    return `${names.filter((_, lead) => lost[lead] > 0).join(", ")} lost`;
  },
} as const satisfies Augmentation;
