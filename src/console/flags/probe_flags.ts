/**
 * Flags of the commands that probe a checkpoint's features.
 *
 * @module
 */

import type { Options } from "./command.ts";
import { booleanFlag, integerFlag, pathFlag } from "./flags.ts";
import {
  dataFlags,
  deviceFlags,
  foldFlag,
  labelFractionFlag,
  normalizeFlag,
  seedFlag,
} from "./training_flags.ts";

/** The checkpoint, and how its records are normalized. */
export const featureFlags = {
  "checkpoint": pathFlag({
    required: true,
    description: "Encoder or classifier (.pt or .safetensors), key encoder or model",
  }),
  ...dataFlags,
  "normalize": normalizeFlag(true),
};

/** Flags that `linear-probe` and `knn-probe` share. */
export const probeFlags = {
  ...featureFlags,
  "label-fraction": labelFractionFlag(1),
  "fold": foldFlag("Fold to report on; its labels are never fitted to"),
  "cross-validate": booleanFlag({
    description:
      "Report on every fold in turn, fitted to the labels of the others: less noise on " +
      "small data sets. Takes encoders that have seen no labels",
  }),
  "seed": seedFlag("Seed of label subset, first random encoder and bootstrap"),
  "random-seeds": integerFlag({
    default: 3,
    minimum: 1,
    maximum: 100,
    description: "Random encoders to compare with, their seeds counted up from --seed",
  }),
  "json": pathFlag({ description: "Write metrics and intervals as JSON" }),
  "predictions": pathFlag({ description: "Write probabilities as CSV: ecg_id, one per class" }),
  "figure": pathFlag({ description: "Draw the AUROC of all encoders with intervals as SVG" }),
  ...deviceFlags,
};

/** Options that follow from {@linkcode probeFlags}. */
export type ProbeOptions = Options<typeof probeFlags>;
