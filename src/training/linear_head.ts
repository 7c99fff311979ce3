/**
 * A classifier out of an encoder: a linear head on frozen features, kept where it was trained.
 *
 * @module
 */

import { basename, extname, join } from "node:path";
import { canonicalJson } from "../checkpoint/metadata.ts";
import { sha256OfBytes, sha256OfFile } from "../checkpoint/sha256.ts";
import type { Checkpoint } from "../checkpoint/state_dict.ts";
import { assertAllParts } from "../data/sampling/splits.ts";
import { assertSamplingRate } from "../runs/checkpoints.ts";
import { dataSettings, isUnfinished } from "../runs/run_state.ts";
import { runOnce } from "../experiments/sweep.ts";
import { trainClassifier } from "./train_classifier.ts";
import type { Workspace } from "../runs/workspace.ts";

/** How heads are trained. */
export interface LinearHeadOptions {
  /** Folder of all heads; each has a folder of its own in it. */
  readonly folder: string;
  readonly epochs: number;
  /** In (0, 1]. */
  readonly labelFraction: number;
  /** Chooses labels, initial head and order. */
  readonly seed: number;
  /** For the run's `config.json`. */
  readonly commandLine?: string;
}

/** A classifier that {@linkcode trainLinearHead} left on disk. */
export interface LinearHead {
  /** Checkpoint, key `model`: the encoder as it was, and the head. */
  readonly path: string;
  /** False where an earlier start had trained it. */
  readonly fresh: boolean;
}

/** What the reference's comparison trains a head with. */
export const HEAD_TRAINING = {
  loss: "bce",
  balancing: "standard",
  selection: "auroc_macro",
  batchSize: 64,
  learningRate: 1e-3,
} as const;

/**
 * Trains a linear head on the frozen encoder of a checkpoint, with the normalization that the
 * workspace has. A head belongs to the encoder's bytes, the data and the settings: it is trained once,
 * and again where one of them has changed. A training that was stopped goes on.
 *
 * @param encoder A checkpoint with the key `encoder`, and the file it was read from.
 * @throws {UserError} As `trainClassifier`, where the encoder was trained at another sampling rate,
 * and where training or validation part is empty.
 */
export async function trainLinearHead(
  workspace: Workspace,
  encoder: { readonly checkpoint: Checkpoint; readonly path: string },
  options: LinearHeadOptions & {
    readonly signal?: AbortSignal;
    readonly onEpoch?: (epoch: number) => void;
  },
): Promise<LinearHead> {
  const { set, normalization } = workspace;
  const { folder, epochs, labelFraction, seed, commandLine, signal, onEpoch } = options;
  assertSamplingRate(encoder.checkpoint, set.samplingRate);
  assertAllParts(set);
  const settings = {
    ...HEAD_TRAINING,
    encoder: await sha256OfFile(encoder.path),
    epochs,
    labelFraction,
    seed,
    source: set.source,
    ...dataSettings(workspace),
    statistics: [...normalization.mean, ...normalization.standardDeviation],
  };
  const identity = sha256OfBytes(new TextEncoder().encode(canonicalJson(settings)));
  const name = basename(encoder.path, extname(encoder.path));
  const runFolder = join(folder, `${name}-${identity.slice(0, 12)}`);
  const path = join(runFolder, "classifier.pt");
  const { fresh } = await runOnce(runFolder, settings, async () => {
    const { bestEpoch, validation } = await trainClassifier(workspace, {
      ...HEAD_TRAINING,
      command: "compare-baselines",
      method: "linear_head",
      epochs,
      labelFraction,
      seed,
      freezeEncoder: true,
      encoderCheckpoint: encoder.path,
      shuffle: true,
      logEvery: 100,
      out: path,
      runFolder,
      resume: isUnfinished(runFolder),
      ...(signal ? { signal } : {}),
      ...(commandLine === undefined ? {} : { commandLine }),
      events: { epoch: (epoch) => onEpoch?.(epoch) },
    });
    const { auroc_macro } = validation;
    return {
      best_epoch: bestEpoch,
      validation_auroc: Number.isFinite(auroc_macro) ? auroc_macro : null,
    };
  });
  return { path, fresh };
}
