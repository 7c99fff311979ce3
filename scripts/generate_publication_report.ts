/** `deno task generate-publication-report`: all results in one document. */

import { join } from "node:path";
import { writeFileAtomically } from "../src/checkpoint/atomic_write.ts";
import { assertFolderWritable, printSettings } from "../src/console/console.ts";
import { defineCommand } from "../src/console/flags/command.ts";
import { pathFlag } from "../src/console/flags/flags.ts";
import { resultsFlags } from "../src/console/flags/results_flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { commandFor } from "../src/console/result_commands.ts";
import type { Picture } from "../src/results/report/document.ts";
import { renderPage } from "../src/results/report/html/page.ts";
import { renderMarkdown } from "../src/results/report/markdown.ts";
import { buildReport } from "../src/results/report/report.ts";
import { readResultsFolder } from "../src/results/report/results_folder.ts";
import { formatBytes } from "../src/text/format.ts";

export const command = defineCommand({
  name: "generate-publication-report",
  summary: "Write a report of all results, as Markdown and as one HTML file",
  description: [
    "Reads everything under --results-dir: run folders, the file of train-multiseed, and JSON " +
    "files of label-scarcity, ablation, evaluate, linear-probe, knn-probe and transfer-mitbih, " +
    "which are known by what they hold. What is missing shows as missing, with the command that " +
    "makes it.",
    "report.html holds its style, script and figures: it opens without a network and without a " +
    "server.",
    "Tables hold mean ± SD over seeds with t intervals, of both folds and of each class. Then " +
    "significance from --statistics, ROC and precision-recall curves with bands, calibration, " +
    "confusion by class, learning curves, label efficiency, robustness, ablation, probes and " +
    "transfer where there are files of these, time, settings, seeds, adapter, versions, and the " +
    "commands that were typed. Without the file of train-multiseed every single run is shown by " +
    "itself, with bootstrap bands over patients.",
    "In report.html a click on a title sorts its table, curves show their values under the " +
    "pointer or with the arrow keys, colors follow the system's setting or the switch, and " +
    "there is a style for print. Damaged files and failed runs are listed.",
  ],
  flags: {
    ...resultsFlags,
    "output-dir": pathFlag({
      default: "results/report",
      description: "Folder of report.md, report.html and figures/",
    }),
  },
  examples: [
    { args: "", about: "Everything under results/" },
    { args: "--results-dir paper/results --output-dir paper/report", about: "Other folders" },
  ],
  async run({ resultsDir, statistics, outputDir }, { program }) {
    const markdown = join(outputDir, "report.md");
    const html = join(outputDir, "report.html");
    const figures = join(outputDir, "figures");
    assertFolderWritable(markdown, "--output-dir");
    const folder = readResultsFolder(resultsDir, statistics);
    const { document, pictures, missing } = buildReport(folder, {
      commandFor: commandFor(program),
    });
    const drawn = new Map<Picture, string>();
    for (const picture of pictures) {
      const svg = await picture.draw("light");
      drawn.set(picture, svg);
      await writeFileAtomically(join(figures, `${picture.name}.svg`), svg);
    }
    await writeFileAtomically(markdown, renderMarkdown(document, "figures"));
    const page = await renderPage(document, (picture) => drawn.get(picture)!);
    await writeFileAtomically(html, page);
    printSettings([
      ["Results", `${resultsDir}: ${folder.runs.length} runs, ${folder.files.length} files`],
      ["Statistics", folder.statistics?.path ?? `there is no ${statistics}`],
      ["Damaged", folder.damaged.map(({ reason }) => reason).join("\n") || undefined],
      ["Missing", missing.map(({ what }) => what).join("\n") || undefined],
      ["Markdown", markdown],
      ["HTML", `${html} (${formatBytes(page.length)}, opens without a network)`],
      ["Figures", pictures.length > 0 ? `${figures} (${pictures.length})` : undefined],
    ]);
  },
});

if (import.meta.main) await runCommand(command);
