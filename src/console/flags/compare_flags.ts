/**
 * Flags of the commands that evaluate checkpoints.
 *
 * @module
 */

import type { Options } from "./command.ts";
import { integerFlag, pathFlag, stringFlag, stringListFlag } from "./flags.ts";
import { dataFlags, deviceFlags, foldFlag, normalizeFlag, seedFlag } from "./training_flags.ts";

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
