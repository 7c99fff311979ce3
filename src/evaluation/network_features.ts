/**
 * Frozen features: what a network in evaluation mode makes of records, for probes and for files.
 */

import { type ErrorFacts, UserError } from "../errors.ts";
import type { Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { evaluateRows } from "./inference.ts";
import type { Workspace } from "../runs/workspace.ts";

/** A network that gives features, in evaluation mode, such as every encoder. */
export interface FrozenNetwork {
  /** Width of the features. */
  readonly features: number;
  /**
   * What a head reads, pooled over time: [N, features].
   *
   * @param x [N, T, leads]
   */
  evaluateFeatures(recorder: Recorder, x: Tensor): Tensor;
}

/** How features are computed, and what bad ones are put down to. */
export interface FeatureOptions {
  /** The network in words, for messages. Default: the encoder. */
  readonly what?: string;
  /** What to make of features that are not finite. Default: damaged weights or a bad record. */
  readonly diagnosis?: string;
  readonly facts?: ErrorFacts;
  /** Called with the number of records done so far; may throw to end the work. */
  readonly onProgress?: (done: number) => void;
}

/**
 * Features of the given rows, [rows, features] in their order.
 *
 * @throws {UserError} Where a feature is not finite.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { Encoder1dCnn, networkFeatures, ParameterStore } from "ssrl-ecg";
 * import { synthesizeCohort, Workspace } from "ssrl-ecg";
 * const set = synthesizeCohort({ records: 30, seed: 42, duration: 1.28 });
 * const workspace = await Workspace.open(set, { normalization: "train" });
 * const store = new ParameterStore();
 * const encoder = new Encoder1dCnn(store, "", { width: 4 });
 * store.allocate(workspace.gpu, 42);
 * const features = await networkFeatures(workspace, encoder, [0, 1, 2]);
 * assert(features.length === 3 * 16);
 * store.destroy();
 * workspace.destroy();
 * ```
 */
export async function networkFeatures(
  workspace: Workspace,
  network: FrozenNetwork,
  rows: ArrayLike<number>,
  { what = "the encoder", diagnosis = DAMAGED, facts, onProgress }: FeatureOptions = {},
): Promise<Float32Array<ArrayBuffer>> {
  const { features } = await evaluateRows(
    workspace,
    rows,
    (recorder, x) => ({ features: network.evaluateFeatures(recorder, x) }),
    onProgress,
  );
  const broken = features.findIndex((value) => !Number.isFinite(value));
  if (broken >= 0) {
    const row = rows[Math.floor(broken / network.features)];
    throw new UserError(
      `Cannot use the features of ${what}: one of record ${workspace.set.ids[row]} is ` +
        `${features[broken]}. ${diagnosis}`,
      facts,
    );
  }
  return features;
}

const DAMAGED =
  "The weights are damaged, or the record is far outside the range of the normalization";

/** Rows with their features and labels. */
export interface FeaturePart {
  readonly rows: Int32Array;
  /** [rows, features] */
  readonly features: Float32Array;
  /** 0 or 1, [rows, classes] */
  readonly labels: Float32Array;
}

/**
 * {@linkcode networkFeatures} of many rows in one pass.
 *
 * @returns The part of any of these rows, in the order asked for.
 */
export async function featureTable(
  workspace: Workspace,
  network: FrozenNetwork,
  rows: readonly number[],
  options?: FeatureOptions,
): Promise<(rows: Int32Array) => FeaturePart> {
  const features = await networkFeatures(workspace, network, rows, options);
  const width = network.features;
  const places = new Map(rows.map((row, i) => [row, i]));
  return (wanted) => {
    const part = new Float32Array(wanted.length * width);
    wanted.forEach((row, i) => {
      const from = places.get(row)! * width;
      part.set(features.subarray(from, from + width), i * width);
    });
    return { rows: wanted, features: part, labels: workspace.labelsOf(wanted) };
  };
}
