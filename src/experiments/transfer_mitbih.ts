/**
 * Transfer to the MIT-BIH Arrhythmia Database: what an encoder is worth on other recordings, from
 * other devices, with another question (is a beat of ten seconds abnormal?).
 *
 * A classifier with one output is trained on the encoder, and beside it one on random weights; the
 * difference is what the encoder carries over.
 *
 * @module
 */

import { join } from "node:path";
import { readCheckpoint } from "../checkpoint/checkpoint_file.ts";
import { describeSections } from "../models/describe_checkpoint.ts";
import { encoderChoiceOf, encoderOf } from "../models/registry.ts";
import { sha256OfFile } from "../checkpoint/sha256.ts";
import type { Checkpoint, JsonValue } from "../checkpoint/state_dict.ts";
import { programName } from "../text/program_name.ts";
import { MIT_BIH_RECORDS, mitBihPart } from "../data/datasets/mit_bih_split.ts";
import type { RecordSet } from "../data/signals/record_set.ts";
import { splitByFolds } from "../data/sampling/splits.ts";
import { UserError } from "../errors.ts";
import type { BootstrapIntervals, Interval } from "../metrics/bootstrap.ts";
import { perClassMetrics } from "../metrics/multilabel_metrics.ts";
import { pairedBootstrapIntervals } from "../metrics/paired_bootstrap.ts";
import { weightsAt } from "../runs/checkpoints.ts";
import { evaluateClassifier } from "../evaluation/evaluate.ts";
import { INFERENCE_ROWS } from "../evaluation/inference.ts";
import { dataSettings, isUnfinished } from "../runs/run_state.ts";
import { runOnce } from "./sweep.ts";
import {
  type ClassifierEvents,
  trainClassifier,
  type TrainClassifierOptions,
} from "../training/train_classifier.ts";
import type { Workspace } from "../runs/workspace.ts";

/** `transfer` starts from the checkpoint's encoder, `baseline` from random weights. */
export const TRANSFER_RUNS = ["transfer", "baseline"] as const;

/** One of {@linkcode TRANSFER_RUNS}. */
export type TransferRunName = typeof TRANSFER_RUNS[number];

/** Where in a checkpoint the encoder is. */
export type EncoderSource = "encoder" | "encoder of model";

/** Settings of {@linkcode transferMitBih}. */
export interface TransferMitBihOptions {
  /** Checkpoint with an encoder. */
  readonly checkpoint: string;
  /** From {@linkcode encoderSource}. */
  readonly encoderFrom: EncoderSource;
  /** Record of every window, [windows], as `MitBihSet.records`. */
  readonly records: ArrayLike<number>;
  /** Train the head alone. */
  readonly freezeEncoder: boolean;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number;
  /** Also train from random weights. */
  readonly baseline: boolean;
  /** Folder of the runs: `transfer/` and `baseline/`. Runs that are done there are kept. */
  readonly runFolder: string;
  readonly signal?: AbortSignal;
  /** For the runs' `config.json`. */
  readonly commandLine?: string;
  readonly events?: {
    /** Before a run is trained, or found done. */
    run?(name: TransferRunName): void;
    steps?: ClassifierEvents["steps"];
    epoch?: ClassifierEvents["epoch"];
    /** While the test part is evaluated. */
    evaluating?(name: TransferRunName, done: number, total: number): void;
  };
}

/** The metrics of a class on the test part, each with its interval. */
export interface TransferScores {
  readonly auroc: Interval;
  readonly auprc: Interval;
  /** At 0.5, as sensitivity and specificity. */
  readonly f1: Interval;
  readonly sensitivity: Interval;
  readonly specificity: Interval;
}

/** How one test record came out. */
export interface RecordResult {
  readonly record: number;
  readonly windows: number;
  /** Windows with an abnormal beat. */
  readonly abnormal: number;
  /** NaN where all windows have one label. */
  readonly auroc: number;
  /** Share of the windows on the right side of 0.5. */
  readonly accuracy: number;
  /** At 0.5; NaN where no window is or is called abnormal. */
  readonly f1: number;
}

/** One trained and tested classifier. */
export interface TransferRun {
  readonly name: TransferRunName;
  readonly checkpoint: string;
  readonly bestEpoch: number;
  readonly epochs: number;
  /** Of a window being abnormal, [test windows]. */
  readonly probabilities: Float64Array;
  /** Intervals: percentile bootstrap over records, not windows. */
  readonly scores: TransferScores;
  readonly perRecord: readonly RecordResult[];
}

