/**
 * `retrain-with-enhanced-augmentations` as a person sees it.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomically } from "../checkpoint/atomic_write.ts";
import { readCheckpoint } from "../checkpoint/checkpoint_file.ts";
import type { CommandContext } from "../console/flags/command.ts";
import {
  formatCount,
  formatDuration,
  formatInterval,
  formatScore,
  formatSigned,
  formatSignedInterval,
} from "../text/format.ts";
import { Progress } from "../console/progress.ts";
import { quote } from "../text/shell_words.ts";
import { renderTable } from "../text/table.ts";
import type { DataOptions, DeviceOptions } from "../console/flags/training_flags.ts";
import { UserError } from "../errors.ts";
import { epochCost } from "../experiments/epoch_cost.ts";
import { describeMetrics } from "../metrics/evaluated_metrics.ts";
import {
  RETRAINING_CHECKPOINTS,
  RETRAINING_STEPS,
  type RetrainingOptions,
  type RetrainingResult,
  type RetrainingStep,
  RetrainingStepError,
  type RetrainingStepName,
  retrainWithEnhancedAugmentations,
  stepTitle,
} from "../experiments/retrain_with_enhanced_augmentations.ts";
import { TaskTimes, type TimedTask } from "../experiments/task_times.ts";
import type { Workspace } from "../runs/workspace.ts";
import { VERSION } from "../version.ts";
import { PAIRED_NOTE } from "../console/score_table.ts";
import {
  assertFolderWritable,
  dataArguments,
  epochLabel,
  printSettings,
  stoppedToRepeat,
  workspaceSettings,
} from "../console/console.ts";
import { openWorkspace } from "../console/open_workspace.ts";

/** The options of `retrain-with-enhanced-augmentations`. */
export interface RetrainingFlags extends DataOptions, DeviceOptions {
  readonly byolEpochs: number;
  readonly byolBatchSize: number;
  readonly simclrEpochs: number;
  readonly simclrBatchSize: number;
  readonly finetuneEpochs: number;
  readonly labelFraction: number;
  readonly normalize: "train" | "none";
  readonly seed: number;
  readonly checkpointDir: string;
  readonly supervisedCheckpoint: string;
  readonly out: string;
}

const CLASSIFIERS: Readonly<Record<string, string>> = {
  byol: "BYOL, fine-tuned",
  simclr: "SimCLR, fine-tuned",
  supervised: "supervised",
};

/** Runs the command. */
export async function runRetraining(
  flags: RetrainingFlags,
  context: CommandContext,
): Promise<void> {
  const started = performance.now();
  const summary = join(flags.out, "retrain_with_enhanced_augmentations.json");
  assertFolderWritable(summary, "--out");
  for (const file of Object.values(RETRAINING_CHECKPOINTS)) {
    assertFolderWritable(join(flags.checkpointDir, file), "--checkpoint-dir");
  }
  const supervised = await chooseSupervised(flags, context);
  const workspace = await openWorkspace({
    flags,
    context,
    normalization: flags.normalize,
    allParts: true,
  });
  try {
    const options: RetrainingOptions = {
      byol: { epochs: flags.byolEpochs, batchSize: flags.byolBatchSize },
      simclr: { epochs: flags.simclrEpochs, batchSize: flags.simclrBatchSize },
      finetuneEpochs: flags.finetuneEpochs,
      labelFraction: flags.labelFraction,
      seed: flags.seed,
      checkpointFolder: flags.checkpointDir,
      folder: flags.out,
      ...(supervised ? { supervisedCheckpoint: flags.supervisedCheckpoint } : {}),
      commandLine: context.commandLine,
      signal: context.signal,
    };
    printSettings([
      ["Command", "retrain-with-enhanced-augmentations"],
      ...workspaceSettings(workspace),
      [
        "Pretraining",
        `BYOL, ${flags.byolEpochs} epochs, batch ${flags.byolBatchSize}, target momentum 0.999\n` +
        `SimCLR, ${flags.simclrEpochs} epochs, batch ${flags.simclrBatchSize}, temperature 0.07`,
      ],
      [
        "Fine-tuning",
        `${flags.finetuneEpochs} epochs, batch 64, on ${100 * flags.labelFraction} % of the ` +
        `labels, focal loss, oversampled`,
      ],
      ["Seed", flags.seed],
      [
        "Supervised",
        supervised
          ? flags.supervisedCheckpoint
          : `none: there is no ${flags.supervisedCheckpoint} (${context.program} train-supervised ` +
            `makes it)`,
      ],
      ["Checkpoints", flags.checkpointDir],
      ["Folder", flags.out],
    ]);
    const result = await retrain(workspace, options);
    await writeFileAtomically(
      summary,
      JSON.stringify(describe(result, options, workspace), null, 2) + "\n",
    );
    const rows = await classifierRows(result);
    console.log(`\n${stepsTable(result.steps)}\n`);
    const records = formatCount(result.compared[0].evaluation.rows.length);
    console.log(
      `Test fold, ${records} records; each classifier at the epoch with its best macro F1 on fold 9\n`,
    );
    console.log(`${classifiersTable(rows)}\n`);
    console.log(`${differencesTable(result)}\n\n${PAIRED_NOTE}\n`);
    for (const { reason } of result.leftOut) console.log(`Left out: ${reason}\n`);
    printSettings([
      ["Checkpoints", result.steps.map(({ checkpoint }) => checkpoint).join("\n")],
      ["Summary", summary],
      ["Time", `${formatDuration((performance.now() - started) / 1000)} in this start`],
      [
        "Next",
        `${context.program} evaluate --checkpoint ${quote(chosen(result.steps).checkpoint)}` +
        dataArguments(flags, context.given),
      ],
    ]);
  } catch (error) {
    if (context.signal.aborted) throw stoppedToRepeat(context);
    if (error instanceof RetrainingStepError) {
      throw new UserError(
        `${error.message}. The steps before it are kept; when that is put right, the same command ` +
          `goes on: ${context.commandLine}`,
        undefined,
        { cause: error },
      );
    }
    throw error;
  } finally {
    workspace.destroy();
  }
}

