/**
 * The four-step pipeline: BYOL and SimCLR pretrained with all augmentations, each fine-tuned on few
 * labels, and the two classifiers beside each other on the same test records.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { sha256OfFile } from "../checkpoint/sha256.ts";
import type { JsonValue } from "../checkpoint/state_dict.ts";
import { dataName } from "../data/signals/record_set.ts";
import { UserError } from "../errors.ts";
import type { BootstrapIntervals } from "../metrics/bootstrap.ts";
import type { MultilabelMetrics } from "../metrics/multilabel_metrics.ts";
import { pairedBootstrapIntervals } from "../metrics/paired_bootstrap.ts";
import {
  compareCheckpoints,
  type ComparedClassifier,
  type LeftOutCheckpoint,
} from "../evaluation/compare_checkpoints.ts";
import { finiteOrNull } from "../results/finite_or_null.ts";
import { type PretrainingMethod, settingsOf } from "../methods/pretraining_method.ts";
import { METHODS } from "../methods/registry.ts";
import { pretrain } from "../training/pretrain.ts";
import { dataSettings, isUnfinished } from "../runs/run_state.ts";
import { runOnce } from "./sweep.ts";
import { trainClassifier } from "../training/train_classifier.ts";
import type { Course } from "../runs/training_run.ts";
import type { Workspace } from "../runs/workspace.ts";

/** The trainings in their order. */
export const RETRAINING_STEPS = ["byol", "simclr", "finetune_byol", "finetune_simclr"] as const;

/** One of the trainings. */
export type RetrainingStepName = typeof RETRAINING_STEPS[number];

/** File that each training writes, in the folder of checkpoints; documented names. */
export const RETRAINING_CHECKPOINTS: Readonly<Record<RetrainingStepName, string>> = {
  byol: "ssl_byol_enhanced.pt",
  simclr: "ssl_simclr_enhanced.pt",
  finetune_byol: "ssl_byol_enhanced_finetuned.pt",
  finetune_simclr: "ssl_simclr_enhanced_finetuned.pt",
};

/** What stays the same in every fine-tuning: the documented settings. */
export const RETRAINING_FINETUNE = {
  batchSize: 64,
  loss: "focal",
  balancing: "oversample",
} as const;

/** A step of the pipeline failed for a reason that the user can put right. */
export class RetrainingStepError extends UserError {
  override name = "RetrainingStepError";
}

/** Settings of {@linkcode retrainWithEnhancedAugmentations}. */
export interface RetrainingOptions {
  readonly byol: { readonly epochs: number; readonly batchSize: number };
  readonly simclr: { readonly epochs: number; readonly batchSize: number };
  readonly finetuneEpochs: number;
  /** In (0, 1]. */
  readonly labelFraction: number;
  readonly seed: number;
  /** Folder of the four checkpoints. */
  readonly checkpointFolder: string;
  /** Folder of the run folders. */
  readonly folder: string;
  /** Classifier trained from scratch, to be compared with the two. */
  readonly supervisedCheckpoint?: string;
  /** As typed, for the run folders. */
  readonly commandLine?: string;
  readonly signal?: AbortSignal;
  readonly events?: {
    /** Before a training that is not done yet. */
    step?(step: RetrainingStepName, index: number): void;
    /** All passes of a training are recorded; so many epochs of it were done before. */
    prepared?(step: RetrainingStepName, resumedAfter: number): void;
    epoch?(step: RetrainingStepName, epoch: number, observed: ObservedEpoch): void;
    done?(step: RetrainingStep, index: number): void;
    comparing?(): void;
  };
}

/** What is known after an epoch. */
export interface ObservedEpoch {
  readonly loss: number;
  /** Of fine-tuning. */
  readonly validation?: MultilabelMetrics;
}

