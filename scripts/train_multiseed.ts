import { classifierFlags } from "../src/console/flags/classifier_flags.ts";
import { defineCommand } from "../src/console/flags/command.ts";
import {
  booleanFlag,
  choiceFlag,
  integerFlag,
  numberListFlag,
  pathFlag,
  stringListFlag,
} from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import {
  dataFlags,
  deviceFlags,
  jobsFlag,
  SEEDS,
  trainingFlags,
} from "../src/console/flags/training_flags.ts";
import { runMultiseed } from "../src/commands/train_multiseed.ts";
import { MULTISEED_METHODS } from "../src/experiments/multiseed_plan.ts";
import { BALANCING_STRATEGIES } from "../src/data/sampling/balancing.ts";
import { CLASSIFICATION_LOSSES } from "../src/losses/classification_loss.ts";

/** `deno task train-multiseed`: the same experiment with many seeds. */
export const command = defineCommand({
  name: "train-multiseed",
  summary: "Train classifiers with many seeds, and pretrain their encoders",
  description: [
    "Trains every configuration with every seed. A seed chooses labels, weights and order. Keeps " +
    "the epoch with the best macro AUROC on fold 9 and looks at fold 10 once, with its weights. " +
    "Writes both, with means, standard deviations and intervals.",
    "Runs that are done are kept, one that was stopped goes on, one that failed is tried again: " +
    "started again, the command does what is missing.",
  ],
  flags: {
    "method": stringListFlag({
      choices: MULTISEED_METHODS,
      default: ["supervised"],
      description: "Where the weights come from: random, or an encoder pretrained by this method",
    }),
    "loss": choiceFlag({
      choices: CLASSIFICATION_LOSSES,
      description: "Loss of all methods",
      defaultText: "focal; without both flags supervised also runs bce with standard",
    }),
    "balance-strategy": choiceFlag({
      choices: BALANCING_STRATEGIES,
      description: "How all methods draw training records",
      defaultText: "oversample; see --loss",
    }),
    "seeds": numberListFlag({
      ...SEEDS,

      description: "Seeds",
      defaultText: "42,52,62,72,82,92,102,112,122,132; with --quick the first three",
    }),
    "quick": booleanFlag({ description: "Three seeds, 5 epochs, 5 epochs of pretraining" }),
    "label-fraction": classifierFlags["label-fraction"],
    "epochs": integerFlag({
      minimum: 1,
      description: "Passes over the labeled records",
      defaultText: "30; with --quick 5",
    }),
    "batch-size": classifierFlags["batch-size"],
    "lr": classifierFlags.lr,
    "pretrain-epochs": integerFlag({
      minimum: 1,
      description: "Passes over all training records in pretraining",
      defaultText: "20; with --quick 5",
    }),
    "pretrain-batch-size": integerFlag({
      minimum: 2,
      description: "Records of a step of pretraining",
      defaultText: "simclr and byol 256, masked 64",
    }),
    "pretrain-once": booleanFlag({
      description: "One encoder, of the first seed, for all seeds; else one a seed",
    }),
    "jobs": jobsFlag,
    "out": pathFlag({
      default: "results/phase2_multiseed_results.json",
      description: "Results of all runs, written after each",
    }),
    "checkpoint-dir": pathFlag({
      default: "checkpoints",
      description: "Folder of the classifiers' checkpoints",
    }),
    "run-root": pathFlag({
      default: "results/multiseed",
      description: "Folder of all run folders",
    }),
    ...dataFlags,
    "normalize": trainingFlags.normalize,
    ...deviceFlags,
  },
  examples: [
    { args: "", about: "The two documented configurations, ten seeds" },
    { args: "--method supervised,simclr --quick", about: "Three seeds, with pretraining" },
    {
      args: "--method simclr,byol,supervised --loss focal --balance-strategy oversample --jobs 2",
      about: "Methods under equal conditions, two runs at a time",
    },
  ],
  run: runMultiseed,
});

if (import.meta.main) await runCommand(command);
