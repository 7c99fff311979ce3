import { AUGMENTATION_CONFIGS } from "../src/augment/augmentations.ts";
import { defineCommand, runCommand } from "../src/cli/command.ts";
import { choiceFlag, integerFlag, numberFlag, pathFlag } from "../src/cli/flags.ts";
import { trainingFlags } from "../src/cli/training_flags.ts";
import { runTrainSimclr } from "../src/jobs/train_simclr_command.ts";

/** `deno task train-simclr`: pretrain an encoder without labels. */
export const command = defineCommand({
  name: "train-simclr",
  summary: "Pretrain an encoder with SimCLR, without labels",
  description: [
    "Reads folds 1-8 of PTB-XL, trains encoder and projection head, writes the encoder, and " +
    "compares a linear probe on it with one on a random encoder.",
    "Without PTB-XL it uses a synthetic cohort, sized so that the run ends within minutes.",
  ],
  flags: {
    "epochs": integerFlag({
      default: 20,
      minimum: 1,
      description: "Passes over the training records",
      defaultText: "20; on the synthetic cohort sized for the adapter",
    }),
    "batch-size": integerFlag({
      default: 256,
      minimum: 2,
      description: "Records of a step; each gives two views",
      defaultText: "256; on the synthetic cohort sized for the adapter",
    }),
    "lr": numberFlag({ default: 1e-3, exclusiveMinimum: 0, description: "Learning rate of Adam" }),
    "temperature": numberFlag({
      default: 0.07,
      exclusiveMinimum: 0,
      description: "Temperature of NT-Xent",
    }),
    "projection-dim": integerFlag({
      default: 128,
      minimum: 4,
      description: "Width of the projection",
    }),
    "config": choiceFlag({
      choices: AUGMENTATION_CONFIGS,
      default: "full",
      description: "Augmentations: all seven, all but one, or none (two identical views)",
    }),
    "seed": integerFlag({
      default: 42,
      minimum: 0,
      maximum: 2 ** 32 - 1,
      description: "Seed of everything random",
    }),
    "out": pathFlag({
      default: "checkpoints/ssl_simclr.pt",
      description: "Checkpoint to write (.pt or .safetensors), key encoder",
    }),
    ...trainingFlags,
    "signal-length": {
      ...trainingFlags["signal-length"],
      defaultText: "1000; on the synthetic cohort sized for the adapter",
    },
  },
  examples: [
    { args: "", about: "The main job; without PTB-XL on the synthetic cohort" },
    { args: "--data-root data/PTB-XL --batch-size 128", about: "On PTB-XL, with less memory" },
    { args: "--config no-mixup --out checkpoints/no_mixup.pt", about: "One ablation" },
  ],
  run: runTrainSimclr,
});

if (import.meta.main) await runCommand(command);