/** What {@linkcode transferMitBih} gives. */
export interface TransferMitBihResult {
  /** Test windows, rows of the workspace. */
  readonly rows: Int32Array;
  readonly transfer: TransferRun;
  readonly baseline?: TransferRun;
  /** `transfer` − `baseline`, paired by record. */
  readonly difference?: TransferScores;
}

/**
 * Where the encoder of a checkpoint is: key `encoder`, else the entries under `encoder.` of key
 * `model`.
 *
 * @param pretrainedOnly Refuse key `model`: only what pretraining writes will do.
 * @throws {UserError} When there is no encoder; names the keys found.
 */
export function encoderSource(
  checkpoint: Checkpoint,
  path: string,
  pretrainedOnly: boolean,
): EncoderSource {
  const places: EncoderSource[] = pretrainedOnly ? ["encoder"] : ["encoder", "encoder of model"];
  const source = places.find((place) => {
    const state = weightsAt(checkpoint, place);
    return state && encoderOf(state);
  });
  if (source !== undefined) return source;
  const need = pretrainedOnly
    ? `the key "encoder" (leave --use-ssl away to take the encoder of a classifier)`
    : `the key "encoder", or "model" with entries under "encoder."`;
  throw new UserError(
    `Cannot take an encoder from ${path}: need ${need}, found ${describeSections(checkpoint)}`,
  );
}

/** What each part of the split serves for, as a message says it. */
const PURPOSES = { train: "train on", validation: "choose an epoch by", test: "test on" } as const;

/**
 * Checks that there is something to learn from, to choose by and to test on.
 *
 * @throws {UserError} When a part has no windows, or training or validation windows have one label only.
 */
export function assertTransferable(set: RecordSet): void {
  const split = splitByFolds(set);
  for (const part of ["train", "validation", "test"] as const) {
    const rows = split[part];
    const abnormal = rows.filter((row) => set.labels[row] === 1).length;
    const missing = rows.length === 0
      ? "windows"
      : part !== "test" && abnormal === 0
      ? "abnormal windows"
      : part !== "test" && abnormal === rows.length
      ? "normal windows"
      : undefined;
    if (missing === undefined) continue;
    const records = MIT_BIH_RECORDS.filter((record) => mitBihPart(record) === part);
    throw new UserError(
      `Cannot ${PURPOSES[part]} ${set.source}: there are no ${missing} in records ` +
        `${records.join(" ")}. Bring them with "${programName()} fetch-mitbih", or correct ` +
        "--mitbih-root",
    );
  }
}

/**
 * Trains on DS1, chooses the epoch by the AUROC of DS1's validation records, and reports DS2 once:
 * pooled over all windows and record by record.
 *
 * @param workspace Device and windows, from `loadMitBih` at the checkpoint's sampling rate
 * @throws {UserError} As {@linkcode assertTransferable} and `trainClassifier`, and when a run in the
 * folder had other settings. The reason of `signal`, when it aborts.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { loadMitBih, transferMitBih, Workspace } from "ssrl-ecg";
 * async function worth(checkpoint: string) {
 *   const set = await loadMitBih("data/MIT-BIH/files/mitdb/1.0.0");
 *   const workspace = await Workspace.open(set, { normalization: "train" });
 *   const { difference } = await transferMitBih(workspace, {
 *     checkpoint,
 *     encoderFrom: "encoder",
 *     records: set.records,
 *     freezeEncoder: true,
 *     epochs: 10,
 *     batchSize: 32,
 *     learningRate: 1e-3,
 *     seed: 42,
 *     baseline: true,
 *     runFolder: "results/transfer",
 *   });
 *   workspace.destroy();
 *   return difference!.auroc;
 * }
 * assert(typeof worth === "function");
 * ```
 */
export async function transferMitBih(
  workspace: Workspace,
  options: TransferMitBihOptions,
): Promise<TransferMitBihResult> {
  const { split } = workspace;
  assertTransferable(workspace.set);
  const transfer = await trainAndTest(workspace, options, "transfer");
  if (!options.baseline) return { rows: split.test, transfer };
  const baseline = await trainAndTest(workspace, options, "baseline");
  const difference = scoresOf(pairedBootstrapIntervals(
    workspace.labelsOf(split.test),
    baseline.probabilities,
    transfer.probabilities,
    { classes: 1, seed: options.seed, clusters: clustersOf(split.test, options.records) },
  ));
  return { rows: split.test, transfer, baseline, difference };
}

