import { AUGMENTATION_CONFIGS } from "../src/augment/augmentations.ts";
import { defineCommand } from "../src/console/flags/command.ts";
import { choiceFlag, integerFlag, numberFlag } from "../src/console/flags/flags.ts";
import { pretrainingFlags } from "../src/console/flags/pretraining_flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { runPretrain } from "../src/console/pretrain.ts";
import { simclrRecipe } from "../src/training/simclr_recipe.ts";

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
    ...pretrainingFlags({ batchSize: 256, out: "checkpoints/ssl_simclr.pt" }),
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
  },
  examples: [
    { args: "", about: "The main job; without PTB-XL on the synthetic cohort" },
    { args: "--data-root data/PTB-XL --batch-size 128", about: "On PTB-XL, with less memory" },
    { args: "--config no-mixup --out checkpoints/no_mixup.pt", about: "One ablation" },
  ],
  run(options, context) {
    const { temperature, projectionDim: projection, config } = options;
    return runPretrain(options, {
      title: "SimCLR",
      recipe: simclrRecipe({ temperature, projection, config }),
      loss: "NT-Xent (nats)",
      chance: (batchSize) => Math.log(2 * batchSize - 1),
      network: `projection ${projection}`,
      batch: "two views each",
      details: [`temperature ${temperature}`, `augmentations ${config}`],
    }, context);
  },
});

if (import.meta.main) await runCommand(command);
