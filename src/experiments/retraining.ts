/**
 * BYOL and SimCLR pretrained with all augmentations, each fine-tuned on few labels, and the two
 * classifiers compared on the same test records.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { sha256OfFile } from "../checkpoint/sha256.ts";
import { dataName } from "../data/signals/record_set.ts";
import { UserError } from "../errors.ts";
import { compareCheckpoints } from "../evaluation/compare_checkpoints.ts";
import { type PretrainingMethod, settingsOf } from "../methods/pretraining_method.ts";
import { METHODS } from "../methods/registry.ts";
import type { MultilabelMetrics } from "../metrics/multilabel_metrics.ts";
import { pairedBootstrapIntervals } from "../metrics/paired_bootstrap.ts";
import { dataSettings } from "../runs/run_state.ts";
import type { TrainingHistory } from "../runs/training_run.ts";
import type { Workspace } from "../runs/workspace.ts";
import type { Cell, ResultOf } from "./experiment.ts";
import { classifierCell, pretrainingCell } from "./training_cells.ts";

/** What stays the same in every fine-tuning: the documented settings. */
const FINETUNE = { batchSize: 64, loss: "focal", balancing: "oversample" } as const;

/** What is pretrained. */
type Method = "byol" | "simclr";

/** Settings of {@linkcode planRetraining}. */
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
}

/** One of the four trainings. */
export interface RetrainingStep extends Cell<RetrainingResult> {
  readonly name: Method | `finetune_${Method}`;
  readonly folder: string;
  readonly checkpoint: string;
  readonly epochs: number;
  readonly batchSize: number;
}

/** What a training leaves in its folder. */
export interface RetrainingResult {
  readonly sha256: string;
  /** Sum over the epochs, those of earlier starts included. */
  readonly training_seconds: number;
  /** Of pretraining: test macro AUROC of linear probes. */
  readonly probe?: { readonly trained: number; readonly random: number };
  /** Of fine-tuning. */
  readonly finetuned?: {
    readonly best_epoch: number;
    readonly validation: MultilabelMetrics;
    readonly test: MultilabelMetrics;
  };
}

/** File that each training writes, in the folder of checkpoints; documented names. */
export const RETRAINING_CHECKPOINTS: Readonly<Record<RetrainingStep["name"], string>> = {
  byol: "ssl_byol_enhanced.pt",
  simclr: "ssl_simclr_enhanced.pt",
  finetune_byol: "ssl_byol_enhanced_finetuned.pt",
  finetune_simclr: "ssl_simclr_enhanced_finetuned.pt",
};

/**
 * The four trainings: BYOL, SimCLR, and the fine-tuning of each. One whose checkpoint is gone is done
 * again.
 */
