import { defineCommand } from "../src/console/flags/command.ts";
import { booleanFlag, pathFlag } from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { runAnalyzeDatasets } from "../src/commands/analyze_datasets.ts";

/** `deno task analyze-datasets`: what the data sets on this machine hold. */
export const command = defineCommand({
  name: "analyze-datasets",
  summary: "Count what PTB-XL, MIT-BIH or any folder of WFDB records holds",
  description: [
    "Records, patients and classes by fold, sex and age; classes that occur together; beats and " +
    "windows by part of the split; rates, leads and diagnosis codes of any folder; files that are " +
    "missing or damaged. A data set that is not there takes one line.",
  ],
  flags: {
    "ptbxl-root": pathFlag({ default: "data/PTB-XL", description: "Folder of PTB-XL" }),
    "mitbih-root": pathFlag({
      default: "data/MIT-BIH/files/mitdb/1.0.0",
      description: "Folder of the MIT-BIH Arrhythmia Database",
    }),
    "records-root": pathFlag({
      description: "Any folder of WFDB or PhysioNet-challenge records, folders below included",
    }),
    "verify": booleanFlag({
      description: "Read every sample and compare checksums, not only sizes with the headers",
    }),
    "json": pathFlag({ description: "Write everything as JSON" }),
    "out-dir": pathFlag({ default: "results/datasets", description: "Folder for the pictures" }),
  },
  examples: [
    { args: "", about: "What is in data/" },
    {
      args: "--records-root data/challenge --json datasets.json",
      about: "A folder of records, too",
    },
    { args: "--verify", about: "Find damaged records" },
  ],
  run: runAnalyzeDatasets,
});

if (import.meta.main) await runCommand(command);