/** A training that is done. */
export interface RetrainingStep {
  readonly name: RetrainingStepName;
  readonly checkpoint: string;
  readonly sha256: string;
  readonly runFolder: string;
  readonly epochs: number;
  /** Sum over the epochs, those of earlier starts included. */
  readonly trainingSeconds: number;
  /** False where an earlier start has done it. */
  readonly fresh: boolean;
  /** Test macro AUROC of linear probes, of pretraining; NaN where it is not defined. */
  readonly probe?: { readonly trained: number; readonly random: number };
  /** Of fine-tuning. */
  readonly finetuned?: {
    readonly bestEpoch: number;
    readonly validation: MultilabelMetrics;
    readonly test: MultilabelMetrics;
  };
}

/** Metrics of `changed` − those of `baseline` on the same test records. */
export interface RetrainingDifference {
  readonly changed: string;
  readonly baseline: string;
  readonly intervals: BootstrapIntervals;
}

/** What {@linkcode retrainWithEnhancedAugmentations} gives. */
export interface RetrainingResult {
  /** In the order of {@linkcode RETRAINING_STEPS}. */
  readonly steps: readonly RetrainingStep[];
  /** Classifiers `byol`, `simclr` and, where there is one, `supervised`, on the test fold. */
  readonly compared: readonly ComparedClassifier[];
  /** SimCLR − BYOL, then each − supervised. */
  readonly differences: readonly RetrainingDifference[];
  /** Why the supervised classifier could not be compared. */
  readonly leftOut: readonly LeftOutCheckpoint[];
}

/** What `done.json` holds of a training; null where a metric is not defined. */
type StoredStep = {
  sha256: string;
  training_seconds: number;
  probe?: { trained: number | null; random: number | null };
  finetuned?: {
    best_epoch: number;
    validation: StoredMetrics;
    test: StoredMetrics;
  };
};

type StoredMetrics = { [Name in keyof MultilabelMetrics]: number | null };

/**
 * Runs the four trainings and the comparison. A training that is done is not done again, unless its
 * checkpoint is gone; one that was stopped goes on to the same bits.
 *
 * @param workspace Device and records; its normalization is that of all trainings.
 * @throws {RetrainingStepError} When a training fails, its folder holds one with other settings, or
 * its checkpoint is no longer the one it wrote; the message says which step it was. The reason of
 * `signal`, when it aborts.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { retrainWithEnhancedAugmentations, synthesizeCohort, Workspace } from "ssrl-ecg";
 * const folder = Deno.makeTempDirSync();
 * const set = synthesizeCohort({ records: 40, seed: 42, duration: 0.64 });
 * const workspace = await Workspace.open(set, { normalization: "train" });
 * const { steps, differences } = await retrainWithEnhancedAugmentations(workspace, {
 *   byol: { epochs: 1, batchSize: 32 },
 *   simclr: { epochs: 1, batchSize: 32 },
 *   finetuneEpochs: 1,
 *   labelFraction: 1,
 *   seed: 42,
 *   checkpointFolder: folder,
 *   folder: `${folder}/runs`,
 * });
 * assert(steps.length === 4 && differences[0].baseline === "byol");
 * workspace.destroy();
 * Deno.removeSync(folder, { recursive: true });
 * ```
 */
export async function retrainWithEnhancedAugmentations(
  workspace: Workspace,
  options: RetrainingOptions,
): Promise<RetrainingResult> {
  const { events, signal } = options;
  const steps: RetrainingStep[] = [];
  for (const [index, name] of RETRAINING_STEPS.entries()) {
    const step = await naming(
      stepTitle(name),
      index,
      signal,
      () =>
        name === "byol" || name === "simclr"
          ? pretrainStep(workspace, name, index, options)
          : finetuneStep(workspace, name, index, options, steps),
    );
    steps.push(step);
    events?.done?.(step, index);
  }
  events?.comparing?.();
  return { steps, ...await compareSteps(workspace, options) };
}

/** The training in words. */
export function stepTitle(name: RetrainingStepName): string {
  switch (name) {
    case "byol":
      return "BYOL pretraining";
    case "simclr":
      return "SimCLR pretraining";
    case "finetune_byol":
      return "Fine-tuning of BYOL";
    case "finetune_simclr":
      return "Fine-tuning of SimCLR";
  }
}

