import { IMBALANCE, networkFlags } from "../src/console/flags/classifier_flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { classifierCommand, NETWORK_EXAMPLES } from "../src/console/train_classifier.ts";

export const command = classifierCommand({
  name: "train-resnet1d",
  summary: "Train a ResNet-18 for signals from random weights",
  description: [
    "Eighteen layers in residual blocks, 8,739,973 parameters, eight times the work of the encoder.",
    "Trains on the labeled part of folds 1-8, keeps the epoch with the best macro AUROC on fold 9, " +
    "and reports fold 10 once, with the weights of that epoch.",
    IMBALANCE,
  ],
  architecture: "ResNet1D",
  selection: "auroc_macro",
  flags: networkFlags("checkpoints/resnet1d.pt"),
  examples: NETWORK_EXAMPLES,
});

if (import.meta.main) await runCommand(command);
