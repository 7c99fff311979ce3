import { defineCommand } from "../src/console/flags/command.ts";
import { numberFlag, pathFlag, stringFlag } from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { runStatisticalTestsCommand } from "../src/commands/statistical_tests.ts";

/** `deno task statistical-tests`: are two methods different? */
export const command = defineCommand({
  name: "statistical-tests",
  summary: "Compare methods over several seeds, with tests, intervals and effect sizes",
  description: [
    "Compares every configuration of the results with the baseline, metric by metric: paired by " +
    "seed where two seeds or more are common, else as independent groups. Where run folders hold " +
    "test_predictions.csv, also record by record: DeLong's test and a bootstrap over patients.",
    "--baseline supervised is the first configuration of the file whose method is supervised, ssl " +
    "the first whose method is not; the name of a method or of a configuration is taken as well.",
    "Writes report.txt, report.md, statistical_tests.json, significance_comparison.svg and " +
    "significance_comparison.png.",
  ],
  flags: {
    "results-dir": pathFlag({
      required: true,
      description: "Folder that holds phase2_multiseed_results.json, or a file: that JSON, a CSV " +
        "with the columns method, seed and metrics, or JSON of published figures",
    }),
    "baseline": stringFlag({
      default: "supervised",
      description: "supervised, ssl, or the name of a method or configuration",
    }),
    "alpha": numberFlag({
      default: 0.05,
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      description: "Level of significance",
    }),
    "output-dir": pathFlag({
      default: "analysis/statistical_tests",
      description: "Folder for the files",
    }),
  },
  examples: [
    { args: "--results-dir results", about: "What train-multiseed has written" },
    { args: "--results-dir scores.csv --baseline resnet1d --alpha 0.01", about: "A table" },
    { args: "--results-dir docs/published-figures.json", about: "Figures of a paper" },
  ],
  run: runStatisticalTestsCommand,
});

if (import.meta.main) await runCommand(command);