/** Runs a step and, where it fails, says which it was. */
async function naming(
  title: string,
  index: number,
  signal: AbortSignal | undefined,
  run: () => Promise<RetrainingStep>,
): Promise<RetrainingStep> {
  try {
    return await run();
  } catch (error) {
    if (signal?.aborted || !(error instanceof UserError)) throw error;
    throw new RetrainingStepError(
      `Step ${index + 1} of ${RETRAINING_STEPS.length}, ${title}: ${error.message}`,
      undefined,
      { cause: error },
    );
  }
}

/** What a step's run needs of the pipeline. */
function filesOf(name: RetrainingStepName, options: RetrainingOptions) {
  const file = RETRAINING_CHECKPOINTS[name];
  return {
    checkpoint: join(options.checkpointFolder, file),
    runFolder: join(options.folder, file.replace(/\.pt$/, "")),
  };
}

function sharedOptions({ seed, commandLine, signal }: RetrainingOptions) {
  return {
    seed,
    learningRate: 1e-3,
    shuffle: true,
    logEvery: 20,
    ...(commandLine === undefined ? {} : { commandLine }),
    ...(signal ? { signal } : {}),
  };
}

async function pretrainStep(
  workspace: Workspace,
  name: "byol" | "simclr",
  index: number,
  options: RetrainingOptions,
): Promise<RetrainingStep> {
  const { events } = options;
  const { epochs, batchSize } = options[name];
  const method: PretrainingMethod = METHODS[name];
  const settings: Record<string, JsonValue> = {
    step: name,
    ...settingsOf(method, {}, workspace.set.samplingRate),
    epochs,
    batchSize,
    seed: options.seed,
    data: dataName(workspace.set),
    ...dataSettings(workspace),
  };
  return await once(name, epochs, settings, options, async ({ checkpoint, runFolder }) => {
    events?.step?.(name, index);
    const { probes, ...course } = await pretrain(workspace, method, {
      ...sharedOptions(options),
      epochs,
      batchSize,
      out: checkpoint,
      runFolder,
      resume: isUnfinished(runFolder),
      events: {
        prepared: ({ resumedAfter }) => events?.prepared?.(name, resumedAfter),
        epoch: (epoch, { loss }) => events?.epoch?.(name, epoch, { loss }),
      },
    });
    return {
      course,
      ...(probes
        ? {
          probe: {
            trained: finiteOrNull(probes.trained.test.auroc_macro),
            random: finiteOrNull(probes.random.test.auroc_macro),
          },
        }
        : {}),
    };
  });
}

async function finetuneStep(
  workspace: Workspace,
  name: "finetune_byol" | "finetune_simclr",
  index: number,
  options: RetrainingOptions,
  before: readonly RetrainingStep[],
): Promise<RetrainingStep> {
  const { events, finetuneEpochs: epochs, labelFraction } = options;
  const encoder = before.find((step) => `finetune_${step.name}` === name)!;
  const settings: Record<string, JsonValue> = {
    step: name,
    ...RETRAINING_FINETUNE,
    epochs,
    labelFraction,
    encoder: encoder.sha256,
    seed: options.seed,
    data: dataName(workspace.set),
    ...dataSettings(workspace),
  };
  return await once(name, epochs, settings, options, async ({ checkpoint, runFolder }) => {
    events?.step?.(name, index);
    const { bestEpoch, validation, test, ...course } = await trainClassifier(workspace, {
      ...sharedOptions(options),
      ...RETRAINING_FINETUNE,
      command: "finetune",
      method: "finetune",
      epochs,
      labelFraction,
      freezeEncoder: false,
      encoderCheckpoint: encoder.checkpoint,
      out: checkpoint,
      runFolder,
      resume: isUnfinished(runFolder),
      events: {
        prepared: ({ resumedAfter }) => events?.prepared?.(name, resumedAfter),
        epoch: (epoch, { loss }, validation) => events?.epoch?.(name, epoch, { loss, validation }),
      },
    });
    return {
      course,
      finetuned: {
        best_epoch: bestEpoch,
        validation: storedMetrics(validation),
        test: storedMetrics(test),
      },
    };
  });
}

