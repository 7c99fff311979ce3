import { defineCommand } from "../src/console/flags/command.ts";
import { compareFlags, comparePositionals } from "../src/console/flags/compare_flags.ts";
import { integerFlag } from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
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
    "seed": integerFlag({
      default: 42,
      minimum: 0,
      maximum: 2 ** 32 - 1,
      description: "Seed of the bootstrap",
    }),
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
