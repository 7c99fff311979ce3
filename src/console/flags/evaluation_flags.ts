/** Flags of the commands that evaluate checkpoints or probe their features. */

import type { Options } from "./command.ts";
import { booleanFlag, integerFlag, pathFlag, stringFlag, stringListFlag } from "./flags.ts";
import {
  dataFlags,
  deviceFlags,
  foldFlag,
  labelFractionFlag,
  normalizeFlag,
  seedFlag,
} from "./training_flags.ts";

/** On which records, of one checkpoint or of several, and how. */
export function evaluationFlags(one: boolean, seed: string) {
  return {
    ...dataFlags,
    "batch-size": integerFlag({ default: 64, minimum: 1, description: "Records at once" }),
    "fold": foldFlag(),
    "seed": seedFlag(seed),
    "normalize": normalizeFlag(one),
    ...deviceFlags,
  };
}

/** Options that follow from {@linkcode evaluationFlags}. */
export type EvaluationOptions = Options<ReturnType<typeof evaluationFlags>>;

/** Shared by `compare-baselines`, `compare-losses`, `quick-compare` and `per-class-analysis`. */
export const compareFlags = {
  "checkpoints": stringListFlag({
    description:
      "Checkpoints as NAME=PATH, or paths, folders and globs, whose files give the names",
    defaultText: "the documented files in checkpoints/",
  }),
  "baseline": stringFlag({
    description: "Name of the checkpoint that the others are compared with",
    defaultText: "the first",
  }),
  ...evaluationFlags(false, "Seed of the bootstrap"),
  "csv": pathFlag({ description: "Write all metrics and differences with intervals as CSV" }),
  "json": pathFlag({ description: "Write metrics, differences, intervals and classes as JSON" }),
};

/** Options that follow from {@linkcode compareFlags}. */
export type CompareFlagOptions = Options<typeof compareFlags>;

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
