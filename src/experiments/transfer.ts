/**
 * Transfer of an encoder to another labeled data set with a split of its own: other devices, another
 * question. A classifier is trained on the encoder, and the same on random weights; the difference is
 * what the encoder carries over.
 */

import { join } from "node:path";
import { readCheckpoint } from "../checkpoint/checkpoint_file.ts";
import { sha256OfFile } from "../checkpoint/sha256.ts";
import type { Dataset } from "../data/datasets/dataset.ts";
import { splitByFolds } from "../data/sampling/splits.ts";
import type { RecordSet } from "../data/signals/record_set.ts";
import { UserError } from "../errors.ts";
import { perClassMetrics } from "../metrics/multilabel_metrics.ts";
import { encoderChoiceOf } from "../models/registry.ts";
import { dataSettings } from "../runs/run_state.ts";
import type { Workspace } from "../runs/workspace.ts";
import { classifierCell } from "./training_cells.ts";

/** Where in a checkpoint the encoder is. */
export type EncoderSource = "encoder" | "encoder of model";

/** Settings of {@linkcode planTransfer}. */
export interface TransferOptions {
  /** Name of the command, for the runs' `config.json`. */
  readonly command: string;
  /** Checkpoint with an encoder. */
  readonly checkpoint: string;
  readonly encoderFrom: EncoderSource;
  /** Train the head alone. */
  readonly freezeEncoder: boolean;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number;
  /** Also train from random weights. */
  readonly baseline: boolean;
  /** Folder of the runs: `transfer/` and `baseline/`. */
  readonly folder: string;
}

/**
 * Training on the set's folds 1 to 8, the epoch chosen by the AUROC of fold 9: `transfer` starts from
 * the checkpoint's encoder, `baseline` from random weights.
 *
 * @param workspace Device and records, at the checkpoint's sampling rate
 */
export async function planTransfer(workspace: Workspace, options: TransferOptions) {
  const { checkpoint, encoderFrom, freezeEncoder, epochs, batchSize, learningRate, seed } = options;
  const { mean, standardDeviation } = workspace.normalization;
  const sha256 = await sha256OfFile(checkpoint);
  const encoder = encoderChoiceOf(await readCheckpoint(checkpoint));
  const training = { freezeEncoder, epochs, batchSize, learningRate, seed };
  const cellOf = (name: "transfer" | "baseline") => {
    const folder = join(options.folder, name);
    const out = join(folder, "model.pt");
    return classifierCell(workspace, {
      name,
      title: name === "transfer" ? "Transfer" : "Baseline",
      folder,
      checkpoint: out,
      settings: {
        name,
        checkpoint: sha256,
        encoderFrom,
        ...training,
        ...dataSettings(workspace),
        mean,
        standardDeviation,
      },
    }, {
      ...training,
      ...(name === "transfer"
        ? { encoderCheckpoint: checkpoint, encoderFrom: [encoderFrom] }
        : { encoder }),
      command: options.command,
      method: name,
      labelFraction: 1,
      loss: "bce",
      balancing: "standard",
      selection: "auroc_macro",
      out,
    }, ({ bestEpoch, epochLosses }) => ({ best_epoch: bestEpoch, epochs: epochLosses.length }));
  };
  return options.baseline ? [cellOf("transfer"), cellOf("baseline")] : [cellOf("transfer")];
}

/** The training of one classifier. */
export type TransferCell = Awaited<ReturnType<typeof planTransfer>>[number];

/**
 * Checks that there is something to learn from, to choose by and to test on.
 *
 * @param set Windows of `dataset`
 * @throws {UserError} When a part has no windows, or a class has one label only in training or validation.
 */
export function assertTransferable(set: RecordSet, { id, name, transfer }: Dataset): void {
  const purposes = { train: "train on", validation: "choose an epoch by", test: "test on" };
  const split = splitByFolds(set);
  const classes = set.classNames.length;
  for (const part of ["train", "validation", "test"] as const) {
    const rows = split[part];
    const missing = rows.length === 0 ? ["windows"] : part === "test" ? [] : set.classNames.flatMap(
      (className, c) => {
        const positives = rows.filter((row) => set.labels[row * classes + c] === 1).length;
        return positives === 0
          ? [`${className} windows`]
          : positives === rows.length
          ? [`windows that are not ${className}`]
          : [];
      },
    );
    if (missing.length === 0) continue;
    throw new UserError(
      `Cannot ${purposes[part]} ${set.source}: there are no ${missing[0]} in records ` +
        transfer?.recordsOf(part).join(" "),
      { remedy: "fetch-dataset", id, name },
    );
  }
}

/**
 * A single class recording by recording, ascending, with the keys of the file of results.
 *
 * @param recordings Recording of each row
 * @param labels 0 or 1
 * @param probabilities Of the label 1
 */
export function recordingResults(
  recordings: ArrayLike<number>,
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
) {
  const groups = Map.groupBy(Array.from(recordings).keys(), (i) => recordings[i]);
  return [...groups].sort(([a], [b]) => a - b).map(([record, own]) => {
    const truth = own.map((i) => labels[i]);
    const guesses = own.map((i) => probabilities[i]);
    const [{ auroc, f1, support }] = perClassMetrics(truth, guesses, { classes: 1 });
    const right = own.filter((_, i) => (guesses[i] >= 0.5) === (truth[i] === 1)).length;
    return {
      record,
      windows: own.length,
      /** With the label 1. */
      abnormal: support,
      /** NaN where all have one label. */
      auroc,
      /** Share on the right side of 0.5. */
      accuracy: right / own.length,
      /** At 0.5; NaN where none has the label or is predicted to. */
      f1,
    };
  });
}
