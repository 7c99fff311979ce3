import { defineCommand } from "../src/console/flags/command.ts";
import {
  booleanFlag,
  choiceFlag,
  integerFlag,
  numberFlag,
  pathFlag,
} from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { deviceFlags } from "../src/console/flags/training_flags.ts";
import { runPredict } from "../src/commands/predict.ts";

/** `deno task predict`: probabilities and a picture for any ECG. */
export const command = defineCommand({
  name: "predict",
  summary: "Give a classifier's probabilities for ECG files, and draw them on ECG paper",
  description: [
    "Reads WFDB records, .mat and .csv files. Leads are found by name, other sampling rates are " +
    "resampled to the model's. A record shorter than the model's input is filled with zeros, as in " +
    "training; of a longer one, windows that cover it are averaged.",
    "A file that cannot be read is listed with the reason, and the others go on; the exit code is 1 " +
    "where none could be read. This is research software and no medical device.",
  ],
  flags: {
    "checkpoint": pathFlag({
      required: true,
      description: "Classifier (.pt or .safetensors), key model",
    }),
    "sampling-rate": numberFlag({
      exclusiveMinimum: 0,
      description:
        "Rate of the files, Hz: needed by .csv without a column time and by .mat alone; " +
        "a file that states another is left out",
    }),
    "units": choiceFlag({
      choices: ["V", "mV", "uV", "nV"],
      description: "Unit of .csv files (mV where not given) and of .mat alone",
    }),
    "start": numberFlag({
      default: 0,
      minimum: 0,
      description: "Where to begin in each record, seconds",
    }),
    "windows": choiceFlag({
      choices: ["all", "first"],
      default: "all",
      description:
        "Of a record longer than the model's input: average windows from --start to its " +
        "end, or take the first alone",
    }),
    "threshold": numberFlag({
      default: 0.5,
      minimum: 0,
      maximum: 1,
      description: "Probability from which on a class is marked",
    }),
    "normalize": choiceFlag({
      choices: ["checkpoint", "none"],
      default: "checkpoint",
      description: "Standardize leads as the checkpoint says, or take mV as they are",
    }),
    "figure": pathFlag({
      default: "results/predict",
      description: "Folder of the pictures; for a single ECG also a file that ends with .svg",
    }),
    "no-figure": booleanFlag({ description: "Draw nothing" }),
    "json": pathFlag({
      description:
        "Write everything as JSON; with - to standard output, the rest to standard error",
    }),
    "csv": pathFlag({ description: "Write a row for each ECG as CSV" }),
    "strict": booleanFlag({
      description: "Fail at the first ECG that cannot be read or is shorter than the model's input",
    }),
    "batch-size": integerFlag({ default: 64, minimum: 1, description: "Windows at once" }),
    ...deviceFlags,
  },
  positionals: {
    name: "ECG...",
    description: "WFDB records, .mat or .csv files, or folders of them",
    minimum: 1,
  },
  examples: [
    { args: "--checkpoint checkpoints/finetuned.pt ecg.hea", about: "A WFDB record" },
    {
      args: "--checkpoint checkpoints/finetuned.pt --sampling-rate 500 --units uV a.csv b.csv",
      about: "Tables in microvolts",
    },
    {
      args: "--checkpoint checkpoints/finetuned.pt --json all.json --csv all.csv data/challenge",
      about: "All records of a folder",
    },
  ],
  run: runPredict,
});

if (import.meta.main) await runCommand(command);
