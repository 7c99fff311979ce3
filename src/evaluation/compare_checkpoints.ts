/**
 * Classifiers on the same records, under one condition or several, and how far each is from one of
 * them.
 */

import { readCheckpoint } from "../checkpoint/checkpoint_file.ts";
import type { NamedCheckpoint } from "../checkpoint/named_checkpoints.ts";
import type { Checkpoint, CheckpointMetadata } from "../checkpoint/state_dict.ts";
import { type ErrorFacts, UserError } from "../errors.ts";
import { DeviceLostError } from "../gpu/device.ts";
import type { BootstrapIntervals } from "../metrics/bootstrap.ts";
import { pairedBootstrapIntervals } from "../metrics/paired_bootstrap.ts";
import { recognizeArchitecture } from "../models/registry.ts";
import { CLEAN, type Condition } from "../data/signals/conditions.ts";
import { normalizationFor } from "../runs/checkpoints.ts";
import type { Workspace } from "../runs/workspace.ts";
import {
  type ClassifierEvaluation,
  evaluateClassifier,
  type EvaluateOptions,
  rowsOfFold,
} from "./evaluate.ts";

/** Settings of {@linkcode compareCheckpoints}. */
export interface CompareOptions
  extends Pick<EvaluateOptions, "fold" | "batchSize" | "seed" | "clusters" | "onProgress"> {
  readonly checkpoints: readonly NamedCheckpoint[];
  /** What each is evaluated under. Default: the clean records. */
  readonly conditions?: readonly Condition[];
  /**
   * Name of the checkpoint that the others are compared with, under the first condition. Default: the
   * first that works. `null`: nothing is compared.
   */
  readonly baseline?: string | null;
  /** Overrides the normalization that the checkpoints carry. */
  readonly normalize?: "train" | "none";
  /**
   * Trains a head on an encoder, with the normalization that the workspace has, and gives the file of
   * the classifier. Without it encoders are left out.
   */
  readonly addHead?: (encoder: Checkpoint, name: string) => Promise<string>;
  /** Throw where a checkpoint cannot be evaluated. Default: list it, and evaluate the others. */
  readonly strict?: boolean;
  /** Ends the job before the next checkpoint or condition. */
  readonly signal?: AbortSignal;
}

/** A classifier under one condition. */
export interface ComparedClassifier
  extends NamedCheckpoint, Condition, Pick<CheckpointMetadata, "method" | "epoch"> {
  /** The classifier that was evaluated, where `path` is an encoder's. */
  readonly headPath?: string;
  /** Name of the network, from the metadata or, without any, from its tensors. */
  readonly architecture: string;
  /** What it was evaluated with. */
  readonly normalization: "train" | "none";
  /** True where the file says which output is which class; else the order of the data is assumed. */
  readonly namesClasses: boolean;
  readonly evaluation: ClassifierEvaluation;
  /** Metrics − those of the baseline, paired by record or cluster; absent for the baseline. */
  readonly difference?: BootstrapIntervals;
}

/** A checkpoint that could not be evaluated. */
export interface LeftOutCheckpoint extends NamedCheckpoint {
  /** A sentence that names the file. */
  readonly reason: string;
  readonly facts?: ErrorFacts;
}

/** What {@linkcode compareCheckpoints} gives. */
export interface ClassifierComparison {
  /** In the order given, of each checkpoint all conditions. */
  readonly compared: readonly ComparedClassifier[];
  /** Damaged files, encoders, classifiers of other classes, in the order given. */
  readonly leftOut: readonly LeftOutCheckpoint[];
}

/**
 * Evaluates key `model` of each checkpoint on one fold, each with its own normalization (side effect:
 * the last one stays set in the workspace), and gives the differences from the baseline with intervals
 * that are paired by record. A record has the same noise at every strength, only scaled, and its gaps
 * come from the same draw, so that conditions differ by nothing but their strength.
 *
 * @throws {UserError} When the baseline that was asked for cannot be evaluated, the fold is empty,
 * the device is lost, or with `strict`. The reason of `signal`, when it aborts.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { compareCheckpoints, synthesizeCohort, Workspace } from "ssrl-ecg";
 * const set = synthesizeCohort({ records: 30, seed: 42 });
 * const workspace = await Workspace.open(set, { normalization: "none" });
 * const { compared, leftOut } = await compareCheckpoints(workspace, {
 *   checkpoints: [{ name: "focal", path: "missing.pt" }],
 * });
 * assert(compared.length === 0 && leftOut[0].reason.includes("there is no such file"));
 * workspace.destroy();
 * ```
 */
