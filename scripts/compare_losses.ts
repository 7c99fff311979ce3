import { defineCommand } from "../src/console/flags/command.ts";
import { compareFlags, comparePositionals } from "../src/console/flags/compare_flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { seedFlag } from "../src/console/flags/training_flags.ts";
import { runCompareLosses } from "../src/commands/compare_losses.ts";

/** `deno task compare-losses`: losses beside each other. */
export const command = defineCommand({
  name: "compare-losses",
  summary: "Compare classifiers that were trained with different losses",
  description: [
    "Four metrics of each classifier and AUROC by class, with differences from --baseline in points " +
    "(100 × the difference of the metric) and intervals paired by record.",
  ],
  flags: {
    ...compareFlags,
    "seed": seedFlag("Seed of the bootstrap"),
  },
  positionals: comparePositionals,
  examples: [
    { args: "", about: "Plain BCE against focal loss with oversampling" },
    {
      args: "--checkpoints bce=a.pt,weighted=b.pt,focal=c.pt --json losses.json",
      about: "Three losses, with a file",
    },
  ],
  run: runCompareLosses,
});

if (import.meta.main) await runCommand(command);
