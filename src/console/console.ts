/** What all commands print in the same way. */

import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { assertCheckpointPath } from "../checkpoint/checkpoint_file.ts";
import type { CommandContext } from "./flags/command.ts";
import { formatBytes, formatCount, formatScore } from "../text/format.ts";
import { Interrupted } from "./flags/interrupt.ts";
import { quote } from "../text/shell_words.ts";
import { renderSettings } from "../text/table.ts";
import { pageWidth } from "./terminal.ts";
import type { DataOptions } from "./flags/training_flags.ts";
import type { FoldSplit } from "../data/sampling/splits.ts";
import { describeRecordSet, type RecordSet } from "../data/signals/record_set.ts";
import { UsageError, UserError } from "../errors.ts";
import type { Workspace } from "../runs/workspace.ts";
import type { MultilabelMetrics } from "../metrics/multilabel_metrics.ts";

/** Names and values of the settings table. */
export type Settings = [name: string, value: string | number | undefined][];

/** Prints the aligned settings table. */
export function printSettings(settings: Settings, say: (text: string) => void = console.log): void {
  say(renderSettings(settings, pageWidth()) + "\n");
}

/** Lines about the data that every settings table begins with. */
export function recordSettings(set: RecordSet, { train, validation, test }: FoldSplit): Settings {
  const [first, second, third] = [train, validation, test].map(({ length }) => formatCount(length));
  return [
    ["Data", describeRecordSet(set).join("\n")],
    ["Folds", `train ${first} (1-8), validation ${second} (9), test ${third} (10)`],
  ];
}

/** The same with those about the device. */
export function workspaceSettings(
  { set, split, gpu, records, normalization: { kind } }: Workspace,
  normalization = kind === "none" ? "none (mV)" : "per lead",
): Settings {
  return [
    ...recordSettings(set, split),
    ["Normalization", normalization],
    ["Adapter", gpu.name],
    ["Records on it", formatBytes(records.bytes)],
  ];
}

/**
 * What tells commands and run folders where the records came from: the options that differ from
 * their defaults.
 */
export function dataSource(
  flags: DataOptions,
  given: ReadonlySet<string>,
): Record<string, string | number> {
  const { dataRoot, labelsCsv, samplingRate, units, resolution, signalLength } = flags;
  return Object.fromEntries(
    Object.entries({
      dataRoot: given.has("data-root") ? dataRoot : undefined,
      labelsCsv,
      samplingRate,
      units,
      resolution: given.has("resolution") ? resolution : undefined,
      signalLength: given.has("signal-length") ? signalLength : undefined,
    }).filter((entry): entry is [string, string | number] => entry[1] !== undefined),
  );
}

/** Options as flags on a command line, with a blank in front of each. */
export function flagArguments(options: Readonly<Record<string, string | number>>): string {
  return Object.entries(options).map(([name, value]) =>
    ` --${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} ${quote(`${value}`)}`
  ).join("");
}

/** The flags with which the next command reads the same data, with a blank in front. */
export function dataArguments(flags: DataOptions, given: ReadonlySet<string>): string {
  return flagArguments(dataSource(flags, given));
}

/** Names the classes about which the labeled records say nothing, where there are any. */
export function warnOfOneLabel(classNames: readonly string[], advice = ""): void {
  if (classNames.length === 0) return;
  console.log(
    `Nothing to learn about ${classNames.join(", ")}: all labeled records agree. Their ` +
      `probabilities are the same for every record${advice}\n`,
  );
}

/** The four documented metrics in one line. */
export function metricsLine(metrics: MultilabelMetrics): string {
  return `AUROC ${formatScore(metrics.auroc_macro, 4)}  F1 ${formatScore(metrics.f1_macro, 4)}  ` +
    `sensitivity ${formatScore(metrics.sensitivity_micro, 4)}  ` +
    `specificity ${formatScore(metrics.specificity_micro, 4)}`;
}

/**
 * Checks that no list of values has one of them twice.
 *
 * @param lists Values by the name of their flag
 * @throws {UsageError} Naming the flag and the value
 */
export function assertEachOnce(
  lists: Readonly<Record<string, readonly (string | number)[]>>,
): void {
  for (const [name, values] of Object.entries(lists)) {
    const twice = values.find((value, i) => values.indexOf(value) !== i);
    if (twice !== undefined) throw new UsageError(`--${name} has ${twice} twice: give each once`);
  }
}

/**
 * Checks before hours of training that a file can be written where it is wanted, and makes its
 * folder.
 *
 * @throws {UserError} When the extension or the folder is no good.
 */
export function assertWritable(path: string, flag: string): void {
  assertCheckpointPath(path);
  assertFolderWritable(path, flag);
}

/** Makes the folder of a file, and checks that a file can be written there. */
export function assertFolderWritable(path: string, flag: string): void {
  // Without the first test a file in place of a folder would throw ENOTDIR.
  if (existsSync(path) && statSync(path).isDirectory()) {
    throw new UserError(`Cannot write ${path}: it is a folder. Choose another ${flag}`);
  }
  const folder = dirname(path);
  try {
    Deno.mkdirSync(folder, { recursive: true });
    Deno.removeSync(Deno.makeTempFileSync({ dir: folder, prefix: ".writable-" }));
  } catch (error) {
    throw new UserError(
      `Cannot write to ${folder}: ${(error as Error).message}. Choose another ${flag}`,
    );
  }
}

/** `Epoch  3/20`. */
export function epochLabel(epoch: number, epochs: number): string {
  return `Epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`;
}

/** @throws {UsageError} `--resume` without `--run-dir`. */
export function assertResumable(
  { resume, runDir }: { readonly resume: boolean; readonly runDir: string | undefined },
): void {
  if (!resume || runDir !== undefined) return;
  throw new UsageError("--resume needs --run-dir: name the folder of the run to continue");
}

/** The error after Ctrl-C: how to resume. */
export function stopped(context: CommandContext, runFolder: string, resumed: boolean): Interrupted {
  const again = context.given.has("run-dir")
    ? context.commandLine
    : `${context.commandLine} --run-dir ${quote(runFolder)}`;
  return new Interrupted(
    `Stopped. What was saved is in ${runFolder}; continue with: ${again}${
      resumed ? "" : " --resume"
    }`,
  );
}

/** The error after Ctrl-C where the same command resumes by itself. */
export function stoppedToRepeat({ commandLine }: CommandContext): Interrupted {
  return new Interrupted(`Stopped. The same command continues: ${commandLine}`);
}
