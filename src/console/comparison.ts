/**
 * What the commands do that evaluate checkpoints on the same records: find the files, evaluate them,
 * and show the comparison in the command's own view.
 */

import { writeFileAtomically } from "../checkpoint/atomic_write.ts";
import { kindOf } from "../checkpoint/find_checkpoints.ts";
import { type NamedCheckpoint, readNamedCheckpointsSync } from "../checkpoint/named_checkpoints.ts";
import type { Normalization } from "../data/signals/normalization.ts";
import { UsageError, UserError } from "../errors.ts";
import {
  type ClassifierComparison,
  compareCheckpoints,
  type CompareOptions,
  type LeftOutCheckpoint,
} from "../evaluation/compare_checkpoints.ts";
import { comparisonResults } from "../results/schema/kinds.ts";
import { type AnyResultKind, writeResult } from "../results/schema/result_file.ts";
import type { Workspace } from "../runs/workspace.ts";
import { formatCount } from "../text/format.ts";
import { didYouMean } from "../text/nearest.ts";
import { advised } from "./advice.ts";
import {
  baselineOf,
  comparisonCsv,
  describeComparison,
  describeFrame,
} from "./views/comparison_view.ts";
import { dataArguments, printSettings, type Settings, workspaceSettings } from "./console.ts";
import { commandThatMakes } from "./documented_checkpoints.ts";
import {
  type Command,
  type CommandContext,
  defineCommand,
  type FlagTable,
  type Options,
} from "./flags/command.ts";
import {
  type CompareFlagOptions,
  compareFlags,
  type EvaluationOptions,
} from "./flags/evaluation_flags.ts";
import { openWorkspace } from "./open_workspace.ts";
import { assertOutputs, type OutputPaths, writeOutputs } from "./outputs.ts";
import { Bars } from "./progress.ts";
import { INTERVALS_NOTE, PAIRED_NOTE } from "./views/score_table.ts";

/** What a command compares and shows. */
export interface ComparisonView
  extends Pick<CompareOptions, "checkpoints" | "baseline" | "conditions" | "strict"> {
  readonly command: string;
  /** Checkpoints that were looked for and are not there. */
  readonly missing?: readonly LeftOutCheckpoint[];
  /** How many checkpoints the command needs to say anything. Default 1. */
  readonly atLeast?: 1 | 2;
  /** Normalization that the workspace begins with. Default: each checkpoint's, as it is evaluated. */
  readonly normalization?: "train" | "none" | Normalization;
  /** Lines of the settings about the checkpoints. Default: names and paths. */
  readonly about?: Settings;
  /** More lines of the settings. */
  readonly settings?: Settings;
  /** How encoders get a head; without it they are left out. */
  addHead?(workspace: Workspace, progress: Bars): CompareOptions["addHead"];
  /** What follows "Fold 10, 2,158 records". Default: the baseline. */
  title?(comparison: ClassifierComparison): string;
  /** What is printed under the title. */
  report(comparison: ClassifierComparison, workspace: Workspace): string;
  /** What `--csv` writes. Default: the four metrics with differences, a row a checkpoint. */
  csv?(comparison: ClassifierComparison, workspace: Workspace): string;
  /** What `--predictions` writes. */
  predictions?(comparison: ClassifierComparison, workspace: Workspace): string;
  /** What `--json` writes, after what all of them say. */
  json(comparison: ClassifierComparison, workspace: Workspace): Promise<object>;
  readonly resultKind: AnyResultKind;
  /** Writes what `--figure` asks for, or gives the reason where there is nothing to draw. */
  draw?(
    file: string,
    comparison: ClassifierComparison,
    workspace: Workspace,
  ): Promise<string | void>;
}

/** Runs a command that evaluates checkpoints on the same records. */
export async function runComparison(
  flags: EvaluationOptions & OutputPaths,
  context: CommandContext,
  view: ComparisonView,
): Promise<void> {
  assertOutputs(flags);
  const { command, checkpoints, missing = [], normalization, settings = [] } = view;
  assertEnough(checkpoints.length, view, missing);
  using workspace = await openWorkspace({ flags, context, normalization: normalization ?? "none" });
  using bars = new Bars();
  const own = normalization ? undefined : flags.normalize ?? "each checkpoint's own";
  printSettings([
    ["Command", command],
    ...view.about ??
      [["Checkpoints", checkpoints.map(({ name, path }) => `${name}: ${path}`).join("\n")]],
    ...workspaceSettings(workspace, own),
    ...settings,
  ]);
  const { compared, leftOut } = await compareCheckpoints(workspace, {
    ...flags,
    checkpoints,
    baseline: view.baseline,
    conditions: view.conditions,
    strict: view.strict,
    addHead: view.addHead?.(workspace, bars),
    signal: context.signal,
    onProgress: (done, total) => bars.update("Evaluating", "records", done, total),
  });
  bars.finish();
  const comparison = { compared, leftOut: [...leftOut, ...missing] };
  if (compared.length >= (view.atLeast ?? 1)) {
    printComparison(comparison, flags.fold, workspace, view);
  }
  assertEnough(compared.length, view, comparison.leftOut);
  if (comparison.leftOut.length > 0) console.log(listLeftOut(comparison.leftOut));
  await writeOutputs([
    [
      "Predictions",
      flags.predictions,
      (file) => writeFileAtomically(file, view.predictions!(comparison, workspace)),
    ],
    [
      "CSV",
      flags.csv,
      (file) =>
        writeFileAtomically(file, view.csv?.(comparison, workspace) ?? comparisonCsv(comparison)),
    ],
    ["JSON", flags.json, async (file) =>
      await writeResult(file, view.resultKind, {
        ...describeFrame(comparison, workspace, flags, context),
        ...await view.json(comparison, workspace),
      })],
    ["Figure", flags.figure, async (file) => await view.draw?.(file, comparison, workspace)],
  ]);
}

