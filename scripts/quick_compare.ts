import { defineCommand } from "../src/console/flags/command.ts";
import { compareFlags, comparePositionals } from "../src/console/flags/compare_flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { seedFlag } from "../src/console/flags/training_flags.ts";
import { runQuickCompare } from "../src/commands/quick_compare.ts";

/** `deno task quick-compare`: two numbers of each classifier. */
export const command = defineCommand({
  name: "quick-compare",
  summary: "Compare AUROC and F1 of classifiers in a few lines",
  description: [
    "Says of each difference from --baseline whether its interval, paired by record, excludes 0.",
  ],
  flags: {
    ...compareFlags,
    "seed": seedFlag("Seed of the bootstrap"),
  },
  positionals: comparePositionals,
  examples: [
    { args: "", about: "Plain BCE against focal loss with oversampling" },
    { args: "checkpoints/supervised.pt checkpoints/finetuned.pt", about: "Two files" },
  ],
  run: runQuickCompare,
});

if (import.meta.main) await runCommand(command);
