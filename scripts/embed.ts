import { defineCommand } from "../src/console/flags/command.ts";
import { numberListFlag, pathFlag } from "../src/console/flags/flags.ts";
import { featureFlags } from "../src/console/flags/probe_flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { deviceFlags } from "../src/console/flags/training_flags.ts";
import { runEmbed } from "../src/commands/embed.ts";

/** `deno task embed`: a checkpoint's features of a data set, for use elsewhere. */
export const command = defineCommand({
  name: "embed",
  summary: "Write a checkpoint's features of a data set as .npy and CSV",
  description: [
    "Writes what a head would read of each record, averaged over time. Records without labels will " +
    "do. The lines of the CSV file and the rows of the matrix are in the same order.",
  ],
  flags: {
    ...featureFlags,
    "folds": numberListFlag({
      integer: true,
      default: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
      minimum: 1,
      maximum: 10,
      description: "Folds to take",
    }),
    "out": pathFlag({
      default: "embeddings",
      description:
        "NAME writes NAME.npy and NAME.csv; NAME.csv ids, labels and features; NAME.npy " +
        "the matrix, with ids and labels in NAME_rows.csv",
    }),
    ...deviceFlags,
  },
  examples: [
    { args: "--checkpoint checkpoints/ssl_simclr.pt", about: "embeddings.npy and embeddings.csv" },
    {
      args: "--checkpoint checkpoints/ssl_simclr.pt --data-root data/own --out results/own.npy",
      about: "A folder of one's own records, matrix and ids only",
    },
  ],
  run: runEmbed,
});

if (import.meta.main) await runCommand(command);
