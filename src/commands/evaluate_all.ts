/**
 * `evaluate-all` as a person sees it.
 *
 * @module
 */

import { stringify } from "@std/csv";
import { writeFileAtomically } from "../checkpoint/atomic_write.ts";
import { findCheckpoints } from "../checkpoint/find_checkpoints.ts";
import { sha256OfFile } from "../checkpoint/sha256.ts";
import type { CommandContext } from "../console/flags/command.ts";
import { formatCount, formatInterval, formatPath, formatScore } from "../text/format.ts";
import { Progress } from "../console/progress.ts";
import { renderTable } from "../text/table.ts";
import type { DataOptions, DeviceOptions } from "../console/flags/training_flags.ts";
import { UserError } from "../errors.ts";
import {
  evaluateAll,
  type EvaluateAllResult,
  type EvaluatedCheckpoint,
} from "../evaluation/evaluate_all.ts";
import { OVERALL_METRICS } from "../evaluation/evaluation_tables.ts";
import type { Workspace } from "../runs/workspace.ts";
import { barChart } from "../plots/bar_chart.ts";
import { assertFolderWritable, printSettings, workspaceSettings } from "../console/console.ts";
import { openWorkspace } from "../console/open_workspace.ts";

/** The options of `evaluate-all`. */
export interface EvaluateAllFlags extends DataOptions, DeviceOptions {
  readonly checkpoints: string;
  readonly batchSize: number;
  readonly fold: number;
  readonly seed: number;
  readonly normalize: "train" | "none" | undefined;
  readonly csv: string | undefined;
  readonly json: string | undefined;
  readonly figure: string | undefined;
}

/** Runs the command. */
export async function runEvaluateAll(
  flags: EvaluateAllFlags,
  context: CommandContext,
): Promise<void> {
  for (const flag of ["csv", "json", "figure"] as const) {
    const path = flags[flag];
    if (path !== undefined) assertFolderWritable(path, `--${flag}`);
  }
  // Files given alone replace the default folder; after the flag they add to it, as where a shell
  // has expanded `--checkpoints checkpoints/*.pt`.
  const paths = findCheckpoints(
    context.positionals.length > 0 && !context.given.has("checkpoints")
      ? context.positionals
      : [flags.checkpoints, ...context.positionals],
  );
  const workspace = await openWorkspace({ flags, context, normalization: "none" });
  try {
    printSettings([
      ["Command", "evaluate-all"],
      ["Checkpoints", formatCount(paths.length)],
      ...workspaceSettings(workspace).filter(([name]) => name !== "Normalization"),
      ["Normalization", flags.normalize ?? "each checkpoint's own"],
    ]);
    using progress = new Progress({ label: "Evaluating", total: 1, unit: "records" });
    const result = await evaluateAll(workspace, {
      paths,
      fold: flags.fold,
      batchSize: flags.batchSize,
      seed: flags.seed,
      normalize: flags.normalize,
      signal: context.signal,
      onProgress: (done, total) => progress.update(done, undefined, total),
    });
    progress.finish();
    printResult(result, flags.fold);
    if (result.evaluated.length === 0) {
      throw new UserError(
        paths.length === 1
          ? "The one checkpoint could not be evaluated"
          : `None of the ${formatCount(paths.length)} checkpoints could be evaluated`,
      );
    }
    await writeFiles(result, flags, workspace);
  } finally {
    workspace.destroy();
  }
}

function printResult({ evaluated, leftOut }: EvaluateAllResult, fold: number): void {
  if (evaluated.length > 0) {
    const records = formatCount(evaluated[0].evaluation.rows.length);
    console.log(`Fold ${fold}, ${records} records\n`);
    console.log(renderTable(
      [
        "checkpoint",
        "method",
        "architecture",
        { title: "epoch", align: "right" },
        "AUROC",
        "95 % interval",
        "F1",
        "sensitivity",
        "specificity",
      ],
      evaluated.map(({ path, method, architecture, epoch, evaluation }) => {
        const [auroc, ...others] = OVERALL_METRICS.map((name) =>
          formatScore(evaluation.metrics[name], 4)
        );
        return [
          formatPath(path),
          method ?? "-",
          architecture,
          epoch === undefined ? "-" : String(epoch),
          auroc,
          formatInterval(evaluation.intervals.overall.auroc_macro),
          ...others,
        ];
      }),
    ));
    console.log("\nIntervals: percentile bootstrap over records, 1,000 resamples\n");
  }
  if (leftOut.length > 0) {
    console.log(`Left out ${formatCount(leftOut.length)}:`);
    for (const { reason } of leftOut) console.log(`  ${reason}`);
    console.log("");
  }
}

