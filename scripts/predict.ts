import { basename } from "node:path";
import { writeFileAtomically } from "../src/checkpoint/atomic_write.ts";
import { readCheckpoint } from "../src/checkpoint/checkpoint_file.ts";
import type { Checkpoint } from "../src/checkpoint/state_dict.ts";
import { advised } from "../src/console/advice.ts";
import { Bars } from "../src/console/progress.ts";
import { assertFolderWritable, printSettings, type Settings } from "../src/console/console.ts";
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
import { assertOutputs, writeOutputs } from "../src/console/outputs.ts";
import {
  describeFacts,
  describePredictions,
  drawPrediction,
  figureFiles,
  NOTICE,
  predictionsTable,
  predictionTableCsv,
} from "../src/console/views/prediction_view.ts";
import { findEcgsSync } from "../src/data/files/find_ecgs.ts";
import { readEcgSignalsSync } from "../src/data/files/read_ecg.ts";
import { UsageError, UserError } from "../src/errors.ts";
import { type ClassifierInput, classifierInput } from "../src/evaluation/classifier_input.ts";
import { type EcgPredictions, predict, type PredictOptions } from "../src/evaluation/predict.ts";
import { describeCheckpoint } from "../src/models/describe_checkpoint.ts";
import { jsonText } from "../src/results/schema/result_file.ts";
import { openDevice } from "../src/runs/device.ts";
import { formatCount, formatNumber, shortNames } from "../src/text/format.ts";
import { firstLines, renderSettings } from "../src/text/table.ts";

