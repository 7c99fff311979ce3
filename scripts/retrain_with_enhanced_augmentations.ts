import { classifierFlags } from "../src/console/flags/classifier_flags.ts";
import { defineCommand } from "../src/console/flags/command.ts";
import { integerFlag, pathFlag } from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import {
  dataFlags,
  deviceFlags,
  seedFlag,
  trainingFlags,
} from "../src/console/flags/training_flags.ts";
import { runRetraining } from "../src/commands/retrain_with_enhanced_augmentations.ts";

/** `deno task retrain-with-enhanced-augmentations`: BYOL and SimCLR, pretrained and fine-tuned. */
export const command = defineCommand({
  name: "retrain-with-enhanced-augmentations",
  summary: "Pretrain BYOL and SimCLR, fine-tune both, and compare them",
  description: [
    "Four trainings with all seven augmentations: BYOL, SimCLR, and each fine-tuned on few labels " +
    "with focal loss and oversampling. Then the two classifiers, and a supervised one where there " +
    "is one, on the same records of the test fold.",
    "A training that is done is not done again; stopped, the same command goes on to the same bits.",
  ],
  flags: {
    ...dataFlags,
    "byol-epochs": integerFlag({ default: 30, minimum: 1, description: "Epochs of BYOL" }),
    "byol-batch-size": integerFlag({
      default: 256,
      minimum: 2,
      description: "Records of a step of BYOL",
    }),
    "simclr-epochs": integerFlag({ default: 20, minimum: 1, description: "Epochs of SimCLR" }),
    "simclr-batch-size": integerFlag({
      default: 128,
      minimum: 2,
      description: "Records of a step of SimCLR",
    }),
    "finetune-epochs": integerFlag({
      default: 20,
      minimum: 1,
      description: "Epochs of each fine-tuning, in steps of 64 records",
    }),
    "label-fraction": {
      ...classifierFlags["label-fraction"],
      description: "Share of the labels that fine-tuning uses",
    },
    "normalize": trainingFlags.normalize,
    "seed": seedFlag(),
    "checkpoint-dir": pathFlag({
      default: "checkpoints",
      description: "Folder of the four checkpoints",
    }),
    "supervised-checkpoint": pathFlag({
      default: "checkpoints/supervised.pt",
      description: "Classifier trained from scratch, compared with the two where it is there",
    }),
    "out": pathFlag({
      default: "results/retrain_with_enhanced_augmentations",
      description: "Folder of runs and summary",
    }),
    ...deviceFlags,
  },
  examples: [
    { args: "", about: "As documented" },
    {
      args:
        "--byol-epochs 2 --simclr-epochs 2 --finetune-epochs 2 --out results/quick_retraining " +
        "--checkpoint-dir checkpoints/quick",
      about: "A quick look",
    },
  ],
  run: runRetraining,
});

if (import.meta.main) await runCommand(command);
