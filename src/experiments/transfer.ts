/**
 * Transfer of an encoder to another labeled data set with a split of its own: other devices, another
 * question. A classifier is trained on the encoder, and the same on random weights; the difference is
 * what the encoder carries over.
 *
 * @module
 */

import { join } from "node:path";
import { readCheckpoint } from "../checkpoint/checkpoint_file.ts";
import { sha256OfFile } from "../checkpoint/sha256.ts";
import type { Dataset } from "../data/datasets/dataset.ts";
import { splitByFolds } from "../data/sampling/splits.ts";
import type { RecordSet } from "../data/signals/record_set.ts";
import { UserError } from "../errors.ts";
import { evaluateClassifier } from "../evaluation/evaluate.ts";
import { INFERENCE_ROWS } from "../evaluation/inference.ts";
import type { BootstrapIntervals, Interval } from "../metrics/bootstrap.ts";
import { perClassMetrics } from "../metrics/multilabel_metrics.ts";
import { pairedBootstrapIntervals } from "../metrics/paired_bootstrap.ts";
import { encoderChoiceOf } from "../models/registry.ts";
import { dataSettings } from "../runs/run_state.ts";
import type { Workspace } from "../runs/workspace.ts";
import { trainClassifier } from "../training/train_classifier.ts";
import type { Cell, CellOptions } from "./experiment.ts";
import { classifierWork, trainingOptions } from "./training_cells.ts";

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

/** One training: `transfer` starts from the checkpoint's encoder, `baseline` from random weights. */
export interface TransferCell extends Cell<{ readonly best_epoch: number; epochs: number }> {
  readonly name: "transfer" | "baseline";
  /** The classifier it writes. */
  readonly checkpoint: string;
}

/**
 * Training on the set's folds 1 to 8, the epoch chosen by the AUROC of fold 9.
 *
 * @param workspace Device and records, at the checkpoint's sampling rate
 */
export async function planTransfer(
  workspace: Workspace,
  options: TransferOptions,
): Promise<TransferCell[]> {
  const { checkpoint, encoderFrom, freezeEncoder, epochs, batchSize, learningRate, seed } = options;
  const { mean, standardDeviation } = workspace.normalization;
  const sha256 = await sha256OfFile(checkpoint);
  const encoder = encoderChoiceOf(await readCheckpoint(checkpoint));
  const cellOf = (name: TransferCell["name"]): TransferCell => {
    const folder = join(options.folder, name);
    const out = join(folder, "model.pt");
    const own = { freezeEncoder, epochs, batchSize, learningRate, seed };
    return {
      name,
      title: name === "transfer" ? "Transfer" : "Baseline",
      folder,
      checkpoint: out,
      settings: {
        ...{ name, checkpoint: sha256, encoderFrom, ...own },
        ...dataSettings(workspace),
        ...{ mean, standardDeviation },
      },
      work: classifierWork(workspace, epochs, 1, freezeEncoder),
      async run(context) {
        const { bestEpoch, epochLosses } = await trainClassifier(workspace, {
          ...own,
          ...trainingOptions(context),
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
        });
        return { best_epoch: bestEpoch, epochs: epochLosses.length };
      },
    };
  };
  return (options.baseline ? ["transfer", "baseline"] as const : ["transfer"] as const).map(cellOf);
}

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

/** Metrics on the test part, each with its interval; macro means where there are several classes. */
export interface TransferScores {
  readonly auroc: Interval;
  /** Of a single class. */
  readonly auprc?: Interval;
  /** At 0.5, as sensitivity and specificity. */
  readonly f1: Interval;
  readonly sensitivity: Interval;
  readonly specificity: Interval;
}

/** A classifier on the test part. */
export interface TransferEvaluation {
  /** Test rows of the workspace. */
  readonly rows: Int32Array;
  /** [rows, classes] */
  readonly probabilities: Float64Array;
  readonly scores: TransferScores;
}

/** How classifiers are tested. */
export interface TransferTestOptions extends Pick<CellOptions, "signal"> {
  /** Recording of every row of the workspace: the bootstrap draws whole recordings. */
  readonly recordings: ArrayLike<number>;
  readonly seed: number;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Tests a trained classifier on fold 10. */
export async function testTransfer(
  workspace: Workspace,
  { checkpoint }: TransferCell,
  { recordings, seed, signal, onProgress }: TransferTestOptions,
): Promise<TransferEvaluation> {
  const { rows, probabilities, intervals } = await evaluateClassifier(workspace, {
    checkpoint: await readCheckpoint(checkpoint),
    fold: 10,
    batchSize: INFERENCE_ROWS,
    noiseStd: 0,
    maskRatio: 0,
    seed,
    clusters: recordings,
    onProgress(done, total) {
      signal?.throwIfAborted();
      onProgress?.(done, total);
    },
  });
  return { rows, probabilities, scores: scoresOf(intervals) };
}

/** `transfer` − `baseline`, paired by recording. */
export function transferDifference(
  workspace: Workspace,
  transfer: TransferEvaluation,
  baseline: TransferEvaluation,
  { recordings, seed }: TransferTestOptions,
): TransferScores {
  return scoresOf(pairedBootstrapIntervals(
    workspace.labelsOf(transfer.rows),
    baseline.probabilities,
    transfer.probabilities,
    {
      classes: workspace.set.classNames.length,
      seed,
      clusters: transfer.rows.map((row) => recordings[row]),
    },
  ));
}

function scoresOf({ overall, perClass }: BootstrapIntervals): TransferScores {
  return {
    auroc: overall.auroc_macro,
    auprc: perClass.length === 1 ? perClass[0].auprc : undefined,
    f1: overall.f1_macro,
    sensitivity: overall.sensitivity_micro,
    specificity: overall.specificity_micro,
  };
}

/** A single class on the test rows of one recording. */
export interface RecordingResult {
  readonly recording: number;
  readonly rows: number;
  /** Rows with the label 1. */
  readonly positives: number;
  /** NaN where all rows have one label. */
  readonly auroc: number;
  /** Share of the rows on the right side of 0.5. */
  readonly accuracy: number;
  /** At 0.5; NaN where no row has the label or is predicted to. */
  readonly f1: number;
}

/**
 * Results recording by recording, ascending.
 *
 * @param recordings Recording of each row
 * @param labels 0 or 1
 * @param probabilities Of the label 1
 */
export function recordingResults(
  recordings: ArrayLike<number>,
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
): RecordingResult[] {
  const groups = Map.groupBy(Array.from(recordings).keys(), (i) => recordings[i]);
  return [...groups].sort(([a], [b]) => a - b).map(([recording, own]) => {
    const truth = own.map((i) => labels[i]);
    const guesses = own.map((i) => probabilities[i]);
    const [{ auroc, f1, support }] = perClassMetrics(truth, guesses, { classes: 1 });
    const right = own.filter((_, i) => (guesses[i] >= 0.5) === (truth[i] === 1)).length;
    const rows = own.length;
    return { recording, rows, positives: support, auroc, accuracy: right / rows, f1 };
  });
}