export async function compareCheckpoints(
  workspace: Workspace,
  { checkpoints, conditions = [CLEAN], baseline, strict, onProgress, ...options }: CompareOptions,
): Promise<ClassifierComparison> {
  const { normalize, addHead, signal } = options;
  const { length: records } = rowsOfFold(workspace.set, options.fold ?? 10);
  const total = records * conditions.length * checkpoints.length;
  const works: ComparedClassifier[] = [];
  const leftOut: LeftOutCheckpoint[] = [];
  for (const [index, { name, path }] of checkpoints.entries()) {
    try {
      signal?.throwIfAborted();
      let checkpoint = await readCheckpoint(path);
      workspace.normalize(normalizationFor(checkpoint, normalize));
      const { method, epoch } = checkpoint.metadata;
      const needsHead = checkpoint.sections.has("encoder") && !checkpoint.sections.has("model");
      const headPath = needsHead ? await addHead?.(checkpoint, name) : undefined;
      if (headPath !== undefined) checkpoint = await readCheckpoint(headPath);
      const found: ComparedClassifier[] = [];
      for (const [i, condition] of conditions.entries()) {
        signal?.throwIfAborted();
        const before = records * (conditions.length * index + i);
        const evaluation = await evaluateClassifier(workspace, {
          ...options,
          ...condition,
          checkpoint,
          onProgress: (done) => onProgress?.(before + done, total),
        });
        const { kind: normalization } = workspace.normalization;
        const namesClasses = checkpoint.metadata.class_names !== undefined;
        const architecture = architectureName(checkpoint);
        const facts = { method, epoch, architecture, normalization, namesClasses };
        found.push({ name, path, headPath, ...condition, ...facts, evaluation });
      }
      works.push(...found);
    } catch (error) {
      const stopped = signal?.aborted || error instanceof DeviceLostError;
      if (strict || stopped || !(error instanceof UserError)) throw error;
      const { message, facts } = error;
      const reason = message.includes(path) ? message : `${path}: ${message}`;
      leftOut.push({ name, path, reason, facts });
    }
  }
  const base = works.find(({ name }) => name === (baseline ?? works[0].name));
  if (base === undefined && typeof baseline === "string") {
    const failed = leftOut.find(({ name }) => name === baseline);
    const reason = failed?.reason ?? "it is not among them";
    throw new UserError(`Cannot compare with ${baseline}: ${reason}`, failed?.facts);
  }
  if (base === undefined || baseline === null) return { compared: works, leftOut };
  const { probabilities, rows } = base.evaluation;
  const labels = workspace.labelsOf(rows);
  const { length: classes } = workspace.set.classNames;
  const { clusters, seed = 42 } = options;
  const paired = { classes, seed, clusters: clusters && Array.from(rows, (row) => clusters[row]) };
  const compared = works.map((each) =>
    each === base ? each : {
      ...each,
      difference: pairedBootstrapIntervals(
        labels,
        probabilities,
        each.evaluation.probabilities,
        paired,
      ),
    }
  );
  return { compared, leftOut };
}

/** The name without the sizes that follow it. */
function architectureName({ metadata, sections }: Checkpoint): string {
  return metadata.architecture?.name ??
    recognizeArchitecture(sections.get("model")!).replace(/ \(.*/, "");
}

/** Macro AUROC for sorting: the best first; where it is not defined, last. */
export function byAuroc(a: ComparedClassifier, b: ComparedClassifier): number {
  const [x, y] = [a, b].map(({ evaluation }) => evaluation.metrics.auroc_macro);
  return (Number.isNaN(y) ? -1 : y) - (Number.isNaN(x) ? -1 : x);
}
