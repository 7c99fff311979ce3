import { IMBALANCE, networkFlags } from "../src/console/flags/classifier_flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { classifierCommand, NETWORK_EXAMPLES } from "../src/console/train_classifier.ts";

export const command = classifierCommand({
  name: "train-improved-cnn",
  summary: "Train the improved CNN from random weights",
  description: [
    "Nine convolutions, five of them with a shortcut, mean and maximum over time, and a head of two " +
    "layers: 999,301 parameters.",
    "Trains on the labeled part of folds 1-8, keeps the epoch with the best macro AUROC on fold 9, " +
    "and reports fold 10 once, with the weights of that epoch.",
    IMBALANCE,
  ],
  architecture: "ImprovedECGClassifier",
  selection: "auroc_macro",
  flags: networkFlags("checkpoints/improved_cnn.pt"),
  examples: NETWORK_EXAMPLES,
});

if (import.meta.main) await runCommand(command);
