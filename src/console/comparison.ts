/**
 * What `compare-baselines`, `compare-losses`, `quick-compare` and `per-class-analysis` do: find the
 * checkpoints, evaluate them on the same records, and hand the comparison to the command's own view.
 *
 * @module
 */

import { writeFileAtomically } from "../checkpoint/atomic_write.ts";
import { kindOf } from "../checkpoint/find_checkpoints.ts";
import { type NamedCheckpoint, readNamedCheckpoints } from "../checkpoint/named_checkpoints.ts";
import type { CommandContext } from "./flags/command.ts";
import type { CompareFlagOptions } from "./flags/compare_flags.ts";
import { formatCount } from "../text/format.ts";
import { nearest } from "../text/nearest.ts";
import { Progress } from "./progress.ts";
import { UsageError, UserError } from "../errors.ts";
import {
  compareCheckpoints,
  type Comparison,
  type LeftOutOfComparison,
} from "../experiments/compare.ts";
import type { LinearHeadOptions } from "../training/linear_head.ts";
import type { Workspace } from "../runs/workspace.ts";
import { baselineOf, describeComparison, INTERVALS_NOTE, metricsCsv } from "./comparison_report.ts";
import {
  assertFolderWritable,
  dataArguments,
  printSettings,
  type Settings,
  stoppedToRepeat,
  workspaceSettings,
} from "./console.ts";
import { commandThatMakes } from "./documented_checkpoints.ts";
import { openWorkspace } from "./open_workspace.ts";

/** The options of every comparing command. */
export interface ComparisonFlags extends CompareFlagOptions {
  readonly seed: number;
}

/** What a command makes of a comparison. */
export interface ComparisonView {
  readonly command: string;
  /** Files that are compared where none are named. */
  readonly documented: readonly string[];
  /** How many checkpoints the command needs to say anything. */
  readonly atLeast: 1 | 2;
  /** How encoders get a head; absent: they are left out. */
  readonly heads?: LinearHeadOptions;
  /** More lines of the settings. */
  readonly settings?: Settings;
  /** Where `draw` goes. */
  readonly figure?: string | undefined;
  /** What is printed under the title. */
  report(comparison: Comparison, workspace: Workspace): string;
  /** Instead of the four metrics, a row a checkpoint. */
  csv?(comparison: Comparison, workspace: Workspace): string;
  /** More for the JSON file. */
  json?(comparison: Comparison, workspace: Workspace): Record<string, unknown>;
  /** SVG, or why there is none. */
  draw?(
    comparison: Comparison,
    workspace: Workspace,
    caption: string,
  ): Promise<{ svg: string } | { none: string }>;
}

/** Runs a comparing command. */
export async function runComparison(
  flags: ComparisonFlags,
  context: CommandContext,
  view: ComparisonView,
): Promise<void> {
  const { csv, json } = flags;
  for (const [flag, path] of Object.entries({ csv, json, figure: view.figure })) {
    if (path !== undefined) assertFolderWritable(path, `--${flag}`);
  }
  const { found, missing } = chooseCheckpoints(flags, context, view);
  const workspace = await openWorkspace({ flags, context, normalization: "none" });
  try {
    printSettings([
      ["Command", view.command],
      ["Checkpoints", found.map(({ name, path }) => `${name}: ${path}`).join("\n")],
      ...workspaceSettings(workspace).filter(([name]) => name !== "Normalization"),
      ["Normalization", flags.normalize ?? "each checkpoint's own"],
      ...(view.settings ?? []),
    ]);
    const { compared, leftOut } = await compare(workspace, found, flags, context, view);
    const comparison = { compared, leftOut: [...leftOut, ...missing] };
    printComparison(comparison, flags, workspace, view);
    assertEnough(compared.length, view);
    await writeFiles(comparison, flags, workspace, view);
  } catch (error) {
    if (context.signal.aborted && view.heads) throw stoppedToRepeat(context);
    throw error;
  } finally {
    workspace.destroy();
  }
}

