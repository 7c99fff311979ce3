/** A classifier out of an encoder: a linear head on frozen features, kept where it was trained. */

import { basename, extname, join } from "node:path";
import { canonicalJson } from "../checkpoint/metadata.ts";
import { sha256OfBytes, sha256OfFile } from "../checkpoint/sha256.ts";
import type { Checkpoint } from "../checkpoint/state_dict.ts";
import { assertAllParts } from "../data/sampling/splits.ts";
import { assertSamplingRate } from "../runs/checkpoints.ts";
import { dataSettings } from "../runs/run_state.ts";
import type { Workspace } from "../runs/workspace.ts";
import { type CellOptions, runCell } from "./experiment.ts";
import { classifierCell } from "./training_cells.ts";

/** How heads are trained. */
export interface LinearHeadOptions extends Pick<CellOptions, "signal" | "commandLine"> {
  /** Folder of all heads; each has a folder of its own in it. */
  readonly folder: string;
  readonly epochs: number;
  /** In (0, 1]. */
  readonly labelFraction: number;
  /** Chooses labels, initial head and order. */
  readonly seed: number;
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
 * and again where one of them has changed. A training that was stopped continues.
 *
 * @param encoder A checkpoint with the key `encoder`, and the file it was read from.
 * @throws {UserError} As `trainClassifier`, where the encoder was trained at another sampling rate,
 * and where training or validation part is empty.
 */
export async function trainLinearHead(
  workspace: Workspace,
  encoder: { readonly checkpoint: Checkpoint; readonly path: string },
  { folder, epochs, labelFraction, seed, onEpoch, ...options }: LinearHeadOptions & {
    readonly onEpoch?: (epoch: number) => void;
  },
): Promise<LinearHead> {
  const { set, normalization } = workspace;
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
  const name = `${basename(encoder.path, extname(encoder.path))}-${identity.slice(0, 12)}`;
  const runFolder = join(folder, name);
  const path = join(runFolder, "classifier.pt");
  const head = classifierCell(workspace, {
    name,
    title: `head of ${encoder.path}`,
    folder: runFolder,
    settings,
  }, {
    ...HEAD_TRAINING,
    epochs,
    labelFraction,
    seed,
    command: "compare-baselines",
    method: "linear_head",
    freezeEncoder: true,
    encoderCheckpoint: encoder.path,
    out: path,
  }, ({ bestEpoch, validation }) => (
    { best_epoch: bestEpoch, validation_auroc: validation.auroc_macro }
  ));
  const { fresh } = await runCell(head, {
    ...options,
    report: (event) => event.kind === "epoch" && onEpoch?.(event.epoch),
  });
  return { path, fresh };
}
