/**
 * Evaluation of many classifiers on the same records.
 *
 * @module
 */

import { readCheckpoint } from "../checkpoint/checkpoint_file.ts";
import { recognizeArchitecture } from "../models/registry.ts";
import type { Checkpoint, CheckpointMetadata } from "../checkpoint/state_dict.ts";
import { rowsOfFolds } from "../data/sampling/splits.ts";
import { UserError } from "../errors.ts";
import { DeviceLostError } from "../gpu/device.ts";
import { normalizationFor } from "../runs/checkpoints.ts";
import { evaluateClassifier, type EvaluateOptions, type Evaluation } from "./evaluate.ts";
import type { Workspace } from "../runs/workspace.ts";

/** Settings of {@linkcode evaluateAll}. */
export interface EvaluateAllOptions extends Pick<EvaluateOptions, "fold" | "batchSize" | "seed"> {
  /** Checkpoint files. */
  readonly paths: readonly string[];
  /** Overrides the normalization that the checkpoints carry. */
  readonly normalize?: "train" | "none";
  /** Ends the job before the next checkpoint. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** A checkpoint that was evaluated. */
export interface EvaluatedCheckpoint extends Pick<CheckpointMetadata, "method" | "epoch"> {
  readonly path: string;
  /** Name of the network, from the metadata or, without any, from its tensors. */
  readonly architecture: string;
  /** What it was evaluated with. */
  readonly normalization: "train" | "none";
  readonly evaluation: Evaluation;
}

/** A file that could not be evaluated. */
export interface LeftOutCheckpoint {
  readonly path: string;
  /** A sentence that names the file. */
  readonly reason: string;
}

/** What {@linkcode evaluateAll} gives. */
export interface EvaluateAllResult {
  /** The best macro AUROC first; where it is not defined, last. */
  readonly evaluated: readonly EvaluatedCheckpoint[];
  /** Damaged files, encoders, classifiers of other classes, in the order of the paths. */
  readonly leftOut: readonly LeftOutCheckpoint[];
}

/**
 * Evaluates key `model` of each checkpoint on one fold, each with its own normalization, which stays
 * set in the workspace. The records are on the device once. A file that cannot be evaluated is
 * listed, and the others go on.
 *
 * @throws {UserError} When the fold is empty or the device is lost
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { evaluateAll, synthesizeCohort, Workspace } from "ssrl-ecg";
 * const set = synthesizeCohort({ records: 30, seed: 42 });
 * const workspace = await Workspace.open(set, { normalization: "none" });
 * const { evaluated, leftOut } = await evaluateAll(workspace, {
 *   paths: ["missing.pt"],
 *   fold: 10,
 *   batchSize: 64,
 *   seed: 42,
 * });
 * assert(evaluated.length === 0 && leftOut[0].reason.includes("there is no such file"));
 * workspace.destroy();
 * ```
 */
export async function evaluateAll(
  workspace: Workspace,
  { paths, normalize, signal, onProgress, ...options }: EvaluateAllOptions,
): Promise<EvaluateAllResult> {
  const { length: records } = rowsOfFolds(workspace.set.folds, [options.fold]);
  if (records === 0) throw new UserError(`Fold ${options.fold} has no records`);
  const evaluated: EvaluatedCheckpoint[] = [];
  const leftOut: LeftOutCheckpoint[] = [];
  for (const [index, path] of paths.entries()) {
    signal?.throwIfAborted();
    try {
      const checkpoint = await readCheckpoint(path);
      workspace.normalize(normalizationFor(checkpoint, normalize));
      const evaluation = await evaluateClassifier(workspace, {
        ...options,
        checkpoint,
        noiseStd: 0,
        maskRatio: 0,
        onProgress: (done) => onProgress?.(index * records + done, paths.length * records),
      });
      const { method, epoch } = checkpoint.metadata;
      evaluated.push({
        path,
        method,
        epoch,
        architecture: architectureName(checkpoint),
        normalization: workspace.normalization.kind,
        evaluation,
      });
    } catch (error) {
      if (!(error instanceof UserError) || error instanceof DeviceLostError) throw error;
      const { message } = error;
      leftOut.push({ path, reason: message.includes(path) ? message : `${path}: ${message}` });
    }
  }
  const score = ({ evaluation }: EvaluatedCheckpoint) => {
    const { auroc_macro } = evaluation.metrics;
    return Number.isNaN(auroc_macro) ? -1 : auroc_macro;
  };
  return { evaluated: evaluated.sort((a, b) => score(b) - score(a)), leftOut };
}

/** The name without the sizes that follow it. */
function architectureName({ metadata, sections }: Checkpoint): string {
  return metadata.architecture?.name ??
    recognizeArchitecture(sections.get("model")!).replace(/ \(.*/, "");
}
