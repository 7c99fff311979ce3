/**
 * Classifiers on the same records, and how far each lies from one of them.
 *
 * @module
 */

import { readCheckpoint } from "../checkpoint/checkpoint_file.ts";
import type { NamedCheckpoint } from "../checkpoint/named_checkpoints.ts";
import { UserError } from "../errors.ts";
import { DeviceLostError } from "../gpu/device.ts";
import type { BootstrapIntervals } from "../metrics/bootstrap.ts";
import { pairedBootstrapIntervals } from "../metrics/paired_bootstrap.ts";
import { normalizationFor } from "../runs/checkpoints.ts";
import type { EvaluateOptions } from "../evaluation/evaluate.ts";
import {
  evaluateAll,
  type EvaluatedCheckpoint,
  type LeftOutCheckpoint,
} from "../evaluation/evaluate_all.ts";
import { type LinearHeadOptions, trainLinearHead } from "../training/linear_head.ts";
import type { Workspace } from "../runs/workspace.ts";

/** Settings of {@linkcode compareCheckpoints}. */
export interface CompareOptions extends Pick<EvaluateOptions, "fold" | "batchSize" | "seed"> {
  readonly checkpoints: readonly NamedCheckpoint[];
  /** Name of the checkpoint that the others are compared with; default: the first that works. */
  readonly baseline?: string;
  /** Overrides the normalization that the checkpoints carry. */
  readonly normalize?: "train" | "none";
  /** How encoders get a head; absent: they are left out. */
  readonly heads?: LinearHeadOptions;
  /** Ends the job before the next checkpoint, or after an epoch of a head. */
  readonly signal?: AbortSignal;
  readonly events?: {
    /** An epoch of an encoder's head is done. */
    headEpoch?(name: string, epoch: number): void;
    /** An encoder has its head. */
    head?(name: string, fresh: boolean): void;
    evaluating?(done: number, total: number): void;
  };
}

/** A classifier beside others. */
export interface ComparedCheckpoint extends EvaluatedCheckpoint {
  readonly name: string;
  /** The file that was given; an encoder's or a classifier's. */
  readonly path: string;
  /** The classifier that was evaluated, where `path` is an encoder's. */
  readonly headPath?: string;
  /** True where the file says which output is which class; else the order of the data is assumed. */
  readonly namesClasses: boolean;
  /** Metrics − those of the baseline, paired by record; absent for the baseline. */
  readonly difference?: BootstrapIntervals;
}

/** A checkpoint that could not be compared. */
export interface LeftOutOfComparison extends LeftOutCheckpoint {
  readonly name: string;
}

/** What {@linkcode compareCheckpoints} gives. */
export interface Comparison {
  /** In the order given. The baseline is the one without a difference. */
  readonly compared: readonly ComparedCheckpoint[];
  /** In the order given. */
  readonly leftOut: readonly LeftOutOfComparison[];
}

/**
 * Evaluates classifiers on one fold, each with its own normalization (the last stays set in the
 * workspace), and gives the differences from the baseline with intervals that are paired by record. An encoder gets a linear head first, trained
 * once and kept. What cannot be evaluated is listed, and the others go on.
 *
 * @throws {UserError} When the baseline that was asked for cannot be evaluated, the fold is empty, or
 * the device is lost
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { compareCheckpoints, synthesizeCohort, Workspace } from "ssrl-ecg";
 * const set = synthesizeCohort({ records: 30, seed: 42 });
 * const workspace = await Workspace.open(set, { normalization: "none" });
 * const { compared, leftOut } = await compareCheckpoints(workspace, {
 *   checkpoints: [{ name: "focal", path: "missing.pt" }],
 *   fold: 10,
 *   batchSize: 64,
 *   seed: 42,
 * });
 * assert(compared.length === 0 && leftOut[0].name === "focal");
 * workspace.destroy();
 * ```
 */
