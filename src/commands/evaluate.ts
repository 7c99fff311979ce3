/**
 * `evaluate` as a person sees it.
 *
 * @module
 */

import { stringify } from "@std/csv";
import { writeFileAtomically } from "../checkpoint/atomic_write.ts";
import { readCheckpoint } from "../checkpoint/checkpoint_file.ts";
import { describeCheckpoint } from "../models/describe_checkpoint.ts";
import { sha256OfFile } from "../checkpoint/sha256.ts";
import type { CommandContext } from "../console/flags/command.ts";
import { formatCount, formatPath, formatRate } from "../text/format.ts";
import { Progress } from "../console/progress.ts";
import type { DataOptions, DeviceOptions } from "../console/flags/training_flags.ts";
import type { RecordSet } from "../data/signals/record_set.ts";
import { UsageError } from "../errors.ts";
import { normalizationFor } from "../runs/checkpoints.ts";
import type { Evaluation } from "../evaluation/evaluate.ts";
import { describeMetrics, renderMetrics } from "../evaluation/evaluation_tables.ts";
import {
  type Condition,
  evaluateConditions,
  sweepConditions,
  type SweepPoint,
} from "../evaluation/robustness.ts";
import {
  describeCondition,
  describeSweep,
  sweepChart,
  sweepTable,
} from "../evaluation/robustness_report.ts";
import type { Workspace } from "../runs/workspace.ts";
import {
  assertFolderWritable,
  metricsLine,
  printSettings,
  workspaceSettings,
} from "../console/console.ts";
import { openWorkspace } from "../console/open_workspace.ts";

/** The options of `evaluate`. */
export interface EvaluateFlags extends DataOptions, DeviceOptions {
  readonly checkpoint: string;
  readonly batchSize: number;
  readonly noiseStd: readonly number[];
  readonly maskRatio: readonly number[];
  readonly fold: number;
  readonly seed: number;
  readonly normalize: "train" | "none" | undefined;
  readonly predictions: string | undefined;
  readonly json: string | undefined;
  readonly figure: string | undefined;
}

/** Runs the command. */
export async function runEvaluate(flags: EvaluateFlags, context: CommandContext): Promise<void> {
  const conditions = conditionsOf(flags);
  const sweeps = conditions.length > 1;
  if (flags.figure !== undefined && !sweeps) {
    throw new UsageError(
      "--figure draws a sweep: give --noise-std or --mask-ratio several values, such as 0.05,0.1,0.2",
    );
  }
  for (const flag of ["predictions", "json", "figure"] as const) {
    const path = flags[flag];
    if (path !== undefined) assertFolderWritable(path, `--${flag}`);
  }
  const checkpoint = await readCheckpoint(flags.checkpoint);
  const normalization = normalizationFor(checkpoint, flags.normalize);
  const workspace = await openWorkspace({ flags, context, normalization });
  const { set } = workspace;
  try {
    printSettings([
      ["Command", "evaluate"],
      ["Checkpoint", [flags.checkpoint, ...describeCheckpoint(checkpoint)].join("\n")],
      ...workspaceSettings(workspace),
      ["Corruption", describeCorruption(conditions, flags.seed)],
    ]);
    using progress = new Progress({ label: "Evaluating", total: 1, unit: "records" });
    const points = await evaluateConditions(workspace, {
      checkpoint,
      fold: flags.fold,
      batchSize: flags.batchSize,
      seed: flags.seed,
      conditions,
      signal: context.signal,
      onProgress: (done, total) => progress.update(done, undefined, total),
    });
    progress.finish();
    if (sweeps) printSweep(points, flags.fold);
    else printEvaluation(points[0].evaluation, set.classNames, flags.fold);
    if (flags.predictions !== undefined) {
      await writePredictions(flags.predictions, points, set);
      console.log(`Predictions  ${flags.predictions}`);
    }
    if (flags.json !== undefined) {
      const description = {
        command_line: context.commandLine,
        ...await describeEvaluation(points[0], flags, workspace),
        ...(sweeps ? { sweep: describeSweep(points) } : {}),
      };
      // What is not defined (NaN) becomes null.
      await writeFileAtomically(flags.json, JSON.stringify(description, null, 2) + "\n");
      console.log(`JSON         ${flags.json}`);
    }
    if (flags.figure !== undefined) {
      const { rows } = points[0].evaluation;
      const caption = `${formatPath(flags.checkpoint)} on fold ${flags.fold} of ${set.source}, ` +
        `n = ${formatCount(rows.length)} records, seed ${flags.seed}`;
      await writeFileAtomically(flags.figure, await sweepChart(points, caption));
      console.log(`Figure       ${flags.figure}`);
    }
  } finally {
    workspace.destroy();
  }
}