export const command = defineCommand({
  name: "predict",
  summary: "Give a classifier's probabilities for ECG files, and draw them on ECG paper",
  description: [
    "Reads WFDB records, .mat and .csv files. Leads are found by name, other sampling rates are " +
    "resampled to the model's. A record shorter than the model's input is filled with zeros, as in " +
    "training; of a longer one, windows that cover it are averaged.",
    "A file that cannot be read is listed with the reason, and the others are still done; the exit code is 1 " +
    "where none could be read. This is research software and no medical device.",
    "Each class has a probability of its own (sigmoid), so they need not add up to 1. What was " +
    "done to each file is printed.",
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
  async run(flags, context) {
    const { checkpoint: path, json, csv, threshold } = flags;
    // JSON on standard output: everything else must not go there.
    const piped = json === STANDARD_OUTPUT;
    const say = piped ? console.error : console.log;
    const found = findEcgsSync(context.positionals);
    checkOutputs(flags, found.paths.length);
    const unusable = found.leftOut.map(({ path: name, ...why }) => ({ name, ...why }));
    if (flags.strict && unusable.length > 0) throw new UserError(unusable[0].reason);
    const checkpoint = await readCheckpoint(path);
    const input = classifierInput(checkpoint);
    const device = await openDevice(flags);
    using gpu = device.gpu;
    printSettings([
      ["Command", "predict"],
      ["Checkpoint", [path, ...describeCheckpoint(checkpoint)].join("\n")],
      ...describeTask(flags, input, checkpoint),
      ["ECGs", formatCount(found.paths.length)],
      ["Adapter", gpu.name],
    ], say);
    const { signal } = context;
    using bars = new Bars();
    const units = { Reading: "ECGs", Predicting: "windows" } as const;
    const onProgress: PredictOptions["onProgress"] = (phase, ...at) =>
      bars.update(phase, units[phase], ...at);
    const options = { ...flags, checkpoint, ecgs: found.paths, device, signal, onProgress };
    const result = await predict(options);
    bars.finish();
    const { predictions } = result;
    const leftOut = [...unusable, ...result.leftOut];
    if (predictions.length === 0 && leftOut.length === 1) {
      throw new UserError(leftOut[0].reason, leftOut[0].facts);
    }
    const names = shortNames(predictions.map(({ name }) => name));
    if (predictions.length > 0) {
      say(predictionsTable(result, names, threshold) + "\n");
      const facts = predictions.map((each) => describeFacts(each, input.signalLength));
      say(renderSettings(facts.map((line, i) => [names[i], line])) + "\n");
    }
    if (leftOut.length > 0) {
      say(`Left out ${formatCount(leftOut.length)}:`);
      const lines = leftOut.map(({ reason, facts }) => `  ${advised(reason, facts)}`);
      say(`${firstLines(lines, SHOWN, "  ")}\n`);
    }
    if (predictions.length === 0) {
      throw new UserError(`None of the ${formatCount(leftOut.length)} ECGs could be read`);
    }
    const figures = flags.noFigure ? [] : await drawAll(result, names, flags, context.signal);
    const described = async () =>
      jsonText(await describePredictions(result, leftOut, figures, flags));
    if (piped) console.log((await described()).trimEnd());
    await writeOutputs([
      [
        figures.length > 1 ? "Figures" : "Figure",
        describeFigures(figures),
        () => Promise.resolve(),
      ],
      ["CSV", csv, (file) => writeFileAtomically(file, predictionTableCsv(result, threshold))],
      [
        "JSON",
        piped ? undefined : json,
        async (file) => writeFileAtomically(file, await described()),
      ],
    ], say);
    say(`\n${NOTICE}`);
  },
});

/** Unreadable files that are printed; the JSON file has all of them. */
const SHOWN = 20;

const STANDARD_OUTPUT = "-";

type Flags = Parameters<typeof command.run>[0];

/** A file for one picture, else a folder. */
function isSvg(path: string): boolean {
  return /\.svg$/i.test(path);
}

/** Checks before any work that everything can be written where it is wanted. */
function checkOutputs({ figure, noFigure, json, csv }: Flags, count: number): void {
  if (!noFigure) {
    if (isSvg(figure) && count > 1) {
      throw new UsageError(
        `--figure ${figure} is one file, there are ${formatCount(count)} ECGs: give a folder`,
      );
    }
    assertFolderWritable(isSvg(figure) ? figure : `${figure}/ecg.svg`, "--figure");
  }
  assertOutputs({ csv, json: json === STANDARD_OUTPUT ? undefined : json });
}

/** What will be done with each ECG, as lines of the settings. */
function describeTask(
  flags: Flags,
  { samplingRate, signalLength, assumptions }: ClassifierInput,
  { metadata }: Checkpoint,
): Settings {
  const seconds = formatNumber(signalLength / samplingRate);
  const shape = `${formatCount(signalLength)} samples at ${samplingRate} Hz (${seconds} s)`;
  return [
    ["Input", [shape, ...assumptions].join("\n")],
    ["Windows", describeWindows(flags, seconds)],
    ["Normalization", describeNormalization(flags, metadata.normalisation)],
    [
      "Probabilities",
      "sigmoid of each output by itself (several classes may be present, or none); " +
      `marked from ${flags.threshold} on`,
    ],
  ];
}

function describeWindows({ windows, start }: Flags, seconds: string): string {
  const from = start > 0 ? `from ${start} s on` : "from the beginning";
  return (windows === "all"
    ? `of ${seconds} s, ${from}, to the end of the record; their probabilities are averaged`
    : `one of ${seconds} s, ${from}; what follows is left out`) +
    "; shorter records are filled with zeros, as in training";
}

function describeNormalization(
  { normalize }: Flags,
  carried: { readonly kind: "train" | "none" } | null | undefined,
): string {
  if (carried?.kind === "train") {
    return normalize === "none"
      ? "none (mV), although the checkpoint carries one"
      : "per lead, the checkpoint's";
  }
  return `none (mV); the checkpoint ${carried === undefined ? "does not say" : "has none"}`;
}

async function drawAll(
  { predictions, input }: EcgPredictions,
  names: readonly string[],
  { figure, checkpoint, samplingRate, units }: Flags,
  signal: AbortSignal,
): Promise<string[]> {
  const paths = predictions.map(({ name }) => name);
  const files = isSvg(figure) ? [figure] : figureFiles(paths, figure);
  const caption = basename(checkpoint);
  for (const [i, prediction] of predictions.entries()) {
    signal.throwIfAborted();
    // Read again, since the records of a large folder do not fit in memory all at once.
    const signals = readEcgSignalsSync(paths[i], { samplingRate, units });
    const about = { name: names[i], caption };
    await writeFileAtomically(
      files[i],
      drawPrediction(prediction, signals, input.classNames, about),
    );
  }
  return files;
}

/** Where the pictures are; undefined without any. */
function describeFigures(figures: readonly string[]): string | undefined {
  if (figures.length < 2) return figures[0];
  return `${figures[0]} … ${basename(figures[figures.length - 1])} (${
    formatCount(figures.length)
  })`;
}

if (import.meta.main) await runCommand(command);