export function planRetraining(
  workspace: Workspace,
  options: RetrainingOptions,
): RetrainingStep[] {
  const { set } = workspace;
  const { seed, labelFraction, finetuneEpochs } = options;
  const shared = { seed, learningRate: 1e-3 };
  const data = { seed, data: dataName(set), ...dataSettings(workspace) };
  const step = (name: RetrainingStep["name"], title: string) => {
    const file = RETRAINING_CHECKPOINTS[name];
    const checkpoint = join(options.checkpointFolder, file);
    const folder = join(options.folder, file.replace(/\.pt$/, ""));
    const usable = async ({ sha256 }: RetrainingResult) => {
      if (!existsSync(checkpoint)) return false;
      if (await sha256OfFile(checkpoint) === sha256) return true;
      throw new UserError(
        `${checkpoint} is not the file that the run in ${folder} wrote. Remove or rename it, and ` +
          `the run is done again`,
        { remedy: "other-checkpoint-folder" },
      );
    };
    return { name, title, folder, checkpoint, usable };
  };
  const trained = async (
    checkpoint: string,
    { epochRows }: TrainingHistory,
    own: Pick<RetrainingResult, "probe" | "finetuned">,
  ): Promise<RetrainingResult> => ({
    sha256: await sha256OfFile(checkpoint),
    training_seconds: epochRows.reduce((sum, { seconds }) => sum + Number(seconds), 0),
    ...own,
  });

  const pretraining = (method: Method) => {
    const own: PretrainingMethod = METHODS[method];
    const { epochs, batchSize } = options[method];
    const identity = step(method, `${own.title} pretraining`);
    const { checkpoint: out } = identity;
    return pretrainingCell(
      workspace,
      method,
      {
        ...identity,
        epochs,
        batchSize,
        settings: {
          step: method,
          ...settingsOf(own, {}, set.samplingRate),
          epochs,
          batchSize,
          ...data,
        },
      },
      { ...shared, epochs, batchSize, out },
      ({ probes, ...history }) => {
        const auroc = (of: "trained" | "random") => probes![of].test.auroc_macro;
        const probe = probes && { trained: auroc("trained"), random: auroc("random") };
        return trained(out, history, { ...(probe && { probe }) });
      },
    );
  };

  const finetuning = (method: Method, encoder: RetrainingStep) => {
    const name = `finetune_${method}` as const;
    const identity = step(name, `Fine-tuning of ${METHODS[method].title}`);
    const { checkpoint: out } = identity;
    const training = { ...FINETUNE, epochs: finetuneEpochs, labelFraction };
    return classifierCell(workspace, {
      ...identity,
      epochs: finetuneEpochs,
      batchSize: FINETUNE.batchSize,
      needs: [encoder],
      settings: (resultOf: ResultOf) => ({
        step: name,
        ...training,
        encoder: resultOf(encoder).sha256,
        ...data,
      }),
    }, {
      ...shared,
      ...training,
      command: "finetune",
      method: "finetune",
      encoderCheckpoint: encoder.checkpoint,
      out,
    }, ({ bestEpoch, validation, test, ...history }) =>
      trained(out, history, {
        finetuned: {
          best_epoch: bestEpoch,
          validation: documented(validation),
          test: documented(test),
        },
      }));
  };

  const encoders = [pretraining("byol"), pretraining("simclr")];
  return [...encoders, finetuning("byol", encoders[0]), finetuning("simclr", encoders[1])];
}

/** The documented four metrics alone. */
function documented(metrics: MultilabelMetrics): MultilabelMetrics {
  const { auroc_macro, f1_macro, sensitivity_micro, specificity_micro } = metrics;
  return { auroc_macro, f1_macro, sensitivity_micro, specificity_micro };
}

/**
 * Compares the fine-tuned classifiers `byol` and `simclr`, and where given `supervised`, on the test
 * fold; with the differences SimCLR − BYOL, then each − supervised, paired by record.
 */
export async function compareRetrained(
  workspace: Workspace,
  steps: readonly RetrainingStep[],
  { seed, supervised, signal }: {
    readonly seed: number;
    readonly supervised?: string;
    readonly signal?: AbortSignal;
  },
) {
  const path = (name: RetrainingStep["name"]) =>
    steps.find((step) => step.name === name)!.checkpoint;
  const comparison = await compareCheckpoints(workspace, {
    checkpoints: [
      { name: "byol", path: path("finetune_byol") },
      { name: "simclr", path: path("finetune_simclr") },
      ...(supervised === undefined ? [] : [{ name: "supervised", path: supervised }]),
    ],
    baseline: "byol",
    fold: 10,
    batchSize: FINETUNE.batchSize,
    seed,
    signal,
  });
  const labels = workspace.labelsOf(comparison.compared[0].evaluation.rows);
  const probabilities = (wanted: string) =>
    comparison.compared.find(({ name }) => name === wanted)?.evaluation.probabilities;
  const differences = [["simclr", "byol"], ["byol", "supervised"], ["simclr", "supervised"]]
    .flatMap(([changed, baseline]) => {
      const [after, before] = [probabilities(changed), probabilities(baseline)];
      if (after === undefined || before === undefined) return [];
      const { length: classes } = workspace.set.classNames;
      const intervals = pairedBootstrapIntervals(labels, before, after, { classes, seed });
      return [{ changed, baseline, intervals }];
    });
  return { ...comparison, differences };
}
