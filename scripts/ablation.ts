import { AUGMENTATION_CONFIGS } from "../src/augment/augmentations.ts";
import { classifierFlags } from "../src/console/flags/classifier_flags.ts";
import { defineCommand } from "../src/console/flags/command.ts";
import {
  integerFlag,
  numberListFlag,
  pathFlag,
  stringListFlag,
} from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import {
  dataFlags,
  deviceFlags,
  SEEDS,
  trainingFlags,
} from "../src/console/flags/training_flags.ts";
import { runAblation } from "../src/commands/ablation.ts";

/** `deno task ablation`: what each augmentation is worth. */
export const command = defineCommand({
  name: "ablation",
  summary: "Leave each augmentation out in turn, and compare",
  description: [
    "Pretrains an encoder with SimCLR for every configuration and seed, probes it, fine-tunes it on " +
    'few labels, and compares each configuration with "full", seed by seed. Runs that are done ' +
    "are kept; started again, the command goes on.",
  ],
  flags: {
    ...dataFlags,
    "configs": stringListFlag({
      choices: AUGMENTATION_CONFIGS,
      default: AUGMENTATION_CONFIGS.filter((name) => name !== "none"),
      description: "Configurations of train-simclr; full must be among them",
    }),
    "seeds": numberListFlag({
      ...SEEDS,
      default: [42, 43, 44],

      description: "Seeds",
    }),
    "epochs": integerFlag({ default: 20, minimum: 1, description: "Epochs of pretraining" }),
    "batch-size": integerFlag({
      default: 256,
      minimum: 2,
      description: "Records of a pretraining step",
    }),
    "finetune-epochs": integerFlag({
      default: 20,
      minimum: 1,
      description: "Epochs of fine-tuning",
    }),
    "label-fraction": {
      ...classifierFlags["label-fraction"],
      description: "Share of the labels that fine-tuning uses",
    },
    "normalize": trainingFlags.normalize,
    "out": pathFlag({
      default: "results/ablation",
      description: "Folder of runs, JSON and figure",
    }),
    ...deviceFlags,
  },
  examples: [
    { args: "", about: "All seven augmentations, three seeds" },
    { args: "--configs full,no-mixup,none --seeds 1,2 --epochs 5", about: "A quick look" },
  ],
  run: runAblation,
});

if (import.meta.main) await runCommand(command);
