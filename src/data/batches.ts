/**
 * The order in which an epoch visits the training records.
 *
 * @module
 */

import { CounterRandom, Stream } from "../random/philox.ts";
import { type Balancing, oversamplingWeights } from "./balancing.ts";
import { stratify } from "./iterative_stratification.ts";

/** What {@linkcode epochOrder} needs. */
export interface EpochOrderOptions {
  /** Training rows. */
  readonly indices: ArrayLike<number>;
  /** `standard` by default. */
  readonly strategy?: Balancing;
  /** 0 or 1, [records, classes]; not needed for `standard`. */
  readonly labels?: ArrayLike<number>;
  /** Number of classes, 5 by default. */
  readonly classes?: number;
  /** Records of a batch; decides the batches of `stratified`. */
  readonly batchSize: number;
  readonly seed: number;
  /** 0, 1, …; each epoch has its own order. */
  readonly epoch: number;
  /**
   * True by default. Without shuffling, `standard` keeps the order of `indices`; `stratified` has the
   * same batches in every epoch, each in the order of `indices`; `oversample` draws anew each epoch
   * and visits its draws in the order of `indices`.
   */
  readonly shuffle?: boolean;
}

/**
 * The rows of one epoch, batch after batch: entries 0 to batchSize − 1 are the first batch, and so
 * on; the last batch may be smaller, no record is dropped. A pure function of its arguments, so a
 * resumed run goes on with the same batches.
 *
 * `standard` and `stratified` visit every row once; `oversample` makes as many draws as there are
 * rows, with replacement.
 *
 * @returns Rows, as many as `indices`
 * @throws {RangeError} where the batch size is not a whole number above 0
 * @throws {TypeError} where a balancing strategy has no labels
 *
 * @example
 * ```ts
 * import { epochOrder } from "./src/data/batches.ts";
 * const order = epochOrder({ indices: [3, 5, 8], batchSize: 2, seed: 42, epoch: 0 });
 * console.assert([...order].sort().join() === "3,5,8");
 * ```
 */
export function epochOrder(options: EpochOrderOptions): Int32Array {
  const { strategy = "standard", batchSize, seed, epoch, shuffle = true, classes = 5 } = options;
  const indices = Int32Array.from(options.indices);
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RangeError(`Cannot form batches of ${batchSize}: need a whole number above 0`);
  }
  if (strategy === "standard") {
    return shuffle ? new CounterRandom(seed, Stream.shuffle, { epoch }).shuffle(indices) : indices;
  }
  if (options.labels === undefined) {
    throw new TypeError(`Cannot balance with strategy ${strategy}: labels are missing`);
  }
  if (strategy === "oversample") {
    return oversample(indices, options.labels, classes, seed, epoch, shuffle);
  }
  return stratifiedBatches(indices, options.labels, classes, options, shuffle);
}

function oversample(
  indices: Int32Array,
  labels: ArrayLike<number>,
  classes: number,
  seed: number,
  epoch: number,
  shuffle: boolean,
): Int32Array {
  const cumulative = oversamplingWeights(indices, labels, classes);
  for (let i = 1; i < cumulative.length; i++) cumulative[i] += cumulative[i - 1];
  const random = new CounterRandom(seed, Stream.sampling, { epoch });
  const draws = new Int32Array(indices.length);
  for (let d = 0; d < draws.length; d++) {
    // 32 bits: 24 would be coarse against weights of 1/17,418.
    const u = random.uint32() / 0x100000000;
    let low = 0;
    let high = indices.length - 1;
    while (low < high) { // first entry whose cumulative weight exceeds u
      const middle = (low + high) >> 1;
      if (cumulative[middle] > u) high = middle;
      else low = middle + 1;
    }
    draws[d] = low;
  }
  if (!shuffle) draws.sort();
  return draws.map((position) => indices[position]);
}

function stratifiedBatches(
  indices: Int32Array,
  labels: ArrayLike<number>,
  classes: number,
  { batchSize, seed, epoch }: EpochOrderOptions,
  shuffle: boolean,
): Int32Array {
  const batches = Math.ceil(indices.length / batchSize);
  const sizes = Array.from(
    { length: batches },
    (_, b) => Math.min(batchSize, indices.length - b * batchSize),
  );
  const random = new CounterRandom(seed, Stream.shuffle, { epoch: shuffle ? epoch : 0 });
  const batchOf = stratify({ indices, labels, classes, sizes, random });
  const order = new Int32Array(indices.length);
  const next = Int32Array.from(sizes, (_, b) => b * batchSize);
  for (let i = 0; i < indices.length; i++) order[next[batchOf[i]]++] = indices[i];
  if (shuffle) {
    for (let b = 0; b < batches; b++) {
      random.shuffle(order.subarray(b * batchSize, b * batchSize + sizes[b]));
    }
  }
  return order;
}
