/**
 * What `statistical-tests` does: read results, compare, print, write report, JSON and picture.
 *
 * @module
 */

import { statSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomically } from "../checkpoint/atomic_write.ts";
import type { CommandContext } from "../console/flags/command.ts";
import { quote } from "../text/shell_words.ts";
import { readSeedResults } from "../results/seed_results.ts";
import { runStatisticalTests } from "../results/statistical_tests.ts";
import { rasterize } from "../plots/rasterize.ts";
import { renderMarkdown, renderText } from "../results/report/report_blocks.ts";
import { significanceChart } from "../plots/significance_chart.ts";
import { assertFolderWritable, printSettings } from "../console/console.ts";
import { significanceFigure, statisticalTestsReport } from "./statistical_tests_report.ts";

/** The options of the command. */
export interface StatisticalTestsFlags {
  readonly resultsDir: string;
  readonly baseline: string;
  readonly alpha: number;
  readonly outputDir: string;
}

/** Name of the picture, as documented. */
const FIGURE = "significance_comparison";

/** Runs `statistical-tests`. */
export async function runStatisticalTestsCommand(
  flags: StatisticalTestsFlags,
  context: CommandContext,
): Promise<void> {
  const { resultsDir, baseline, alpha, outputDir } = flags;
  const file = (name: string) => join(outputDir, name);
  const tests = runStatisticalTests(readSeedResults(resultsDir), { alpha, baseline });
  assertFolderWritable(file("report.txt"), "--output-dir");
  const report = statisticalTestsReport(tests);
  console.log(renderText(report));
  const written = ["report.txt", "report.md", "statistical_tests.json"];
  await writeFileAtomically(file("report.txt"), renderText(report));
  await writeFileAtomically(file("report.md"), renderMarkdown(report));
  // What is not defined (NaN) becomes null.
  await writeFileAtomically(
    file("statistical_tests.json"),
    JSON.stringify({ command_line: context.commandLine, ...tests }, null, 2) + "\n",
  );
  const figure = significanceFigure(tests);
  if (figure !== undefined) {
    const svg = await significanceChart(figure);
    await writeFileAtomically(file(`${FIGURE}.svg`), svg);
    await writeFileAtomically(file(`${FIGURE}.png`), await rasterize(svg));
    written.push(`${FIGURE}.svg`, `${FIGURE}.png`);
  }
  if (figure === undefined) console.log("No picture: no metric could be compared\n");
  printSettings([
    ["Written to", outputDir],
    ["Files", written.join(", ")],
    ["Next", nextCommand(flags, context)],
  ]);
}

/** The report, where it finds the results: it reads folders. */
function nextCommand(
  { resultsDir, outputDir }: StatisticalTestsFlags,
  { program, given }: CommandContext,
): string | undefined {
  if (!statSync(resultsDir).isDirectory()) return undefined;
  const statistics = given.has("output-dir")
    ? ` --statistics ${quote(join(outputDir, "statistical_tests.json"))}`
    : "";
  return `${program} generate-publication-report --results-dir ${quote(resultsDir)}${statistics}`;
}
