import { classifierFlags } from "../src/console/flags/classifier_flags.ts";
import { defineCommand } from "../src/console/flags/command.ts";
import { pathFlag } from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { runTrainClassifier } from "../src/console/train_classifier.ts";

export const command = defineCommand({
  name: "train-supervised",
  summary: "Train a classifier from random weights, the baseline of fine-tuning",
  description: [
    "Trains on the labeled part of folds 1-8, keeps the epoch with the best macro F1 on fold 9, " +
    "and reports fold 10 once, with the weights of that epoch.",
  ],
  flags: {
    ...classifierFlags,
    "out": pathFlag({
      default: "checkpoints/supervised.pt",
      description: "Checkpoint to write (.pt or .safetensors), key model",
    }),
  },
  examples: [
    { args: "--label-fraction 1 --loss bce", about: "All labels, plain loss" },
    { args: "--label-fraction 0.1", about: "One label in ten" },
  ],
  run: (options, context) =>
    runTrainClassifier(
      {
        command: "train-supervised",
        method: "supervised",
        architecture: "ECGClassifier",
        selection: "f1_macro",
      },
      options,
      context,
    ),
});

if (import.meta.main) await runCommand(command);