/** @throws {UserError} Too few are there, after a list of what is left out and why. */
function assertEnough(
  count: number,
  { command, atLeast = 1 }: ComparisonView,
  leftOut: readonly LeftOutCheckpoint[],
): void {
  if (count >= atLeast) return;
  console.log(listLeftOut(leftOut));
  throw new UserError(
    atLeast === 1
      ? `${command} found no checkpoint that it can evaluate. Name some with --checkpoints`
      : `${command} needs two checkpoints that it can evaluate, and found ${count}. Name more ` +
        `with --checkpoints`,
  );
}

function listLeftOut(leftOut: readonly LeftOutCheckpoint[]): string {
  return [
    `Left out ${formatCount(leftOut.length)}:`,
    ...leftOut.map(({ name, path, reason, facts }) =>
      `  ${name === path ? "" : `${name}: `}${advised(reason, facts)}`
    ),
    "",
  ].join("\n");
}

function printComparison(
  comparison: ClassifierComparison,
  fold: number,
  workspace: Workspace,
  view: ComparisonView,
): void {
  const { compared } = comparison;
  const records = formatCount(compared[0].evaluation.rows.length);
  const title = view.title?.(comparison) ?? `; baseline ${baselineOf(comparison).name}`;
  console.log(`Fold ${fold}, ${records} records${title}\n`);
  console.log(`${view.report(comparison, workspace)}\n`);
  console.log(`${compared.some(({ difference }) => difference) ? PAIRED_NOTE : INTERVALS_NOTE}\n`);
  const unnamed = compared.filter(({ namesClasses }) => !namesClasses).map(({ name }) => name);
  if (unnamed.length > 0) {
    console.log(
      `No class names in the file of ${unnamed.join(", ")}: outputs taken as ` +
        `${workspace.set.classNames.join(", ")}\n`,
    );
  }
}

/** What a command makes of a comparison with a baseline. */
export interface BaselineView
  extends Pick<ComparisonView, "settings" | "addHead" | "report" | "csv" | "draw"> {
  /** More for the JSON file. */
  json?(comparison: ClassifierComparison, workspace: Workspace): object;
}

/** A command that compares checkpoints with one of them. */
export interface BaselineCommand<Flags extends FlagTable>
  extends Pick<Command<Flags>, "name" | "summary" | "description" | "examples" | "stopped"> {
  /** Flags in addition to {@linkcode compareFlags}. */
  readonly flags: Flags;
  /** Files that are compared where none are named. */
  readonly documented: readonly string[];
  readonly atLeast: 1 | 2;
  view(options: Options<Flags>, context: CommandContext): BaselineView;
}

/** Defines a command that compares checkpoints with one of them. */
export function defineComparison<const Flags extends FlagTable>(
  { documented, atLeast, view, flags: own, ...texts }: BaselineCommand<Flags>,
): Command<FlagTable> {
  return defineCommand({
    ...texts,
    description: [
      ...texts.description ?? [],
      "Without --checkpoints the documented files of checkpoints/ are compared; one that is absent is " +
      "listed with the command that makes it. An interval that excludes 0 is a difference that " +
      "these records show.",
    ],
    flags: { ...compareFlags, ...own } as FlagTable,
    positionals: {
      name: "[NAME=]PATH...",
      description: "More checkpoints; without --checkpoints, these alone",
    },
    async run(options, context) {
      const flags = options as unknown as CompareFlagOptions & OutputPaths;
      const { json, ...shown } = view(options as Options<Flags>, context);
      await runComparison(flags, context, {
        command: texts.name,
        ...chooseCheckpoints(flags, context, documented),
        baseline: flags.baseline,
        atLeast,
        ...shown,
        resultKind: comparisonResults,
        json: async (comparison, workspace) => ({
          command: texts.name,
          ...await describeComparison(comparison, workspace),
          ...json?.(comparison, workspace),
        }),
      });
    },
  });
}

/**
 * The checkpoints that a comparing command is about, those that are there and those that are not.
 *
 * @param documented What is compared where nothing is named.
 */
function chooseCheckpoints(
  { checkpoints = [], baseline, ...flags }: CompareFlagOptions,
  context: CommandContext,
  documented: readonly string[],
): { checkpoints: NamedCheckpoint[]; missing: LeftOutCheckpoint[] } {
  const given = [...checkpoints, ...context.positionals];
  const all = readNamedCheckpointsSync(given.length > 0 ? given : documented);
  const names = all.map(({ name }) => name);
  if (baseline !== undefined && !names.includes(baseline)) {
    throw new UsageError(
      `--baseline was given ${baseline}: give one of ${names.join(", ")}` +
        didYouMean(baseline, names),
    );
  }
  const data = dataArguments(flags, context.given);
  const missing = all.filter(({ path }) => kindOf(path) === undefined).map(({ name, path }) => {
    const command = commandThatMakes(path);
    const advice = command === undefined
      ? ""
      : `. Make it with: ${context.program} ${command}${data}`;
    return { name, path, reason: `there is no ${path}${advice}` };
  });
  const noBaseline = missing.find(({ name }) => name === baseline);
  if (noBaseline) throw new UserError(`Cannot compare with ${baseline}: ${noBaseline.reason}`);
  const found = all.filter(({ path }) => missing.every((each) => each.path !== path));
  return { checkpoints: found, missing };
}
