import { finetuneFlags } from "../src/console/flags/classifier_flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { classifierCommand } from "../src/console/train_classifier.ts";

export const command = classifierCommand({
  name: "finetune",
  summary: "Fine-tune a pretrained encoder on few labels",
  description: [
    "Puts a linear head on the encoder of a checkpoint and trains both, or the head alone " +
    "(--freeze-encoder), on the labeled part of folds 1-8. Keeps the epoch with the best macro " +
    "F1 on fold 9 and reports fold 10 once.",
    "--loss weighted, class_balanced and weighted_positives weigh classes or positives by their " +
    "numbers of labels.",
  ],
  method: "finetune",
  flags: finetuneFlags,
  examples: [
    { args: "--ssl-checkpoint checkpoints/ssl_simclr.pt", about: "One label in ten" },
    {
      args: "--ssl-checkpoint checkpoints/ssl_simclr.pt --freeze-encoder",
      about: "A linear head on the frozen encoder",
    },
  ],
});

if (import.meta.main) await runCommand(command);
