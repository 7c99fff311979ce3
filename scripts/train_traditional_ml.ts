import { defineCommand } from "../src/console/flags/command.ts";
import { choiceFlag, pathFlag } from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { dataFlags, labelFractionFlag, seedFlag } from "../src/console/flags/training_flags.ts";
import { runTrainTraditionalMl } from "../src/commands/train_traditional_ml.ts";

/** `deno task train-traditional-ml`: a random forest or boosted trees on hand-made features. */
export const command = defineCommand({
  name: "train-traditional-ml",
  summary: "Train a random forest or boosted trees on 22 hand-made features",
  description: [
    "The baseline without a network, and without a GPU: features of the signals, standardized by " +
    "the labeled part of folds 1-8, and trees on them. Reports folds 9 and 10; neither of them " +
    "chooses anything.",
  ],
  flags: {
    ...dataFlags,
    "label-fraction": labelFractionFlag(0.1),
    "seed": seedFlag("Seed of the label subset, the forest and the bootstrap"),
    "model": choiceFlag({
      choices: ["rf", "xgb"],
      default: "rf",
      description: "Random forest, or gradient-boosted trees by XGBoost's rules",
    }),
    "out": pathFlag({
      description: "Metrics and importances as JSON; the figure goes beside it",
      defaultText: "results/traditional_ml_MODEL.json",
    }),
    "predictions": pathFlag({
      description: "Write probabilities of the test fold as CSV: ecg_id, one per class",
    }),
  },
  examples: [
    { args: "--label-fraction 1", about: "Random forest on all labels" },
    { args: "--model xgb --predictions xgb.csv", about: "Boosted trees on one label in ten" },
  ],
  run: runTrainTraditionalMl,
});

if (import.meta.main) await runCommand(command);
