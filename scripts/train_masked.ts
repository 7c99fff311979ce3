import { runCommand } from "../src/console/flags/run_command.ts";
import { pretrainingCommand } from "../src/console/pretrain.ts";
import { masked } from "../src/methods/masked.ts";

export const command = pretrainingCommand(masked, {
  summary: "Pretrain an encoder by reconstructing masked stretches",
  description: [
    "Reads folds 1-8 of PTB-XL, hides stretches of every record in all leads, and trains encoder " +
    "and decoder to give back the whole record. Writes the encoder, draws input, masked input and " +
    "reconstruction after every epoch, and compares a linear probe with one on a random encoder.",
  ],
  examples: [
    { args: "", about: "With the documented settings" },
    { args: "--mask-ratio 0.5 --block-size 100", about: "More hidden, in longer stretches" },
  ],
});

if (import.meta.main) await runCommand(command);
