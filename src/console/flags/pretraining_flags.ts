/** Flags of the commands that pretrain an encoder. */

import type { Parameter, PretrainingMethod } from "../../methods/pretraining_method.ts";
import type { FlagTable, Options } from "./command.ts";
import { choiceFlag, integerFlag, numberFlag, pathFlag } from "./flags.ts";
import { learningRateFlag, seedFlag, trainingFlags } from "./training_flags.ts";

/** Flags that all pretraining commands share, with the defaults of a method. */
export function pretrainingFlags({ epochs, batchSize, checkpoint }: PretrainingMethod) {
  const onCohort = "on the synthetic cohort sized for the adapter";
  return {
    "epochs": integerFlag({
      default: epochs,
      minimum: 1,
      description: "Passes over the training records",
      defaultText: `${epochs}; ${onCohort}`,
    }),
    "batch-size": integerFlag({
      default: batchSize,
      minimum: 2,
      description: "Records of a step",
      defaultText: `${batchSize}; ${onCohort}`,
    }),
    "lr": learningRateFlag(1e-3),
    "lr-schedule": choiceFlag({
      choices: ["constant", "cosine"],
      default: "constant",
      description: "Keep that rate, or let it fall to 0 as a cosine",
    }),
    "seed": seedFlag(),
    "out": pathFlag({
      default: `checkpoints/${checkpoint}.pt`,
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

/** All flags of a pretraining command: the shared ones, and those of its method. */
export type PretrainingFlags = ReturnType<typeof pretrainingFlags> & FlagTable;

/** Options that follow from {@linkcode pretrainingFlags}. */
export type PretrainingOptions = Options<ReturnType<typeof pretrainingFlags>>;

/** A flag for each parameter of a method. */
export function methodFlags({ parameters }: PretrainingMethod): FlagTable {
  return Object.fromEntries(
    Object.values(parameters).map((parameter) => [parameter.name, flagOf(parameter)]),
  );
}

function flagOf({ default: standard, ...spec }: Parameter<number> | Parameter<string>) {
  // What depends on the data is settled when they are read.
  const fixed = typeof standard === "function" ? {} : { default: standard };
  if (spec.kind === "choice") return choiceFlag({ ...spec, ...fixed as { default?: string } });
  const number = { ...spec, ...fixed as { default?: number } };
  return spec.kind === "integer" ? integerFlag(number) : numberFlag(number);
}

/** The settings of a method that a command line gives. */
export function methodSettings(
  { parameters }: PretrainingMethod,
  options: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(parameters).map(([setting, { name }]) => [
      setting,
      options[name.replace(/-(.)/g, (_, letter) => letter.toUpperCase())],
    ]),
  );
}
