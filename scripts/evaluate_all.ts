import { defineCommand } from "../src/console/flags/command.ts";
import { integerFlag, pathFlag } from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import {
  dataFlags,
  deviceFlags,
  foldFlag,
  normalizeFlag,
  seedFlag,
} from "../src/console/flags/training_flags.ts";
import { runEvaluateAll } from "../src/commands/evaluate_all.ts";

/** `deno task evaluate-all`: many classifiers on the same records. */
export const command = defineCommand({
  name: "evaluate-all",
  summary: "Evaluate every classifier in a folder on the test fold, in one table",
  description: [
    "Takes the .pt and .safetensors files of a folder at any depth, or those that match a glob. " +
    "Each is evaluated with the normalization it carries. Encoders, damaged files and classifiers " +
    "of other classes are listed with the reason.",
  ],
  flags: {
    "checkpoints": pathFlag({
      default: "checkpoints/",
      description: "Folder, or glob in quotes",
    }),
    ...dataFlags,
    "batch-size": integerFlag({ default: 64, minimum: 1, description: "Records at once" }),
    "fold": foldFlag(),
    "seed": seedFlag("Seed of the bootstrap"),
    "normalize": normalizeFlag(false),
    "csv": pathFlag({ description: "Write the table as CSV, all metrics with intervals" }),
    "json": pathFlag({ description: "Write metrics, intervals and classes as JSON" }),
    "figure": pathFlag({ description: "Draw AUROC with intervals as SVG" }),
    ...deviceFlags,
  },
  positionals: {
    name: "PATH...",
    description: "More folders, files or globs; without --checkpoints, these alone",
  },
  examples: [
    { args: "", about: "All of checkpoints/" },
    {
      args: "--checkpoints results/ablation --csv ablation.csv --figure ablation.svg",
      about: "Another folder, with files for a paper",
    },
    { args: "checkpoints/finetuned.pt checkpoints/supervised.pt", about: "Two files" },
  ],
  run: runEvaluateAll,
});

if (import.meta.main) await runCommand(command);