/** Whether there is a supervised classifier; it must be there and readable where it was asked for. */
async function chooseSupervised(
  { supervisedCheckpoint: path }: RetrainingFlags,
  { given }: CommandContext,
): Promise<boolean> {
  if (!given.has("supervised-checkpoint")) return existsSync(path);
  await readCheckpoint(path);
  return true;
}

/** The trainings with a bar over all of them. */
async function retrain(
  workspace: Workspace,
  options: RetrainingOptions,
): Promise<RetrainingResult> {
  const tasks = timedTasks(workspace, options);
  const times = new TaskTimes(Object.values(tasks));
  using progress = new Progress({
    label: "Training",
    total: RETRAINING_STEPS.reduce((sum, name) => sum + tasks[name].epochs, 0),
    unit: "epochs",
    left: () => times.secondsLeft,
  });
  const numbered = (name: RetrainingStepName) =>
    `${RETRAINING_STEPS.indexOf(name) + 1}/${RETRAINING_STEPS.length}  ${stepTitle(name)}`;
  let before = 0;
  return await retrainWithEnhancedAugmentations(workspace, {
    ...options,
    events: {
      step(name) {
        times.started(tasks[name]);
        progress.log(numbered(name));
      },
      prepared(name, resumedAfter) {
        times.progress(tasks[name], resumedAfter);
        progress.update(before + resumedAfter, stepTitle(name));
        if (resumedAfter > 0) progress.log(`     goes on after epoch ${resumedAfter}`);
      },
      epoch(name, epoch, { loss, validation }) {
        times.progress(tasks[name], epoch);
        progress.update(before + epoch, `${stepTitle(name)}, loss ${loss.toFixed(4)}`);
        progress.log(
          `     ${epochLabel(epoch, tasks[name].epochs)}  loss ${loss.toFixed(4)}` +
            (validation
              ? `  validation AUROC ${formatScore(validation.auroc_macro, 4)}  ` +
                `F1 ${formatScore(validation.f1_macro, 4)}`
              : ""),
        );
      },
      done({ name, epochs, fresh }) {
        times.ended(tasks[name]);
        if (!fresh) progress.log(`${numbered(name)}: done before`);
        before += epochs;
        progress.update(before);
      },
      comparing: () => progress.finish("Comparing on the test fold ..."),
    },
  });
}

/** The trainings with what they cost, as long as nothing is measured. */
function timedTasks(
  { split: { train, validation, test } }: Workspace,
  { byol, simclr, finetuneEpochs, labelFraction }: RetrainingOptions,
): Record<RetrainingStepName, TimedTask> {
  const validated = validation.length;
  const pretraining = { trained: train.length, validated };
  const labeled = { trained: labelFraction * train.length, validated };
  // Probes and metrics look at every record about twice.
  const overheadCost = 2 * (train.length + validation.length + test.length);
  const finetune = {
    kind: "fine-tuning",
    epochs: finetuneEpochs,
    epochCost: epochCost("classifier", labeled),
    overheadCost,
  };
  return {
    byol: {
      kind: "byol",
      epochs: byol.epochs,
      epochCost: epochCost("byol", pretraining),
      overheadCost,
    },
    simclr: {
      kind: "simclr",
      epochs: simclr.epochs,
      epochCost: epochCost("simclr", pretraining),
      overheadCost,
    },
    finetune_byol: finetune,
    finetune_simclr: { ...finetune },
  };
}

