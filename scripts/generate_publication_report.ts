import { defineCommand } from "../src/console/flags/command.ts";
import { pathFlag } from "../src/console/flags/flags.ts";
import { resultsFlags } from "../src/console/flags/results_flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { runGeneratePublicationReport } from "../src/commands/generate_publication_report.ts";

/** `deno task generate-publication-report`: all results in one document. */
export const command = defineCommand({
  name: "generate-publication-report",
  summary: "Write a report of all results, as Markdown and as one HTML file",
  description: [
    "Reads whatever lies under --results-dir: run folders, the file of train-multiseed, and JSON " +
    "files of label-scarcity, ablation, evaluate, linear-probe, knn-probe and transfer-mitbih, " +
    "which are known by what they hold. What is missing shows as missing, with the command that " +
    "makes it.",
    "report.html holds its style, script and figures: it opens without a network and without a " +
    "server.",
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
  run: runGeneratePublicationReport,
});

if (import.meta.main) await runCommand(command);
