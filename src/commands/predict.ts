/**
 * `predict` as a person sees it.
 *
 * @module
 */

import { basename } from "node:path";
import { writeFileAtomically } from "../checkpoint/atomic_write.ts";
import { readCheckpoint } from "../checkpoint/checkpoint_file.ts";
import { describeCheckpoint } from "../models/describe_checkpoint.ts";
import type { Checkpoint } from "../checkpoint/state_dict.ts";
import type { CommandContext } from "../console/flags/command.ts";
import { formatCount, formatNumber, formatPath } from "../text/format.ts";
import { advised } from "../console/advice.ts";
import { Progress } from "../console/progress.ts";
import { renderSettings } from "../text/table.ts";
import { terminalWidth } from "../console/terminal.ts";
import type { DeviceOptions } from "../console/flags/training_flags.ts";
import { findEcgsSync, type FoundEcgs, type UnusableEcg } from "../data/files/find_ecgs.ts";
import { UsageError, UserError } from "../errors.ts";
import { type ClassifierInput, classifierInput } from "../evaluation/classifier_input.ts";
import { openDevice } from "../runs/device.ts";
import { predict, type Predictions, type PredictOptions } from "../evaluation/predict.ts";
import { assertFolderWritable, type Settings } from "../console/console.ts";
import {
  csvOf,
  describeFacts,
  describeResult,
  drawPrediction,
  figureFiles,
  NOTICE,
  probabilityTable,
  shortNames,
} from "./predict_report.ts";

/** The options of `predict`. */
export interface PredictFlags extends DeviceOptions {
  readonly checkpoint: string;
  readonly samplingRate: number | undefined;
  readonly units: string | undefined;
  readonly start: number;
  readonly windows: "all" | "first";
  readonly threshold: number;
  readonly normalize: "checkpoint" | "none";
  readonly figure: string;
  readonly noFigure: boolean;
  readonly json: string | undefined;
  readonly csv: string | undefined;
  readonly strict: boolean;
  readonly batchSize: number;
}

/** Unreadable files that are printed; the JSON file has all of them. */
const SHOWN = 20;

/** JSON goes to standard output: everything else must not. */
const STANDARD_OUTPUT = "-";

/** Prints a line for people. */
type Say = (text: string) => void;

/** Runs the command. */
export async function runPredict(flags: PredictFlags, context: CommandContext): Promise<void> {
  const say: Say = flags.json === STANDARD_OUTPUT ? console.error : console.log;
  const found = findEcgsSync(context.positionals);
  checkOutputs(flags, found);
  if (flags.strict && found.leftOut.length > 0) throw new UserError(found.leftOut[0].reason);
  const checkpoint = await readCheckpoint(flags.checkpoint);
  const input = classifierInput(checkpoint);
  const device = await openDevice(flags);
  let result: Predictions;
  try {
    const settings: Settings = [
      ["Command", "predict"],
      ["Checkpoint", [flags.checkpoint, ...describeCheckpoint(checkpoint)].join("\n")],
      ...describeTask(flags, input, checkpoint),
      ["ECGs", formatCount(found.paths.length)],
      ["Adapter", device.gpu.name],
    ];
    say(renderSettings(settings, Math.min(100, terminalWidth())) + "\n");
    result = await predictWithProgress({
      ...flags,
      checkpoint,
      ecgs: found.paths,
      device,
      signal: context.signal,
    });
  } finally {
    device.gpu.destroy();
  }
  const leftOut = [...found.leftOut, ...result.leftOut];
  if (result.predictions.length === 0 && leftOut.length === 1) {
    throw new UserError(leftOut[0].reason, leftOut[0].facts);
  }
  const names = shortNames(result.predictions.map(({ path }) => path));
  print(result, leftOut, { names, threshold: flags.threshold, say });
  if (result.predictions.length === 0) {
    throw new UserError(`None of the ${formatCount(leftOut.length)} ECGs could be read`);
  }
  const figures = flags.noFigure ? [] : await drawAll(result, names, flags, context.signal);
  await writeFiles(result, leftOut, figures, flags, say);
  say(`\n${NOTICE}`);
}

/** A file for one picture, else a folder. */
function isSvg(path: string): boolean {
  return /\.svg$/i.test(path);
}

