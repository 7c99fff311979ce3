import { defineCommand } from "../src/console/flags/command.ts";
import { compareFlags, comparePositionals } from "../src/console/flags/compare_flags.ts";
import { numberFlag, pathFlag } from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { seedFlag } from "../src/console/flags/training_flags.ts";
import { runPerClassAnalysis } from "../src/commands/per_class_analysis.ts";

/** `deno task per-class-analysis`: classifiers class by class. */
export const command = defineCommand({
  name: "per-class-analysis",
  summary: "Analyze classifiers class by class, with a target for the rarest",
  description: [
    "AUROC, AUPRC, F1, sensitivity and specificity of every class and their means over the classes " +
    "where they are defined, and the change of each class against --baseline with its interval, " +
    "paired by record. Says whether the two rarest classes reach the target.",
  ],
  flags: {
    ...compareFlags,
    "seed": seedFlag("Seed of the bootstrap"),
    "target": numberFlag({
      default: 0.6,
      minimum: 0,
      exclusiveMaximum: 1,
      description: "AUROC that the two rarest classes shall exceed",
    }),
    "figure": pathFlag({ description: "Draw AUROC by class with intervals as SVG" }),
  },
  positionals: comparePositionals,
  examples: [
    { args: "", about: "Plain BCE against focal loss with oversampling" },
    {
      args: "checkpoints/finetuned.pt --target 0.8 --csv classes.csv --figure classes.svg",
      about: "One classifier, with files for a paper",
    },
  ],
  run: runPerClassAnalysis,
});

if (import.meta.main) await runCommand(command);