export async function compareCheckpoints(
  workspace: Workspace,
  { checkpoints, baseline, heads, events, ...options }: CompareOptions,
): Promise<Comparison> {
  const { signal } = options;
  const classifiers = new Map<string, Classifier>();
  const reasons = new Map<string, string>();
  for (const { name, path } of checkpoints) {
    signal?.throwIfAborted();
    try {
      const { fresh, ...classifier } = await classifierOf(workspace, path, {
        ...options,
        heads,
        onEpoch: (epoch) => events?.headEpoch?.(name, epoch),
      });
      if (fresh !== undefined) events?.head?.(name, fresh);
      classifiers.set(path, classifier);
    } catch (error) {
      const stopped = signal?.aborted || error instanceof DeviceLostError;
      if (stopped || !(error instanceof UserError)) throw error;
      const { message } = error;
      reasons.set(path, message.includes(path) ? message : `${path}: ${message}`);
    }
  }
  const { evaluated, leftOut } = await evaluateAll(workspace, {
    ...options,
    paths: [...classifiers.values()].map(({ file }) => file),
    onProgress: (done, total) => events?.evaluating?.(done, total),
  });
  const works = checkpoints.flatMap(({ name, path }) => {
    const classifier = classifiers.get(path);
    const found = evaluated.find((each) => each.path === classifier?.file);
    if (classifier === undefined || found === undefined) return [];
    const { file, ...facts } = classifier;
    return [{ ...found, ...facts, name, path, ...(file === path ? {} : { headPath: file }) }];
  });
  const failed = checkpoints.flatMap(({ name, path }) => {
    const reason = reasons.get(path) ??
      leftOut.find((each) => each.path === classifiers.get(path)?.file)?.reason;
    return reason === undefined ? [] : [{ name, path, reason }];
  });
  const base = baseline === undefined ? works[0] : works.find(({ name }) => name === baseline);
  if (base === undefined && baseline !== undefined) {
    const reason = failed.find(({ name }) => name === baseline)?.reason ?? "it is not among them";
    throw new UserError(`Cannot compare with ${baseline}: ${reason}. Give another --baseline`);
  }
  return {
    compared: works.map((each) =>
      base === undefined || each === base
        ? each
        : { ...each, difference: differences(workspace, base, each, options) }
    ),
    leftOut: failed,
  };
}

/** The classifier that a file holds or leads to. */
interface Classifier extends Pick<ComparedCheckpoint, "method" | "namesClasses"> {
  readonly file: string;
}

async function classifierOf(
  workspace: Workspace,
  path: string,
  { heads, normalize, signal, onEpoch }:
    & Pick<CompareOptions, "heads" | "normalize" | "signal">
    & { onEpoch: (epoch: number) => void },
): Promise<Classifier & { readonly fresh?: boolean }> {
  const checkpoint = await readCheckpoint(path);
  const { method, class_names: named } = checkpoint.metadata;
  if (checkpoint.sections.has("model") || !checkpoint.sections.has("encoder")) {
    return { file: path, method, namesClasses: named !== undefined };
  }
  if (heads === undefined) {
    throw new UserError(
      `${path} holds an encoder without a head: finetune makes a classifier of it, ` +
        `compare-baselines trains a head by itself`,
    );
  }
  workspace.normalize(normalizationFor(checkpoint, normalize));
  const { path: file, fresh } = await trainLinearHead(workspace, { checkpoint, path }, {
    ...heads,
    signal,
    onEpoch,
  });
  return { file, fresh, method, namesClasses: true };
}

/** Metrics of `changed` − those of `baseline`. */
function differences(
  workspace: Workspace,
  { evaluation: baseline }: EvaluatedCheckpoint,
  { evaluation: changed }: EvaluatedCheckpoint,
  { seed }: Pick<CompareOptions, "seed">,
): BootstrapIntervals {
  return pairedBootstrapIntervals(
    workspace.labelsOf(changed.rows),
    baseline.probabilities,
    changed.probabilities,
    { classes: workspace.set.classNames.length, seed },
  );
}
