import { classifierFlags } from "../src/console/flags/classifier_flags.ts";
import { defineCommand } from "../src/console/flags/command.ts";
import { booleanFlag, pathFlag } from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { runTrainClassifier } from "../src/console/train_classifier.ts";
import { UsageError } from "../src/errors.ts";

export const command = defineCommand({
  name: "finetune",
  summary: "Fine-tune a pretrained encoder on few labels",
  description: [
    "Puts a linear head on the encoder of a checkpoint and trains both, or the head alone " +
    "(--freeze-encoder), on the labeled part of folds 1-8. Keeps the epoch with the best macro " +
    "F1 on fold 9 and reports fold 10 once.",
    "--loss weighted, class_balanced and weighted_positives weigh classes or positives by their " +
    "numbers of labels.",
  ],
  flags: {
    "ssl-checkpoint": pathFlag({
      description: "Pretrained encoder (.pt or .safetensors), key encoder; needed unless --init",
    }),
    ...classifierFlags,
    "freeze-encoder": booleanFlag({
      description: "Train the head alone, on features that are computed once",
    }),
    "out": pathFlag({
      default: "checkpoints/finetuned.pt",
      description: "Checkpoint to write (.pt or .safetensors), key model",
    }),
  },
  examples: [
    { args: "--ssl-checkpoint checkpoints/ssl_simclr.pt", about: "One label in ten" },
    {
      args: "--ssl-checkpoint checkpoints/ssl_simclr.pt --freeze-encoder",
      about: "A linear head on the frozen encoder",
    },
  ],
  run(options, context) {
    if ((options.sslCheckpoint ?? options.init) === undefined) {
      throw new UsageError("--ssl-checkpoint is missing: give the path of a pretrained encoder");
    }
    return runTrainClassifier(
      {
        command: "finetune",
        method: "finetune",
        architecture: "ECGClassifier",
        selection: "f1_macro",
      },
      options,
      context,
    );
  },
});

if (import.meta.main) await runCommand(command);
