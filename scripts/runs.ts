import { defineCommand } from "../src/console/flags/command.ts";
import { booleanFlag, choiceFlag, pathFlag, stringListFlag } from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { runRuns } from "../src/commands/runs.ts";
import { RUN_ORDERS } from "../src/results/runs.ts";

/** `deno task runs`: what has been trained, and how two runs differ. */
export const command = defineCommand({
  name: "runs",
  summary: "List the runs under results/, or compare two of them",
  description: [
    "A run is a folder that a training command wrote, at any depth. AUROC and F1 of a finished " +
    "classifier are those of the test fold, of one in progress those of the best epoch so far on " +
    "the validation fold; of a pretraining they are the linear probe's. A run that is resumable " +
    "goes on with --resume. Damaged runs are listed with what is wrong.",
    "--compare takes two runs, by path or by the name in the list, and shows which settings and " +
    "metrics differ, with the curves of both in one picture each.",
  ],
  flags: {
    "root": pathFlag({ default: "results", description: "Folder to look through" }),
    "sort": choiceFlag({
      choices: RUN_ORDERS,
      default: "started",
      description: "Order: newest, best, longest first; losses, names and seeds ascending",
    }),
    "command": stringListFlag({ description: "Only runs of these commands, such as finetune" }),
    "json": booleanFlag({ description: "Print JSON in place of tables" }),
    "compare": booleanFlag({ description: "Compare the two runs named" }),
    "out": pathFlag({
      default: "results/compare",
      description: "Folder for the pictures of --compare",
    }),
  },
  positionals: { name: "RUN...", description: "The two runs of --compare", maximum: 2 },
  examples: [
    { args: "", about: "All runs, newest first" },
    { args: "--command finetune,train-supervised --sort auroc", about: "The best classifier" },
    {
      args: "--compare results/supervised results/finetuned",
      about: "Two runs side by side, with curves in results/compare",
    },
    { args: "--json", about: "For other programs" },
  ],
  run: runRuns,
});

if (import.meta.main) await runCommand(command);