/** Runs a training, or finds it done with its checkpoint in place. */
async function once(
  name: RetrainingStepName,
  epochs: number,
  settings: Readonly<Record<string, JsonValue>>,
  options: RetrainingOptions,
  run: (
    files: { checkpoint: string; runFolder: string },
  ) => Promise<{ course: Course } & Pick<StoredStep, "probe" | "finetuned">>,
): Promise<RetrainingStep> {
  const files = filesOf(name, options);
  const { checkpoint, runFolder } = files;
  const { result, fresh } = await runOnce<StoredStep>(
    runFolder,
    settings,
    async () => {
      const { course, ...found } = await run(files);
      return {
        sha256: await sha256OfFile(checkpoint),
        training_seconds: course.epochRows.reduce((sum, { seconds }) => sum + Number(seconds), 0),
        ...found,
      };
    },
    async ({ sha256 }) => {
      if (!existsSync(checkpoint)) return false;
      if (await sha256OfFile(checkpoint) === sha256) return true;
      throw new UserError(
        `${checkpoint} is not the file that the run in ${runFolder} wrote. Remove or rename it, and ` +
          `the run is done again; or give another --checkpoint-dir`,
      );
    },
  );
  const { probe, finetuned } = result;
  return {
    name,
    ...files,
    sha256: result.sha256,
    epochs,
    trainingSeconds: result.training_seconds,
    fresh,
    ...(probe ? { probe: { trained: probe.trained ?? NaN, random: probe.random ?? NaN } } : {}),
    ...(finetuned
      ? {
        finetuned: {
          bestEpoch: finetuned.best_epoch,
          validation: metricsOf(finetuned.validation),
          test: metricsOf(finetuned.test),
        },
      }
      : {}),
  };
}

/** The classifiers just made, and the supervised one, on the test fold. */
async function compareSteps(
  workspace: Workspace,
  options: RetrainingOptions,
): Promise<Pick<RetrainingResult, "compared" | "differences" | "leftOut">> {
  const { seed, supervisedCheckpoint, signal } = options;
  const { compared, leftOut } = await compareCheckpoints(workspace, {
    checkpoints: [
      { name: "byol", path: filesOf("finetune_byol", options).checkpoint },
      { name: "simclr", path: filesOf("finetune_simclr", options).checkpoint },
      ...(supervisedCheckpoint === undefined
        ? []
        : [{ name: "supervised", path: supervisedCheckpoint }]),
    ],
    baseline: "byol",
    fold: 10,
    batchSize: RETRAINING_FINETUNE.batchSize,
    seed,
    ...(signal ? { signal } : {}),
  });
  const differences = [["simclr", "byol"], ["byol", "supervised"], ["simclr", "supervised"]]
    .flatMap(([changed, baseline]) => {
      const find = (wanted: string) => compared.find(({ name }) => name === wanted)?.evaluation;
      const [after, before] = [find(changed), find(baseline)];
      if (after === undefined || before === undefined) return [];
      const intervals = pairedBootstrapIntervals(
        workspace.labelsOf(after.rows),
        before.probabilities,
        after.probabilities,
        { classes: workspace.set.classNames.length, seed },
      );
      return [{ changed, baseline, intervals }];
    });
  return { compared, differences, leftOut };
}

function storedMetrics(metrics: MultilabelMetrics): StoredMetrics {
  const { auroc_macro, f1_macro, sensitivity_micro, specificity_micro } = metrics;
  return {
    auroc_macro: finiteOrNull(auroc_macro),
    f1_macro: finiteOrNull(f1_macro),
    sensitivity_micro: finiteOrNull(sensitivity_micro),
    specificity_micro: finiteOrNull(specificity_micro),
  };
}

function metricsOf(stored: StoredMetrics): MultilabelMetrics {
  return {
    auroc_macro: stored.auroc_macro ?? NaN,
    f1_macro: stored.f1_macro ?? NaN,
    sensitivity_micro: stored.sensitivity_micro ?? NaN,
    specificity_micro: stored.specificity_micro ?? NaN,
  };
}
