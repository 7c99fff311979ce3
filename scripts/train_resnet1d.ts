import { IMBALANCE, networkFlags } from "../src/console/flags/classifier_flags.ts";
import { defineCommand } from "../src/console/flags/command.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { runTrainClassifier } from "../src/console/train_classifier.ts";

export const command = defineCommand({
  name: "train-resnet1d",
  summary: "Train a ResNet-18 for signals from random weights",
  description: [
    "Eighteen layers in residual blocks, 8,739,973 parameters, eight times the work of the encoder.",
    "Trains on the labeled part of folds 1-8, keeps the epoch with the best macro AUROC on fold 9, " +
    "and reports fold 10 once, with the weights of that epoch.",
    IMBALANCE,
  ],
  flags: networkFlags("checkpoints/resnet1d.pt"),
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
        command: "train-resnet1d",
        method: "supervised",
        architecture: "ResNet1D",
        selection: "auroc_macro",
      },
      options,
      context,
    ),
});

if (import.meta.main) await runCommand(command);
