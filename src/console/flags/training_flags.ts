/** Flags that several commands share. */

import type { Options } from "./command.ts";
import { booleanFlag, choiceFlag, integerFlag, numberFlag, pathFlag, stringFlag } from "./flags.ts";

/** What a list of seeds allows, for `numberListFlag`. */
export const SEEDS = { integer: true, minimum: 0, maximum: 2 ** 32 - 1 } as const;

/** `--seed`. */
export function seedFlag(description = "Seed of everything random", standard = 42) {
  return integerFlag({ minimum: 0, maximum: SEEDS.maximum, default: standard, description });
}

/** `--lr`. */
export function learningRateFlag(standard: number) {
  return numberFlag({
    default: standard,
    exclusiveMinimum: 0,
    description: "Learning rate of Adam",
  });
}

/** `--label-fraction`. */
export function labelFractionFlag(
  standard: number,
  description = "Share of the training records whose labels are used",
) {
  return numberFlag({ default: standard, exclusiveMinimum: 0, maximum: 1, description });
}

/** `--fold`: one of PTB-XL's ten. */
export function foldFlag(description = "Fold to evaluate on; 10 is the test fold") {
  return integerFlag({ default: 10, minimum: 1, maximum: 10, description });
}

/** `--jobs` of the commands that train many times. */
export const jobsFlag = integerFlag({
  default: 1,
  minimum: 1,
  maximum: 64,
  description: "Runs at a time, each in a process of its own",
});

/** `--normalize` where checkpoints carry their own: `one` checkpoint, else several. */
export function normalizeFlag(one: boolean) {
  return choiceFlag({
    choices: ["train", "none"],
    description: `Overrides the normalization that the checkpoint${one ? " carries" : "s carry"}`,
    defaultText: `${one ? "the checkpoint" : "each checkpoint"}'s; none where it carries none`,
  });
}

/** Flags of every command that reads PTB-XL. */
export const dataFlags = {
  "data-root": pathFlag({
    default: "data/PTB-XL",
    description: "Folder of PTB-XL or of any WFDB records; without PTB-XL in the default one the " +
      "synthetic cohort is used",
  }),
  "labels-csv": pathFlag({
    description:
      "Your own records: a table with the column path and a column of 0 and 1 for each " +
      "class; paths are relative to --data-root where it is given, else to the table",
  }),
  "sampling-rate": numberFlag({
    exclusiveMinimum: 0,
    description: "Rate of the files of --labels-csv that state none, Hz",
  }),
  "units": choiceFlag({
    choices: ["V", "mV", "uV", "nV"],
    description: "Unit of the files of --labels-csv that state none",
  }),
  "resolution": choiceFlag({
    choices: ["100", "500"],
    default: "100",
    description: "Samples a second, Hz",
  }),
  "signal-length": integerFlag({
    minimum: 64,
    maximum: 5000,
    description: "Samples of a record; longer records are cut, shorter ones padded",
    defaultText: "10 s: 1000, at 500 Hz 5000",
  }),
  "strict": booleanFlag({ description: "Fail on the first damaged record" }),
};

/** Options that follow from {@linkcode dataFlags}. */
export type DataOptions = Options<typeof dataFlags>;

/** Flags of every command that computes on a GPU. */
export const deviceFlags = {
  "adapter": stringFlag({ description: "Use an adapter whose name contains this text" }),
  "no-tune": booleanFlag({ description: "Use fixed kernel variants, measure none" }),
};

/** Options that follow from {@linkcode deviceFlags}. */
export type DeviceOptions = Options<typeof deviceFlags>;

/** Flags of every training command. */
export const trainingFlags = {
  ...dataFlags,
  ...deviceFlags,
  "init": pathFlag({
    description: "Start from a checkpoint: key model (the whole training model) or encoder",
  }),
  "normalize": choiceFlag({
    choices: ["train", "none"],
    default: "train",
    description: "Standardize each lead by the training folds, or take mV as they are",
  }),
  "no-shuffle": booleanFlag({ description: "Visit records in the order of the table" }),
  "log-every": integerFlag({
    default: 20,
    minimum: 1,
    maximum: 1000,
    description: "Read losses from the GPU at least every so many steps",
  }),
  "run-dir": pathFlag({
    description: "Folder of the run's files",
    defaultText: "results/NAME-DATE",
  }),
  "resume": booleanFlag({ description: "Continue the run in --run-dir where it stopped" }),
  "precision": choiceFlag({
    choices: ["f32"],
    default: "f32",
    description: "Arithmetic of the kernels",
  }),
};

/** Flags of every command that trains many times on PTB-XL. */
export const experimentFlags = {
  ...dataFlags,
  "normalize": trainingFlags.normalize,
  ...deviceFlags,
};

/** Options that follow from {@linkcode trainingFlags}. */
export type TrainingOptions = Options<typeof trainingFlags>;
