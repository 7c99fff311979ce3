/**
 * Flags of the commands that train a classifier.
 *
 * @module
 */

import { choiceFlag, integerFlag, numberFlag, pathFlag } from "./flags.ts";
import { trainingFlags } from "./training_flags.ts";

const LOSSES = ["bce", "focal", "weighted", "class_balanced", "weighted_positives"] as const;

/** Shared by the commands that train a classifier. */
export const classifierFlags = {
  "epochs": integerFlag({
    default: 20,
    minimum: 1,
    description: "Passes over the labeled records",
  }),
  "batch-size": integerFlag({ default: 64, minimum: 1, description: "Records of a step" }),
  "lr": numberFlag({ default: 1e-3, exclusiveMinimum: 0, description: "Learning rate of Adam" }),
  "label-fraction": numberFlag({
    default: 0.1,
    exclusiveMinimum: 0,
    maximum: 1,
    description: "Share of the training records whose labels are used",
  }),
  "loss": choiceFlag({
    choices: LOSSES,
    default: "focal",
    description: "Loss",
  }),
  "balance-strategy": choiceFlag({
    choices: ["standard", "stratified", "oversample"],
    default: "oversample",
    description: "How training records are drawn; validation and test are never resampled",
  }),
  "seed": integerFlag({
    default: 42,
    minimum: 0,
    maximum: 2 ** 32 - 1,
    description: "Seed of everything random",
  }),
  ...trainingFlags,
};

/**
 * Flags of the commands that train a network of its own instead of the encoder with a linear head.
 *
 * @param out Default of `--out`
 */
export function networkFlags(out: string) {
  return {
    ...classifierFlags,
    "epochs": integerFlag({
      default: 30,
      minimum: 1,
      description: classifierFlags.epochs.description,
    }),
    "loss": choiceFlag({
      choices: LOSSES,
      description: classifierFlags.loss.description,
      defaultText: "bce with oversample, else weighted_positives: one correction of imbalance",
    }),
    "init": pathFlag({ description: "Start from a checkpoint of the same network, key model" }),
    "out": pathFlag({
      default: out,
      description: "Checkpoint to write (.pt or .safetensors), key model",
    }),
  };
}
