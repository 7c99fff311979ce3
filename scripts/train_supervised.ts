import { supervisedFlags } from "../src/console/flags/classifier_flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { classifierCommand } from "../src/console/train_classifier.ts";

export const command = classifierCommand({
  name: "train-supervised",
  summary: "Train a classifier from random weights, the baseline of fine-tuning",
  description: [
    "Trains on the labeled part of folds 1-8, keeps the epoch with the best macro F1 on fold 9, " +
    "and reports fold 10 once, with the weights of that epoch.",
  ],
  flags: supervisedFlags,
  examples: [
    { args: "--label-fraction 1 --loss bce", about: "All labels, plain loss" },
    { args: "--label-fraction 0.1", about: "One label in ten" },
  ],
});

if (import.meta.main) await runCommand(command);
