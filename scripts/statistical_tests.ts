/** `deno task statistical-tests`: are two methods different? */

import { statSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomically } from "../src/checkpoint/atomic_write.ts";
import { assertFolderWritable, printSettings } from "../src/console/console.ts";
import { defineCommand } from "../src/console/flags/command.ts";
import { numberFlag, pathFlag, stringFlag } from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { METHOD_NAMES } from "../src/methods/registry.ts";
import { rasterize } from "../src/plots/rasterize.ts";
import { significanceChart } from "../src/plots/significance_chart.ts";
import { renderMarkdown } from "../src/results/report/markdown.ts";
import { renderText } from "../src/results/report/plain_text.ts";
import { significanceFigure, statisticalReport } from "../src/results/report/statistical_report.ts";
import { statisticalTestResults } from "../src/results/schema/kinds.ts";
import { writeResult } from "../src/results/schema/result_file.ts";
import { readSeedResults } from "../src/results/seed_results.ts";
import { runStatisticalTests } from "../src/results/statistical_tests.ts";
import { quote } from "../src/text/shell_words.ts";

/** Name of the picture, as documented. */
const FIGURE = "significance_comparison";

/** Columns that the text of the report is wrapped to. */
const WIDTH = 96;

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
    "Paired groups: Shapiro-Wilk's test of the differences chooses between the paired t test " +
    "and Wilcoxon's. Independent groups: Mann-Whitney's. Beside them: the other tests, a " +
    "permutation test, effect sizes, t and bootstrap intervals, and the smallest difference " +
    "that so many seeds could detect. Stars follow Holm's correction over metrics.",
    "From means and standard deviations alone, as papers print them: Welch's test, and what an " +
    "interval is an interval of. docs/published-figures.json holds the figures published for " +
    "the reference system.",
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
  async run({ resultsDir, baseline, alpha, outputDir }, { commandLine, program, given }) {
    const file = (name: string) => join(outputDir, name);
    const tests = runStatisticalTests(readSeedResults(resultsDir, METHOD_NAMES), {
      alpha,
      baseline,
    });
    assertFolderWritable(file("report.txt"), "--output-dir");
    const report = statisticalReport(tests);
    const text = renderText(report, WIDTH);
    console.log(text);
    await writeFileAtomically(file("report.txt"), text);
    await writeFileAtomically(file("report.md"), renderMarkdown(report));
    const json = file("statistical_tests.json");
    await writeResult(json, statisticalTestResults, { command_line: commandLine, ...tests });
    const written = ["report.txt", "report.md", "statistical_tests.json"];
    const figure = significanceFigure(tests);
    if (figure === undefined) {
      console.log("No picture: no metric could be compared\n");
    } else {
      const svg = await significanceChart(figure);
      await writeFileAtomically(file(`${FIGURE}.svg`), svg);
      await writeFileAtomically(file(`${FIGURE}.png`), await rasterize(svg));
      written.push(`${FIGURE}.svg`, `${FIGURE}.png`);
    }
    const statistics = given.has("output-dir") ? ` --statistics ${quote(json)}` : "";
    printSettings([
      ["Written to", outputDir],
      ["Files", written.join(", ")],
      // The report reads folders.
      [
        "Next",
        statSync(resultsDir).isDirectory()
          ? `${program} generate-publication-report --results-dir ${quote(resultsDir)}${statistics}`
          : undefined,
      ],
    ]);
  },
});

if (import.meta.main) await runCommand(command);