/** Checks before any work that everything can be written where it is wanted. */
function checkOutputs({ figure, noFigure, json, csv }: PredictFlags, { paths }: FoundEcgs): void {
  if (!noFigure) {
    if (isSvg(figure) && paths.length > 1) {
      throw new UsageError(
        `--figure ${figure} is one file, there are ${
          formatCount(paths.length)
        } ECGs: give a folder`,
      );
    }
    assertFolderWritable(isSvg(figure) ? figure : `${figure}/ecg.svg`, "--figure");
  }
  if (json !== undefined && json !== STANDARD_OUTPUT) assertFolderWritable(json, "--json");
  if (csv !== undefined) assertFolderWritable(csv, "--csv");
}

/** What will be done with each ECG, as lines of the settings. */
function describeTask(
  flags: PredictFlags,
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

function describeWindows({ windows, start }: PredictFlags, seconds: string): string {
  const from = start > 0 ? `from ${start} s on` : "from the beginning";
  return (windows === "all"
    ? `of ${seconds} s, ${from}, to the end of the record; their probabilities are averaged`
    : `one of ${seconds} s, ${from}; what follows is left out`) +
    "; shorter records are filled with zeros, as in training";
}

function describeNormalization(
  { normalize }: PredictFlags,
  carried: { readonly kind: "train" | "none" } | null | undefined,
): string {
  if (carried?.kind === "train") {
    return normalize === "none"
      ? "none (mV), although the checkpoint carries one"
      : "per lead, the checkpoint's";
  }
  return `none (mV); the checkpoint ${carried === undefined ? "does not say" : "has none"}`;
}

async function predictWithProgress(options: PredictOptions): Promise<Predictions> {
  let progress: Progress | undefined;
  let current = "";
  try {
    return await predict({
      ...options,
      onProgress(phase, done, total) {
        if (phase !== current) {
          progress?.finish();
          const unit = phase === "Reading" ? "ECGs" : "windows";
          progress = new Progress({ label: phase, total, unit });
          current = phase;
        }
        progress?.update(done);
      },
    });
  } finally {
    progress?.finish();
  }
}

function print(
  result: Predictions,
  leftOut: readonly UnusableEcg[],
  { names, threshold, say }: { names: readonly string[]; threshold: number; say: Say },
): void {
  const { predictions, input } = result;
  if (predictions.length > 0) {
    say(probabilityTable(result, names, threshold) + "\n");
    const facts = predictions.map((each) => describeFacts(each, input.signalLength));
    say(renderSettings(facts.map((line, i) => [names[i], line])) + "\n");
  }
  if (leftOut.length > 0) {
    say(`Left out ${formatCount(leftOut.length)}:`);
    for (const { reason, facts } of leftOut.slice(0, SHOWN)) say(`  ${advised(reason, facts)}`);
    if (leftOut.length > SHOWN) say(`  and ${formatCount(leftOut.length - SHOWN)} more`);
    say("");
  }
}

async function drawAll(
  { predictions, input }: Predictions,
  names: readonly string[],
  { figure, checkpoint, samplingRate, units }: PredictFlags,
  signal: AbortSignal,
): Promise<string[]> {
  const paths = predictions.map(({ path }) => path);
  const files = isSvg(figure) ? [figure] : figureFiles(paths, figure);
  for (const [i, prediction] of predictions.entries()) {
    signal.throwIfAborted();
    const svg = drawPrediction(prediction, input.classNames, {
      name: names[i],
      caption: basename(checkpoint),
      samplingRate,
      units,
    });
    await writeFileAtomically(files[i], svg);
  }
  return files;
}

async function writeFiles(
  result: Predictions,
  leftOut: readonly UnusableEcg[],
  figures: readonly string[],
  flags: PredictFlags,
  say: Say,
): Promise<void> {
  const { csv, json } = flags;
  if (figures.length === 1) say(`Figure   ${formatPath(figures[0])}`);
  else if (figures.length > 1) {
    const [first, last] = [figures[0], figures[figures.length - 1]];
    const count = formatCount(figures.length);
    say(`Figures  ${formatPath(first)} … ${basename(last)} (${count})`);
  }
  if (csv !== undefined) {
    await writeFileAtomically(csv, csvOf(result, flags.threshold));
    say(`CSV      ${formatPath(csv)}`);
  }
  if (json === undefined) return;
  const text = JSON.stringify(await describeResult(result, leftOut, figures, flags), null, 2);
  if (json === STANDARD_OUTPUT) console.log(text);
  else {
    await writeFileAtomically(json, text + "\n");
    say(`JSON     ${formatPath(json)}`);
  }
}
