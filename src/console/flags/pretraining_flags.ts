/**
 * Flags of the commands that pretrain an encoder.
 *
 * @module
 */

import type { Options } from "./command.ts";
import { choiceFlag, integerFlag, pathFlag } from "./flags.ts";
import { learningRateFlag, seedFlag, trainingFlags } from "./training_flags.ts";

/**
 * Flags that all pretraining commands share.
 *
 * @param defaults Batch size and checkpoint that the command's documentation names.
 */
export function pretrainingFlags(defaults: { batchSize: number; out: string }) {
  const onCohort = "on the synthetic cohort sized for the adapter";
  return {
    "epochs": integerFlag({
      default: 20,
      minimum: 1,
      description: "Passes over the training records",
      defaultText: `20; ${onCohort}`,
    }),
    "batch-size": integerFlag({
      default: defaults.batchSize,
      minimum: 2,
      description: "Records of a step",
      defaultText: `${defaults.batchSize}; ${onCohort}`,
    }),
    "lr": learningRateFlag(1e-3),
    "lr-schedule": choiceFlag({
      choices: ["constant", "cosine"],
      default: "constant",
      description: "Keep that rate, or let it fall to 0 as a cosine",
    }),
    "seed": seedFlag(),
    "out": pathFlag({
      default: defaults.out,
      description: "Checkpoint to write (.pt or .safetensors), key encoder",
    }),
    "probe-every": integerFlag({
      default: 0,
      minimum: 0,
      description: "Probe the encoder on fold 9 before the first epoch and after every so many; " +
        "0: only at the end",
    }),
    "probe": choiceFlag({
      choices: ["knn", "linear"],
      default: "knn",
      description: "Probe of --probe-every, on up to 2,000 labeled training records",
    }),
    ...trainingFlags,
    "signal-length": {
      ...trainingFlags["signal-length"],
      defaultText: `10 s: 1000, at 500 Hz 5000; ${onCohort}`,
    },
  };
}

/** Options that follow from {@linkcode pretrainingFlags}. */
export type PretrainingOptions = Options<ReturnType<typeof pretrainingFlags>>;
