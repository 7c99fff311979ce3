import { defineCommand } from "../src/console/flags/command.ts";
import { numberFlag } from "../src/console/flags/flags.ts";
import { pretrainingFlags } from "../src/console/flags/pretraining_flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { runPretrain } from "../src/console/pretrain.ts";
import { contrastiveRecipe } from "../src/training/contrastive_recipe.ts";

/** `deno task train-contrastive`: contrast a noisy view with a scaled one. */
export const command = defineCommand({
  name: "train-contrastive",
  summary: "Pretrain an encoder by contrasting a noisy view with a scaled one",
  description: [
    "Reads folds 1-8 of PTB-XL. One view of a record has noise added, the other is scaled as a " +
    "whole; NT-Xent pulls them together. Writes the encoder, and compares a linear probe on it " +
    "with one on a random encoder. train-simclr has the stronger augmentations.",
  ],
  flags: {
    ...pretrainingFlags({ batchSize: 64, out: "checkpoints/ssl_contrastive_encoder.pt" }),
    "temperature": numberFlag({
      default: 0.07,
      exclusiveMinimum: 0,
      description: "Temperature of NT-Xent",
    }),
  },
  examples: [{ args: "", about: "With the documented settings" }],
  run(options, context) {
    const { temperature } = options;
    return runPretrain(options, {
      title: "Contrastive",
      recipe: contrastiveRecipe({ temperature }),
      loss: "NT-Xent (nats)",
      chance: (batchSize) => Math.log(2 * batchSize - 1),
      network: "projection 128",
      batch: "two views each",
      details: [`temperature ${temperature}`, "views: noise, scale"],
    }, context);
  },
});

if (import.meta.main) await runCommand(command);
