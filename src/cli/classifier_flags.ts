/**
 * Flags of the commands that train a classifier.
 *
 * @module
 */

import { choiceFlag, integerFlag, numberFlag } from "./flags.ts";
import { trainingFlags } from "./training_flags.ts";

/** Shared by `train-supervised` and `finetune`. */
export const classifierFlags = {
  "epochs": integerFlag({
    default: 20,
    minimum: 1,
    description: "Passes over the labelled records",
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
    choices: ["bce", "focal", "weighted", "class_balanced"],
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