/** The checkpoints that are there, and those that are not. */
function chooseCheckpoints(
  { checkpoints = [], baseline, ...flags }: ComparisonFlags,
  context: CommandContext,
  view: ComparisonView,
): { found: NamedCheckpoint[]; missing: LeftOutOfComparison[] } {
  const given = [...checkpoints, ...context.positionals];
  const all = readNamedCheckpoints(given.length > 0 ? given : view.documented);
  const names = all.map(({ name }) => name);
  if (baseline !== undefined && !names.includes(baseline)) {
    const near = nearest(baseline, names);
    throw new UsageError(
      `--baseline was given ${baseline}: give one of ${names.join(", ")}` +
        (near === undefined ? "" : `. Is ${near} meant?`),
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
  const found = all.filter(({ path }) => missing.every((each) => each.path !== path));
  const noBaseline = missing.find(({ name }) => name === baseline);
  if (noBaseline) throw new UserError(`Cannot compare with ${baseline}: ${noBaseline.reason}`);
  if (found.length < view.atLeast) {
    console.log(listLeftOut(missing));
    assertEnough(found.length, view);
  }
  return { found, missing };
}

/** @throws {UserError} Too few are there. */
function assertEnough(count: number, { command, atLeast }: ComparisonView): void {
  if (count >= atLeast) return;
  throw new UserError(
    atLeast === 1
      ? `${command} found no checkpoint that it can evaluate. Name some with --checkpoints`
      : `${command} needs two checkpoints that it can evaluate, and found ${count}. Name more ` +
        `with --checkpoints`,
  );
}

async function compare(
  workspace: Workspace,
  checkpoints: readonly NamedCheckpoint[],
  flags: ComparisonFlags,
  context: CommandContext,
  { heads }: ComparisonView,
): Promise<Comparison> {
  // One bar at a time, each from its first unit on, so that rates are those of the work shown.
  let shown: { readonly label: string; readonly progress: Progress } | undefined;
  const bar = (label: string, unit: string): Progress => {
    if (shown?.label !== label) {
      shown?.progress.finish();
      shown = { label, progress: new Progress({ label, total: 1, unit }) };
    }
    return shown.progress;
  };
  try {
    return await compareCheckpoints(workspace, {
      checkpoints,
      baseline: flags.baseline,
      fold: flags.fold,
      batchSize: flags.batchSize,
      seed: flags.seed,
      normalize: flags.normalize,
      heads: heads && { ...heads, commandLine: context.commandLine },
      signal: context.signal,
      events: {
        headEpoch: (name, epoch) =>
          bar(`Head of ${name}`, "epochs").update(epoch, undefined, heads!.epochs),
        head(name, fresh) {
          shown?.progress.finish();
          console.log(`${name}: linear head ${fresh ? "trained" : "trained before"}`);
        },
        evaluating: (done, total) => bar("Evaluating", "records").update(done, undefined, total),
      },
    });
  } finally {
    shown?.progress.finish();
  }
}

function listLeftOut(leftOut: readonly LeftOutOfComparison[]): string {
  return [
    `Left out ${formatCount(leftOut.length)}:`,
    ...leftOut.map(({ name, reason }) => `  ${name}: ${reason}`),
    "",
  ].join("\n");
}

function printComparison(
  comparison: Comparison,
  { fold }: ComparisonFlags,
  workspace: Workspace,
  view: ComparisonView,
): void {
  const { compared, leftOut } = comparison;
  if (compared.length >= view.atLeast) {
    const records = formatCount(compared[0].evaluation.rows.length);
    const { name } = baselineOf(comparison);
    console.log(`Fold ${fold}, ${records} records; baseline ${name}\n`);
    console.log(`${view.report(comparison, workspace)}\n`);
    console.log(`${INTERVALS_NOTE}\n`);
  }
  const unnamed = compared.filter(({ namesClasses }) => !namesClasses).map(({ name }) => name);
  if (unnamed.length > 0) {
    console.log(
      `No class names in the file of ${unnamed.join(", ")}: outputs taken as ` +
        `${workspace.set.classNames.join(", ")}\n`,
    );
  }
  if (leftOut.length > 0) console.log(listLeftOut(leftOut));
}

async function writeFiles(
  comparison: Comparison,
  { csv, json, fold, seed }: ComparisonFlags,
  workspace: Workspace,
  view: ComparisonView,
): Promise<void> {
  const { set, gpu } = workspace;
  if (csv !== undefined) {
    await writeFileAtomically(csv, view.csv?.(comparison, workspace) ?? metricsCsv(comparison));
    console.log(`CSV     ${csv}`);
  }
  if (json !== undefined) {
    const description = {
      command: view.command,
      data: set.source,
      adapter: gpu.name,
      fold,
      seed,
      ...await describeComparison(comparison, set.classNames),
      ...view.json?.(comparison, workspace),
    };
    await writeFileAtomically(json, JSON.stringify(description, null, 2) + "\n");
    console.log(`JSON    ${json}`);
  }
  if (view.figure === undefined || view.draw === undefined) return;
  const records = formatCount(comparison.compared[0].evaluation.rows.length);
  const drawn = await view.draw(
    comparison,
    workspace,
    `${set.source}, fold ${fold}, n = ${records} records; 95 % bootstrap intervals over records`,
  );
  if ("none" in drawn) return console.log(`Figure  none: ${drawn.none}`);
  await writeFileAtomically(view.figure, drawn.svg);
  console.log(`Figure  ${view.figure}`);
}
