/**
 * Flags of the commands that compare checkpoints.
 *
 * @module
 */

import type { Options } from "./command.ts";
import { integerFlag, pathFlag, stringFlag, stringListFlag } from "./flags.ts";
import { dataFlags, deviceFlags, foldFlag, normalizeFlag } from "./training_flags.ts";

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
  ...dataFlags,
  "batch-size": integerFlag({ default: 64, minimum: 1, description: "Records at once" }),
  "fold": foldFlag(),
  "normalize": normalizeFlag(false),
  "csv": pathFlag({ description: "Write all metrics and differences with intervals as CSV" }),
  "json": pathFlag({ description: "Write metrics, differences, intervals and classes as JSON" }),
  ...deviceFlags,
};

/** What these commands take without a flag. */
export const comparePositionals = {
  name: "[NAME=]PATH...",
  description: "More checkpoints; without --checkpoints, these alone",
};

/** Options that follow from {@linkcode compareFlags}. */
export type CompareFlagOptions = Options<typeof compareFlags>;