async function writeFiles(
  result: EvaluateAllResult,
  flags: EvaluateAllFlags,
  workspace: Workspace,
): Promise<void> {
  const { csv, json, figure } = flags;
  if (csv !== undefined) {
    await writeFileAtomically(csv, csvOf(result.evaluated));
    console.log(`CSV     ${csv}`);
  }
  if (json !== undefined) {
    const description = await describeResult(result, flags, workspace);
    // What is not defined (NaN) becomes null.
    await writeFileAtomically(json, JSON.stringify(description, null, 2) + "\n");
    console.log(`JSON    ${json}`);
  }
  if (figure === undefined) return;
  const bars = result.evaluated.flatMap(({ path, evaluation }) => {
    const { estimate, low, high } = evaluation.intervals.overall.auroc_macro;
    return Number.isFinite(estimate)
      ? [{ name: formatPath(path), value: estimate, low, high }]
      : [];
  });
  if (bars.length === 0) {
    console.log(`Figure  none: AUROC is not defined where every class has one label only`);
    return;
  }
  const records = formatCount(result.evaluated[0].evaluation.rows.length);
  await writeFileAtomically(
    figure,
    await barChart({
      title: "Classifiers on the same records",
      caption: `${workspace.set.source}, fold ${flags.fold}, n = ${records} records; ` +
        "95 % bootstrap intervals over records",
      valueTitle: "Macro AUROC (0.5 = chance)",
      base: 0.5,
      maximum: 1,
      bars,
    }),
  );
  console.log(`Figure  ${figure}`);
}

function csvOf(evaluated: readonly EvaluatedCheckpoint[]): string {
  const cell = (value: number | undefined) =>
    value !== undefined && Number.isFinite(value) ? value : "";
  const head = [
    "checkpoint",
    "method",
    "architecture",
    "epoch",
    "normalisation",
    "records",
    ...OVERALL_METRICS.flatMap((name) => [name, `${name}_low`, `${name}_high`]),
  ];
  const rows = evaluated.map(({ evaluation, ...about }) => [
    about.path,
    about.method ?? "",
    about.architecture,
    cell(about.epoch),
    about.normalization,
    evaluation.rows.length,
    ...OVERALL_METRICS.flatMap((name) => {
      const { estimate, low, high } = evaluation.intervals.overall[name];
      return [cell(estimate), cell(low), cell(high)];
    }),
  ]);
  return stringify([head, ...rows], { headers: false });
}

async function describeResult(
  { evaluated, leftOut }: EvaluateAllResult,
  { fold, seed }: EvaluateAllFlags,
  { set, gpu }: Workspace,
): Promise<unknown> {
  const checkpoints = [];
  for (const { evaluation, ...about } of evaluated) {
    const { metrics, intervals, perClass } = evaluation;
    checkpoints.push({
      checkpoint: about.path,
      checkpoint_sha256: await sha256OfFile(about.path),
      method: about.method ?? null,
      architecture: about.architecture,
      epoch: about.epoch ?? null,
      normalisation: about.normalization,
      metrics,
      intervals_95: intervals.overall,
      per_class: Object.fromEntries(
        set.classNames.map((name, c) => [
          name,
          { ...perClass[c], intervals_95: intervals.perClass[c] },
        ]),
      ),
    });
  }
  return {
    data: set.source,
    adapter: gpu.name,
    fold,
    records: evaluated[0].evaluation.rows.length,
    seed,
    checkpoints,
    left_out: leftOut.map(({ path, reason }) => ({ checkpoint: path, reason })),
  };
}
