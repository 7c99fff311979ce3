/**
 * `evaluate` as a person sees it.
 *
 * @module
 */

import { stringify } from "@std/csv";
import { writeFileAtomically } from "../checkpoint/atomic_write.ts";
import { readCheckpoint } from "../checkpoint/checkpoint_file.ts";
import { describeCheckpoint } from "../checkpoint/describe_checkpoint.ts";
import { sha256OfFile } from "../checkpoint/sha256.ts";
import type { CommandContext } from "../cli/command.ts";
import { formatCount, formatRate } from "../cli/format.ts";
import { Progress } from "../cli/progress.ts";
import { renderTable } from "../cli/table.ts";
import type { DataOptions, DeviceOptions } from "../cli/training_flags.ts";
import type { Interval } from "../metrics/bootstrap.ts";
import { normalisationFor } from "./checkpoints.ts";
import { assertFolderWritable, metricsLine, printSettings, workspaceSettings } from "./console.ts";
import { evaluateClassifier, type Evaluation } from "./evaluate.ts";
import { openWorkspace } from "./open_workspace.ts";
import type { Workspace } from "./workspace.ts";

/** The options of `evaluate`. */
export interface EvaluateFlags extends DataOptions, DeviceOptions {
  readonly checkpoint: string;
  readonly batchSize: number;
  readonly noiseStd: number;
  readonly maskRatio: number;
  readonly fold: number;
  readonly seed: number;
  readonly normalize: "train" | "none" | undefined;
  readonly predictions: string | undefined;
  readonly json: string | undefined;
}

/** Runs the command. */
export async function runEvaluate(flags: EvaluateFlags, context: CommandContext): Promise<void> {
  for (const [path, flag] of [[flags.predictions, "--predictions"], [flags.json, "--json"]]) {
    if (path !== undefined) assertFolderWritable(path, flag!);
  }
  const checkpoint = await readCheckpoint(flags.checkpoint);
  const normalisation = normalisationFor(checkpoint, flags.normalize);
  const workspace = await openWorkspace({ flags, context, normalisation });
  const { set } = workspace;
  try {
    printSettings([
      ["Command", "evaluate"],
      ["Checkpoint", [flags.checkpoint, ...describeCheckpoint(checkpoint)].join("\n")],
      ...workspaceSettings(workspace),
      [
        "Corruption",
        flags.noiseStd > 0 || flags.maskRatio > 0
          ? `noise ${flags.noiseStd} mV, ${flags.maskRatio * 100} % zeroed, seed ${flags.seed}`
          : undefined,
      ],
    ]);
    using progress = new Progress({ label: "Evaluating", total: 1, unit: "records" });
    const evaluation = await evaluateClassifier(workspace, {
      checkpoint,
      path: flags.checkpoint,
      fold: flags.fold,
      batchSize: flags.batchSize,
      noiseStd: flags.noiseStd,
      maskRatio: flags.maskRatio,
      seed: flags.seed,
      onProgress: (done, total) => progress.update(done, undefined, total),
    });
    progress.finish();
    printEvaluation(evaluation, set.classNames, flags.fold);
    if (flags.predictions !== undefined) {
      await writePredictions(flags.predictions, evaluation, set.ids, set.classNames);
      console.log(`Predictions  ${flags.predictions}`);
    }
    if (flags.json !== undefined) {
      await writeFileAtomically(
        flags.json,
        JSON.stringify(
          await describeEvaluation(evaluation, flags, workspace),
          (_key, value) => typeof value === "number" && !Number.isFinite(value) ? null : value,
          2,
        ) + "\n",
      );
      console.log(`JSON         ${flags.json}`);
    }
  } finally {
    workspace.destroy();
  }
}

function printEvaluation(
  { metrics, perClass, intervals, rows, recordsPerSecond }: Evaluation,
  classNames: readonly string[],
  fold: number,
): void {
  const range = ({ low, high }: Interval) =>
    Number.isFinite(low) ? `${low.toFixed(3)} to ${high.toFixed(3)}` : "n/a";
  const score = (value: number) => Number.isFinite(value) ? value.toFixed(4) : "n/a";
  console.log(`Fold ${fold}, ${formatCount(rows.length)} records: ${metricsLine(metrics)}\n`);
  console.log(renderTable(
    ["metric", "value", "95 % interval"],
    Object.entries(metrics).map(([name, value]) => [
      name,
      score(value),
      range(intervals.overall[name as keyof typeof metrics]),
    ]),
  ));
  console.log("");
  console.log(renderTable(
    ["class", "records", "AUROC", "95 % interval", "AUPRC", "95 % interval", "F1", "95 % interval"],
    perClass.map(({ auroc, auprc, f1, support }, c) => [
      classNames[c],
      formatCount(support),
      score(auroc),
      range(intervals.perClass[c].auroc),
      score(auprc),
      range(intervals.perClass[c].auprc),
      score(f1),
      range(intervals.perClass[c].f1),
    ]),
  ));
  console.log(
    `\nIntervals: percentile bootstrap over records, 1,000 resamples. ` +
      `${formatRate(recordsPerSecond, "records")}\n`,
  );
}

async function writePredictions(
  path: string,
  { rows, probabilities }: Evaluation,
  ids: Int32Array,
  classNames: readonly string[],
): Promise<void> {
  const classes = classNames.length;
  const table = Array.from(rows, (row, i) => [
    ids[row],
    ...probabilities.subarray(i * classes, (i + 1) * classes),
  ]);
  await writeFileAtomically(
    path,
    stringify([["ecg_id", ...classNames], ...table], { headers: false }),
  );
}

async function describeEvaluation(
  evaluation: Evaluation,
  flags: EvaluateFlags,
  workspace: Workspace,
): Promise<unknown> {
  const { metrics, perClass, intervals, rows } = evaluation;
  return {
    checkpoint: flags.checkpoint,
    checkpoint_sha256: await sha256OfFile(flags.checkpoint),
    data: workspace.set.source,
    adapter: workspace.gpu.name,
    fold: flags.fold,
    records: rows.length,
    noise_std: flags.noiseStd,
    mask_ratio: flags.maskRatio,
    seed: flags.seed,
    normalisation: workspace.normalisation.kind,
    metrics,
    intervals_95: intervals.overall,
    per_class: Object.fromEntries(
      workspace.set.classNames.map((name, c) => [
        name,
        { ...perClass[c], intervals_95: intervals.perClass[c] },
      ]),
    ),
  };
}
