import { runCommand } from "../src/console/flags/run_command.ts";
import { pretrainingCommand } from "../src/console/pretrain.ts";
import { contrastive } from "../src/methods/contrastive.ts";

export const command = pretrainingCommand(contrastive, {
  summary: "Pretrain an encoder by contrasting a noisy view with a scaled one",
  description: [
    "Reads folds 1-8 of PTB-XL. One view of a record has noise added, the other is scaled as a " +
    "whole; NT-Xent pulls them together. Writes the encoder, and compares a linear probe on it " +
    "with one on a random encoder. train-simclr has the stronger augmentations.",
  ],
  examples: [{ args: "", about: "With the documented settings" }],
});

if (import.meta.main) await runCommand(command);
