/** The labeled part of the training records, for experiments with few labels. */

import { UserError } from "../../errors.ts";
import { CounterRandom, Stream } from "../../random/philox.ts";
import { stratify } from "./iterative_stratification.ts";

/** What {@linkcode labelSubset} needs. */
export interface LabelSubsetOptions {
  /** Rows to choose from, usually the training rows. */
  readonly indices: ArrayLike<number>;
  /** 0 or 1, [records, classes]. */
  readonly labels: ArrayLike<number>;
  /** Number of classes, 5 by default. */
  readonly classes?: number;
  /** Share to keep, in (0, 1]. */
  readonly fraction: number;
  /** Another seed chooses other records. */
  readonly seed: number;
}

/**
 * Chooses round(fraction · N) rows, at least 1, in which every class keeps its share: iterative
 * stratification (Sechidis, Tsoumakas & Vlahavas 2011), records without any class included.
 *
 * @returns Chosen rows, ascending
 * @throws {UserError} where the fraction is outside (0, 1] or there are no rows
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { labelSubset } from "ssrl-ecg";
 * const labels = new Uint8Array(100 * 5);
 * for (let row = 0; row < 40; row++) labels[row * 5] = 1; // 40 records of class 0
 * const indices = Int32Array.from({ length: 100 }, (_, row) => row);
 * const chosen = labelSubset({ indices, labels, fraction: 0.1, seed: 42 });
 * assert(chosen.length === 10 && chosen.filter((row) => row < 40).length === 4);
 * ```
 */
export function labelSubset(options: LabelSubsetOptions): Int32Array {
  const { indices, labels, classes = 5, fraction, seed } = options;
  if (!(fraction > 0 && fraction <= 1)) {
    throw new UserError(
      `Cannot take a label fraction of ${fraction}: give a number above 0 and up to 1`,
    );
  }
  if (indices.length === 0) {
    throw new UserError("Cannot choose labeled records: there are no training records");
  }
  if (fraction === 1) return Int32Array.from(indices).sort();
  const size = Math.max(1, Math.round(fraction * indices.length));
  const random = new CounterRandom(seed, Stream.labels);
  const sizes = [size, indices.length - size];
  const subset = stratify({ indices, labels, classes, sizes, random });
  return Int32Array.from(indices).filter((_, i) => subset[i] === 0).sort();
}
