/**
 * `deno task augmentations`: draws each augmentation on a record, before and after.
 *
 * @module
 */

import { defineCommand } from "../src/console/flags/command.ts";
import { integerFlag, pathFlag, stringFlag } from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { dataFlags, seedFlag } from "../src/console/flags/training_flags.ts";
import { runAugmentations } from "../src/commands/augmentations.ts";

/** The command line of `augmentations`. */
export const command = defineCommand({
  name: "augmentations",
  summary: "Draw the seven augmentations on a record, before and after",
  description: [
    "Writes one SVG for each augmentation, one of two views with all of them at their documented " +
    "rates, and index.html that shows them all. Mixing partners are the records that follow.",
  ],
  flags: {
    ...dataFlags,
    "record": integerFlag({ minimum: 1, description: "ecg_id of the record; default: the first" }),
    // Draws large enough to be seen on the first record.
    "seed": seedFlag("Seed of the draws", 2),
    "out": pathFlag({
      default: "results/augmentations",
      description: "Folder for the pictures",
    }),
    "adapter": stringFlag({ description: "Part of the name of the WebGPU adapter" }),
  },
  examples: [
    { args: "", about: "Draw a synthetic record, or the first of data/PTB-XL" },
    { args: "--data-root data/PTB-XL --record 17 --seed 7", about: "Another record, other draws" },
  ],
  run: runAugmentations,
});

if (import.meta.main) await runCommand(command);
