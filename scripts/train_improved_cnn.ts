import { IMBALANCE, networkFlags } from "../src/console/flags/classifier_flags.ts";
import { defineCommand } from "../src/console/flags/command.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { runTrainClassifier } from "../src/console/train_classifier.ts";

export const command = defineCommand({
  name: "train-improved-cnn",
  summary: "Train the improved CNN from random weights",
  description: [
    "Nine convolutions, five of them with a shortcut, mean and maximum over time, and a head of two " +
    "layers: 999,301 parameters.",
    "Trains on the labeled part of folds 1-8, keeps the epoch with the best macro AUROC on fold 9, " +
    "and reports fold 10 once, with the weights of that epoch.",
    IMBALANCE,
  ],
  flags: networkFlags("checkpoints/improved_cnn.pt"),
  examples: [
    { args: "--label-fraction 0.1", about: "One label in ten" },
    {
      args: "--label-fraction 1 --balance-strategy standard",
      about: "All labels, each record once an epoch, positives weighted in the loss",
    },
  ],
  run: (options, context) =>
    runTrainClassifier(
      {
        command: "train-improved-cnn",
        method: "supervised",
        architecture: "ImprovedECGClassifier",
        selection: "auroc_macro",
      },
      options,
      context,
    ),
});

if (import.meta.main) await runCommand(command);
