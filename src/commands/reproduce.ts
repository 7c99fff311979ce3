/**
 * `reproduce` as a person sees it: the headline experiment as three commands, one after the other.
 *
 * @module
 */

import { join } from "node:path";
import type { Command, CommandContext, FlagTable } from "../console/flags/command.ts";
import { formatDuration } from "../text/format.ts";
import { camelCase, parseCommandLine } from "../console/flags/parse.ts";
import { type CommandOutput, executeCommand } from "../console/flags/run_command.ts";
import { quote } from "../text/shell_words.ts";
import {
  dataFlags,
  type DataOptions,
  deviceFlags,
  type DeviceOptions,
} from "../console/flags/training_flags.ts";
import { UserError } from "../errors.ts";
import { dataArguments, printSettings, stoppedToRepeat } from "../console/console.ts";

/** How large the experiment is: three seeds and few epochs, or what a paper needs. */
export const REPRODUCE_PRESETS = ["quick", "paper"] as const;

/** The options of `reproduce`. */
export interface ReproduceFlags extends DataOptions, DeviceOptions {
  readonly preset: typeof REPRODUCE_PRESETS[number];
  readonly seeds: readonly number[] | undefined;
  readonly epochs: number | undefined;
  readonly pretrainEpochs: number | undefined;
  readonly labelFraction: number;
  readonly normalize: "train" | "none";
  readonly jobs: number;
  readonly resultsDir: string | undefined;
  readonly checkpointDir: string | undefined;
}

/** A command with its arguments. */
export interface ReproduceStage {
  readonly name: "train-multiseed" | "statistical-tests" | "generate-publication-report";
  readonly args: readonly string[];
}

/** Finds a command by its name. */
export type CommandLoader = (name: ReproduceStage["name"]) => Promise<Command<FlagTable>>;

/**
 * The three commands of the experiment: SimCLR, BYOL and supervised training under equal conditions,
 * then the tests, then the report.
 *
 * @param given Names of the flags that stand on the command line; those of data and device are passed
 * on as they are.
 */
export function reproduceStages(
  flags: ReproduceFlags,
  given: ReadonlySet<string>,
): ReproduceStage[] {
  const { results, checkpoints } = foldersOf(flags);
  const value = (name: string, each: unknown) => each === undefined ? [] : [`--${name}`, `${each}`];
  const passedOn = [...Object.keys(dataFlags), ...Object.keys(deviceFlags), "normalize"]
    .filter((name) => given.has(name))
    .map((name) => [name, flags[camelCase(name) as keyof ReproduceFlags]] as const)
    .flatMap(([name, each]) =>
      typeof each === "boolean" ? [`--${name}=${each}`] : value(name, each)
    );
  const tests = join(results, "statistical_tests");
  return [
    {
      name: "train-multiseed",
      args: [
        ...["--method", "simclr,byol,supervised"],
        ...["--loss", "focal", "--balance-strategy", "oversample"],
        ...value("label-fraction", flags.labelFraction),
        ...(flags.preset === "quick" ? ["--quick"] : []),
        ...value("seeds", flags.seeds?.join(",")),
        ...value("epochs", flags.epochs),
        ...value("pretrain-epochs", flags.pretrainEpochs),
        ...(flags.jobs > 1 ? value("jobs", flags.jobs) : []),
        ...value("out", join(results, "phase2_multiseed_results.json")),
        ...value("run-root", join(results, "multiseed")),
        ...value("checkpoint-dir", checkpoints),
        ...passedOn,
      ],
    },
    {
      name: "statistical-tests",
      args: ["--results-dir", results, "--baseline", "supervised", "--output-dir", tests],
    },
    {
      name: "generate-publication-report",
      args: [
        ...["--results-dir", results, "--statistics", join(tests, "statistical_tests.json")],
        ...["--output-dir", join(results, "report")],
      ],
    },
  ];
}

/** The presets do not meet in one folder: their runs have other settings. */
function foldersOf({ preset, resultsDir, checkpointDir }: ReproduceFlags) {
  const within = (folder: string) => preset === "quick" ? join(folder, "quick") : folder;
  return {
    results: resultsDir ?? within("results"),
    checkpoints: checkpointDir ?? within("checkpoints"),
  };
}

/** Runs the command. */
export async function runReproduce(
  flags: ReproduceFlags,
  context: CommandContext,
  load: CommandLoader,
): Promise<void> {
  const { given, program, signal, commandLine } = context;
  const started = performance.now();
  const stages = reproduceStages(flags, given);
  const commands = await Promise.all(stages.map(({ name }) => load(name)));
  // A stage that cannot start shall not show after hours of training.
  stages.forEach(({ args }, i) => parseCommandLine(commands[i].flags, args));
  const { results } = foldersOf(flags);
  printSettings([
    ["Command", "reproduce"],
    ["Preset", flags.preset],
    [
      "Stages",
      stages.map(({ name, args }) => [program, name, ...args.map(quote)].join(" ")).join("\n"),
    ],
    ["Results", results],
  ]);
  for (const [index, { name, args }] of stages.entries()) {
    const title = `Stage ${index + 1} of ${stages.length}, ${name}`;
    console.log(`${title}\n`);
    const code = await executeCommand(commands[index], args, outputUntil(signal), signal);
    if (signal.aborted) throw stoppedToRepeat(context);
    if (code !== 0) {
      throw new UserError(
        `${title}, has failed for the reason above. What is done is kept; when that is put right, ` +
          `the same command goes on: ${commandLine}`,
      );
    }
  }
  printSettings([
    ["Time", `${formatDuration((performance.now() - started) / 1000)} in this start`],
    ["Results", results],
    [
      "Next",
      flags.preset === "quick"
        ? `${program} reproduce --preset paper${dataArguments(flags, given)}`
        : undefined,
    ],
  ]);
}

/** What a stage says of its own stopping would name its own command line. */
function outputUntil(signal: AbortSignal): CommandOutput {
  return {
    out: (text) => console.log(text),
    error: (text) => {
      if (!signal.aborted) console.error(text);
    },
  };
}
