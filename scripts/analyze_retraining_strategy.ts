import { defineCommand } from "../src/console/flags/command.ts";
import { booleanFlag, choiceFlag, pathFlag } from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { runAnalyzeRetrainingStrategy } from "../src/commands/analyze_retraining_strategy.ts";
import { RETRAINED_METHODS } from "../src/results/retraining_evidence.ts";

/** `deno task analyze-retraining-strategy`: which trainings to repeat, and for how long. */
export const command = defineCommand({
  name: "analyze-retraining-strategy",
  summary: "Recommend epochs and experiments from the runs that are there",
  description: [
    "Reads the run folders under --results-dir: best epochs, over-fitting, whether the loss of " +
    "pretraining still falls. Writes retraining_recommendations.json there and prints the commands.",
    "Each entry says whether it was measured, with the runs behind it, or is the documented default.",
  ],
  flags: {
    "experiment": choiceFlag({
      choices: ["all", ...RETRAINED_METHODS],
      default: "all",
      description: "Whose experiments are listed",
    }),
    "results-dir": pathFlag({
      default: "results",
      description: "Folder of run folders and results, where the recommendations go",
    }),
    "force": booleanFlag({
      description: "Write the recommendations anew where someone has edited them",
    }),
  },
  examples: [
    { args: "", about: "Everything under results/" },
    { args: "--experiment byol --results-dir results/july", about: "BYOL alone" },
  ],
  run: runAnalyzeRetrainingStrategy,
});

if (import.meta.main) await runCommand(command);