async function trainAndTest(
  workspace: Workspace,
  options: TransferMitBihOptions,
  name: TransferRunName,
): Promise<TransferRun> {
  const { checkpoint, encoderFrom, records, epochs, freezeEncoder, seed, events } = options;
  const { batchSize, learningRate, signal, commandLine } = options;
  const runFolder = join(options.runFolder, name);
  const path = join(runFolder, "model.pt");
  events?.run?.(name);
  const start: Pick<TrainClassifierOptions, "encoderCheckpoint" | "encoderFrom" | "encoder"> =
    name === "transfer"
      ? { encoderCheckpoint: checkpoint, encoderFrom: [encoderFrom] }
      : { encoder: encoderChoiceOf(await readCheckpoint(checkpoint)) };
  const { mean, standardDeviation } = workspace.normalization;
  const settings: JsonValue = {
    name,
    checkpoint: await sha256OfFile(checkpoint),
    encoderFrom,
    freezeEncoder,
    epochs,
    batchSize,
    learningRate,
    seed,
    ...dataSettings(workspace),
    mean,
    standardDeviation,
  };
  const { result } = await runOnce(runFolder, settings, async () => {
    const trained = await trainClassifier(workspace, {
      command: "transfer-mitbih",
      method: name,
      ...start,
      epochs,
      batchSize,
      learningRate,
      labelFraction: 1,
      loss: "bce",
      balancing: "standard",
      freezeEncoder,
      selection: "auroc_macro",
      seed,
      shuffle: true,
      logEvery: 20,
      out: path,
      runFolder,
      resume: isUnfinished(runFolder),
      ...(signal ? { signal } : {}),
      ...(commandLine === undefined ? {} : { commandLine }),
      events: {
        ...(events?.steps ? { steps: events.steps } : {}),
        ...(events?.epoch ? { epoch: events.epoch } : {}),
      },
    });
    return { best_epoch: trained.bestEpoch, epochs: trained.epochLosses.length };
  });
  const { rows, probabilities, intervals } = await evaluateClassifier(workspace, {
    checkpoint: await readCheckpoint(path),
    fold: TEST_FOLD,
    batchSize: INFERENCE_ROWS,
    seed,
    clusters: records,
    onProgress(done, total) {
      signal?.throwIfAborted();
      events?.evaluating?.(name, done, total);
    },
  });
  return {
    name,
    checkpoint: path,
    bestEpoch: result.best_epoch,
    epochs: result.epochs,
    probabilities,
    scores: scoresOf(intervals),
    perRecord: recordResults(
      clustersOf(rows, records),
      workspace.labelsOf(rows),
      probabilities,
    ),
  };
}

const TEST_FOLD = 10;

function clustersOf(rows: Int32Array, records: ArrayLike<number>): Int32Array {
  return rows.map((row) => records[row]);
}

/** The metrics of the one class. */
function scoresOf({ overall, perClass: [abnormal] }: BootstrapIntervals): TransferScores {
  return {
    auroc: abnormal.auroc,
    auprc: abnormal.auprc,
    f1: overall.f1_macro,
    sensitivity: overall.sensitivity_micro,
    specificity: overall.specificity_micro,
  };
}

/**
 * Results record by record, ascending.
 *
 * @param records Record of each window
 * @param labels 1 for an abnormal window
 * @param probabilities Of being abnormal
 */
export function recordResults(
  records: ArrayLike<number>,
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
): RecordResult[] {
  const windows = new Map<number, number[]>();
  for (let i = 0; i < records.length; i++) {
    windows.set(records[i], [...windows.get(records[i]) ?? [], i]);
  }
  return [...windows].sort(([a], [b]) => a - b).map(([record, own]) => {
    const truth = own.map((i) => labels[i]);
    const guesses = own.map((i) => probabilities[i]);
    const [{ auroc, f1, support }] = perClassMetrics(truth, guesses, { classes: 1 });
    const right = own.filter((_, i) => (guesses[i] >= 0.5) === (truth[i] === 1)).length;
    return {
      record,
      windows: own.length,
      abnormal: support,
      auroc,
      accuracy: right / own.length,
      f1,
    };
  });
}
