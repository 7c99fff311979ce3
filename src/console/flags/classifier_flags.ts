/** Flags of the commands that train a classifier. */

import { BALANCING_STRATEGIES } from "../../data/sampling/balancing.ts";
import { CLASSIFICATION_LOSSES } from "../../losses/classification_loss.ts";
import { booleanFlag, choiceFlag, integerFlag, pathFlag } from "./flags.ts";
import { labelFractionFlag, learningRateFlag, seedFlag, trainingFlags } from "./training_flags.ts";

/** Shared by the commands that train a classifier. */
export const classifierFlags = {
  "epochs": integerFlag({
    default: 20,
    minimum: 1,
    description: "Passes over the labeled records",
  }),
  "batch-size": integerFlag({ default: 64, minimum: 1, description: "Records of a step" }),
  "lr": learningRateFlag(1e-3),
  "label-fraction": labelFractionFlag(0.1),
  "loss": choiceFlag({
    choices: CLASSIFICATION_LOSSES,
    default: "focal",
    description: "Loss",
  }),
  "balance-strategy": choiceFlag({
    choices: BALANCING_STRATEGIES,
    default: "oversample",
    description: "How training records are drawn; validation and test are never resampled",
  }),
  "seed": seedFlag(),
  ...trainingFlags,
};

/** How {@linkcode networkFlags} correct unequal classes, for help pages. */
export const IMBALANCE =
  "Imbalance is corrected once: by drawing (--balance-strategy oversample, the default, with plain " +
  "BCE), or else in the loss, where the positives of a class weigh as many times as there are " +
  "negatives to a positive. --loss chooses another.";

function outFlag(out: string) {
  return pathFlag({
    default: out,
    description: "Checkpoint to write (.pt or .safetensors), key model",
  });
}

/** Flags of `train-supervised`. */
export const supervisedFlags = { ...classifierFlags, "out": outFlag("checkpoints/supervised.pt") };

/** Flags of `finetune`. */
export const finetuneFlags = {
  "ssl-checkpoint": pathFlag({
    description: "Pretrained encoder (.pt or .safetensors), key encoder; needed unless --init",
  }),
  ...classifierFlags,
  "freeze-encoder": booleanFlag({
    description: "Train the head alone, on features that are computed once",
  }),
  "out": outFlag("checkpoints/finetuned.pt"),
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
      choices: CLASSIFICATION_LOSSES,
      description: classifierFlags.loss.description,
      defaultText: "bce with oversample, else weighted_positives: one correction of imbalance",
    }),
    "init": pathFlag({ description: "Start from a checkpoint of the same network, key model" }),
    "out": outFlag(out),
  };
}