function stepsTable(steps: readonly RetrainingStep[]): string {
  return renderTable(
    ["step", "epochs", "training time", "result"],
    steps.map(({ name, epochs, trainingSeconds, fresh, probe, finetuned }) => [
      stepTitle(name),
      String(epochs),
      formatDuration(trainingSeconds) + (fresh ? "" : ", done before"),
      probe
        ? `linear probe, test AUROC ${formatScore(probe.trained, 4)}, random encoder ` +
          formatScore(probe.random, 4)
        : `best epoch ${finetuned!.bestEpoch}`,
    ]),
  );
}

/** A classifier with its validation metrics, which another training may have stored. */
interface ClassifierRow {
  readonly name: string;
  readonly validation: { readonly auroc: number; readonly f1: number };
  readonly test: RetrainingResult["compared"][number]["evaluation"];
}

async function classifierRows({ compared, steps }: RetrainingResult): Promise<ClassifierRow[]> {
  const rows: ClassifierRow[] = [];
  for (const { name, path, evaluation } of compared) {
    const own = steps.find(({ checkpoint }) => checkpoint === path)?.finetuned?.validation;
    const stored = own ?? (await readCheckpoint(path)).metadata.metrics;
    rows.push({
      name,
      validation: { auroc: stored?.auroc_macro ?? NaN, f1: stored?.f1_macro ?? NaN },
      test: evaluation,
    });
  }
  return rows;
}

function classifiersTable(rows: readonly ClassifierRow[]): string {
  return renderTable(
    [
      "classifier",
      "validation AUROC",
      "validation F1",
      "test AUROC",
      "95 % interval",
      "test F1",
      "95 % interval",
    ],
    rows.map(({ name, validation, test: { metrics, intervals } }) => [
      CLASSIFIERS[name],
      formatScore(validation.auroc, 4),
      formatScore(validation.f1, 4),
      formatScore(metrics.auroc_macro, 4),
      formatInterval(intervals.overall.auroc_macro),
      formatScore(metrics.f1_macro, 4),
      formatInterval(intervals.overall.f1_macro),
    ]),
  );
}

function differencesTable({ differences }: RetrainingResult): string {
  return renderTable(
    ["difference on the test fold", "AUROC", "95 % interval", "F1", "95 % interval"],
    differences.map(({ changed, baseline, intervals: { overall } }) => [
      `${CLASSIFIERS[changed]} - ${CLASSIFIERS[baseline]}`,
      formatSigned(overall.auroc_macro.estimate),
      formatSignedInterval(overall.auroc_macro, 3),
      formatSigned(overall.f1_macro.estimate),
      formatSignedInterval(overall.f1_macro, 3),
    ]),
  );
}

/** The fine-tuned classifier to go on with: the better one on the validation fold. */
function chosen(steps: readonly RetrainingStep[]): RetrainingStep {
  const [byol, simclr] = steps.filter(({ finetuned }) => finetuned !== undefined);
  const score = ({ finetuned }: RetrainingStep) => finetuned!.validation.auroc_macro;
  return score(simclr) > score(byol) ? simclr : byol;
}

/** The JSON file. */
function describe(
  { steps, compared, differences, leftOut }: RetrainingResult,
  { byol, simclr, seed, labelFraction }: RetrainingOptions,
  { set, gpu }: Workspace,
): unknown {
  // What is not defined (NaN) becomes null in the file.
  return {
    timestamp: new Date().toISOString(),
    version: VERSION,
    data: set.source,
    classes: set.classNames,
    adapter: gpu.name,
    seed,
    label_fraction: labelFraction,
    steps: steps.map(({ name, probe, finetuned, ...step }) => ({
      name,
      epochs: step.epochs,
      batch_size: name === "byol" ? byol.batchSize : name === "simclr" ? simclr.batchSize : 64,
      checkpoint: step.checkpoint,
      checkpoint_sha256: step.sha256,
      run_folder: step.runFolder,
      training_seconds: step.trainingSeconds,
      ...(probe
        ? {
          probe_auroc: probe.trained,
          random_probe_auroc: probe.random,
        }
        : {}),
      ...(finetuned
        ? {
          best_epoch: finetuned.bestEpoch,
          validation: finetuned.validation,
          test: finetuned.test,
        }
        : {}),
    })),
    comparison: {
      fold: 10,
      records: compared[0].evaluation.rows.length,
      classifiers: Object.fromEntries(
        compared.map(({ name, path, evaluation }) => [
          name,
          { checkpoint: path, ...describeMetrics(evaluation, set.classNames) },
        ]),
      ),
      differences: differences.map(({ changed, baseline, intervals }) => ({
        changed,
        baseline,
        ...intervals.overall,
      })),
      left_out: leftOut.map(({ name, path, reason }) => ({ name, checkpoint: path, reason })),
    },
  };
}
