/** Features of a data set for use elsewhere: as a matrix for NumPy and as a table with ids. */

import { stringify } from "@std/csv";
import { type Checkpoint, sourceOf } from "../checkpoint/state_dict.ts";
import { hasLabels, type RecordSet } from "../data/signals/record_set.ts";
import { rowsOfFolds } from "../data/sampling/splits.ts";
import { UserError } from "../errors.ts";
import { assertSamplingRate } from "../runs/checkpoints.ts";
import { networkFeatures } from "./network_features.ts";
import { loadFeatureNetwork } from "./load_network.ts";
import type { Workspace } from "../runs/workspace.ts";

/** Settings of {@linkcode embed}. */
export interface EmbedOptions {
  readonly checkpoint: Checkpoint;
  /** Folds to take, 1 to 10. */
  readonly folds: readonly number[];
  /** Ends the job between two batches. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Features of some records. */
export interface Embeddings {
  /** Rows of the record set, ascending. */
  readonly rows: Int32Array;
  /** Name of the network. */
  readonly architecture: string;
  /** Number of features. */
  readonly width: number;
  /** [rows, width] */
  readonly features: Float32Array<ArrayBuffer>;
}

/**
 * The rows of some folds.
 *
 * @throws {UserError} Where they hold no records.
 */
export function rowsToEmbed(set: RecordSet, folds: readonly number[]): Int32Array {
  const rows = rowsOfFolds(set.folds, folds);
  if (rows.length > 0) return rows;
  const [noun, verb] = folds.length === 1 ? ["Fold", "has"] : ["Folds", "have"];
  throw new UserError(`${noun} ${folds.join(", ")} ${verb} no records`);
}

/**
 * Computes the features of all records of some folds: what a head reads, averaged over time.
 *
 * @throws {UserError} Where the folds are empty, the checkpoint has no network that gives features or
 * was trained at another sampling rate, or a feature is not finite. The reason of `signal`, when it
 * aborts.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { embed, Encoder1dCnn, ParameterStore, synthesizeCohort, Workspace } from "ssrl-ecg";
 * const store = new ParameterStore();
 * new Encoder1dCnn(store, "", { width: 4 });
 * const encoder = new Map(store.initialValues(1).map((values) => [values.name, values]));
 * const set = synthesizeCohort({ records: 30, seed: 42, duration: 1.28 });
 * const workspace = await Workspace.open(set, { normalization: "train" });
 * const { rows, width, features } = await embed(workspace, {
 *   checkpoint: { sections: new Map([["encoder", encoder]]), metadata: {} },
 *   folds: [9, 10],
 * });
 * assert(width === 16 && features.length === 16 * rows.length);
 * workspace.destroy();
 * ```
 */
export async function embed(workspace: Workspace, options: EmbedOptions): Promise<Embeddings> {
  const { checkpoint, folds, signal, onProgress } = options;
  const { gpu, set } = workspace;
  const rows = rowsToEmbed(set, folds);
  assertSamplingRate(checkpoint, set.samplingRate);
  using network = loadFeatureNetwork(gpu, checkpoint);
  const features = await networkFeatures(workspace, network, rows, {
    what: sourceOf(checkpoint),
    onProgress: (done) => {
      signal?.throwIfAborted();
      onProgress?.(done, rows.length);
    },
  });
  return { rows, features, width: network.features, architecture: network.architecture.name };
}

/**
 * CSV, a line a record in the order of `rows`: `ecg_id`, `patient_id`, `fold`; `file` where the set
 * knows it; one column a class where the set has labels.
 *
 * @param features Adds their columns, `f0`, `f1`, …
 */
export function embeddingsCsv(
  { rows, width, features }: Embeddings,
  set: RecordSet,
  { features: withFeatures }: { features: boolean },
): string {
  const { ids, patients, folds, files, labels, classNames } = set;
  const classes = classNames.length;
  const labeled = hasLabels(set);
  const head = [
    "ecg_id",
    "patient_id",
    "fold",
    ...(files ? ["file"] : []),
    ...(labeled ? classNames : []),
    ...(withFeatures ? Array.from({ length: width }, (_, j) => `f${j}`) : []),
  ];
  const table = Array.from(rows, (row, i) => [
    ids[row],
    patients[row],
    folds[row],
    ...(files ? [files[row]] : []),
    ...(labeled ? labels.subarray(row * classes, (row + 1) * classes) : []),
    ...(withFeatures
      // Nine digits tell all float32 values apart.
      ? Array.from(
        features.subarray(i * width, (i + 1) * width),
        (value) => Number(value.toPrecision(9)),
      )
      : []),
  ]);
  return stringify([head, ...table], { headers: false });
}