/** One condition, or those of a sweep where a flag has several values. */
function conditionsOf({ noiseStd, maskRatio }: EvaluateFlags): Condition[] {
  return noiseStd.length > 1 || maskRatio.length > 1
    ? sweepConditions(noiseStd, maskRatio)
    : [{ noiseStd: noiseStd[0], maskRatio: maskRatio[0] }];
}

/** The line of the settings, absent where records stay clean. */
function describeCorruption(conditions: readonly Condition[], seed: number): string | undefined {
  const names = conditions.map(describeCondition).join("; ");
  return names === "clean" ? undefined : `${names}; seed ${seed}`;
}

function printSweep(points: readonly SweepPoint[], fold: number): void {
  const { rows } = points[0].evaluation;
  console.log(`Fold ${fold}, ${formatCount(rows.length)} records\n`);
  console.log(sweepTable(points));
  console.log(
    "\nIntervals: percentile bootstrap over records, 1,000 resamples; changes are paired by " +
      "record\n",
  );
}

function printEvaluation(
  evaluation: Evaluation,
  classNames: readonly string[],
  fold: number,
): void {
  const { metrics, rows, recordsPerSecond } = evaluation;
  console.log(`Fold ${fold}, ${formatCount(rows.length)} records: ${metricsLine(metrics)}\n`);
  console.log(renderMetrics(evaluation, classNames));
  console.log(
    `\nIntervals: percentile bootstrap over records, 1,000 resamples. ` +
      `${formatRate(recordsPerSecond, "records")}\n`,
  );
}

/** A row a record; in a sweep a row a record and condition, which then stands in front. */
async function writePredictions(
  path: string,
  points: readonly SweepPoint[],
  { ids, classNames }: RecordSet,
): Promise<void> {
  const classes = classNames.length;
  const sweeps = points.length > 1;
  const head = [...(sweeps ? ["noise_std", "mask_ratio"] : []), "ecg_id", ...classNames];
  const table = points.flatMap(({ noiseStd, maskRatio, evaluation: { rows, probabilities } }) =>
    Array.from(rows, (row, i) => [
      ...(sweeps ? [noiseStd, maskRatio] : []),
      ids[row],
      ...probabilities.subarray(i * classes, (i + 1) * classes),
    ])
  );
  await writeFileAtomically(path, stringify([head, ...table], { headers: false }));
}

async function describeEvaluation(
  { evaluation, noiseStd, maskRatio }: SweepPoint,
  flags: EvaluateFlags,
  workspace: Workspace,
): Promise<Record<string, unknown>> {
  return {
    checkpoint: flags.checkpoint,
    checkpoint_sha256: await sha256OfFile(flags.checkpoint),
    data: workspace.set.source,
    adapter: workspace.gpu.name,
    fold: flags.fold,
    records: evaluation.rows.length,
    noise_std: noiseStd,
    mask_ratio: maskRatio,
    seed: flags.seed,
    normalisation: workspace.normalization.kind,
    ...describeMetrics(evaluation, workspace.set.classNames),
  };
}
