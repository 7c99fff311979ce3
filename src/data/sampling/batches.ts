/** The order in which an epoch visits the training records. */

import { CounterRandom, Stream } from "../../random/philox.ts";
import { type Balancing, oversamplingWeights } from "./balancing.ts";

/**
 * Sizes of the batches of an epoch: `batchSize` each, the last one smaller. A single record left over
 * joins the batch before it, which then has one more: a batch of one has no variance to normalize by
 * and no other record to compare with.
 *
 * @param records Rows that the epoch visits
 * @param batchSize A whole number above 0
 * @returns Sizes that sum to `records`
 */
export function batchSizes(records: number, batchSize: number): number[] {
  const sizes = new Array<number>(Math.floor(records / batchSize)).fill(batchSize);
  const rest = records % batchSize;
  if (rest === 1 && sizes.length > 0) sizes[sizes.length - 1]++;
  else if (rest > 0) sizes.push(rest);
  return sizes;
}

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
  /** Records of a batch; decides, as in {@linkcode batchSizes}, the batches of `stratified`. */
  readonly batchSize: number;
  readonly seed: number;
  /** 0, 1, …; each epoch has its own order. */
  readonly epoch: number;
  /**
   * True by default. Without shuffling, `standard` keeps the order of `indices`; `stratified` has the
   * same batches in every epoch, each in the order of `indices`; `oversample` draws again in each epoch
   * and visits its draws in the order of `indices`.
   */
  readonly shuffle?: boolean;
}

/**
 * The rows of one epoch, batch after batch, in the sizes of {@linkcode batchSizes}: no record is
 * dropped. A pure function of its arguments, so a resumed run continues with the same batches.
 *
 * `standard` and `stratified` visit every row once; `oversample` makes as many draws as there are
 * rows, with replacement.
 *
 * @returns Rows, as many as `indices`
 * @throws {RangeError} where the batch size is not a whole number above 0
 * @throws {TypeError} where a balancing strategy has no labels
 */
export function epochOrder(options: EpochOrderOptions): Int32Array {
  const { strategy = "standard", labels, batchSize, seed, epoch, shuffle = true } = options;
  const indices = Int32Array.from(options.indices);
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RangeError(`Cannot form batches of ${batchSize}: need a whole number above 0`);
  }
  if (strategy === "standard") {
    return shuffle ? new CounterRandom(seed, Stream.shuffle, { epoch }).shuffle(indices) : indices;
  }
  if (labels === undefined) {
    throw new TypeError(`Cannot balance with strategy ${strategy}: labels are missing`);
  }
  const draw = strategy === "oversample" ? oversample : stratifiedBatches;
  return draw(indices, { ...options, labels, shuffle, classes: options.classes ?? 5 });
}

/** Options with their defaults. */
type BalancedOptions = Required<Omit<EpochOrderOptions, "strategy">>;

function oversample(
  indices: Int32Array,
  { labels, classes, seed, epoch, shuffle }: BalancedOptions,
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

/**
 * Sorts the rows by label set, in the order of a Gray code, and deals them like cards: row after row
 * to batch after batch. Rows that form one run in that order are shared out to within one record a
 * batch, and in a Gray code each class forms few runs. (Iterative stratification over hundreds of
 * batches is worse here: the most frequent class comes last and fills whatever room is left.)
 */
function stratifiedBatches(
  indices: Int32Array,
  { labels, classes, batchSize, seed, epoch, shuffle }: BalancedOptions,
): Int32Array {
  const count = indices.length;
  const random = new CounterRandom(seed, Stream.shuffle, { epoch: shuffle ? epoch : 0 });
  const ranks = indices.map((row) => grayRank(labels, row, classes));
  // Shuffled first and sorted stably: random order within a label set.
  const positions = random.shuffle(Int32Array.from({ length: count }, (_, i) => i));
  const sorted = Array.from(positions).sort((a, b) => ranks[a] - ranks[b]);

  const full = Math.floor(count / batchSize);
  const rest = count % batchSize;
  const batches: number[][] = Array.from({ length: full + (rest > 0 ? 1 : 0) }, () => []);
  // Full batches take part in random order, so that none is always the one with the odd record.
  const turn = random.shuffle(Int32Array.from({ length: full }, (_, b) => b));
  let dealt = 0;
  let taken = 0;
  for (let p = 0; p < count; p++) {
    // The small last batch takes its rows at even distances.
    if (taken < rest && p === Math.floor((taken + 0.5) * count / rest)) {
      batches[full].push(sorted[p]);
      taken++;
    } else {
      batches[turn[dealt++ % full]].push(sorted[p]);
    }
  }
  return Int32Array.from(
    batches.flatMap((batch) => shuffle ? random.shuffle(batch) : batch.sort((a, b) => a - b)),
    (position) => indices[position],
  );
}

/** Place of a row's label set in the Gray code whose bit c is class c. */
function grayRank(labels: ArrayLike<number>, row: number, classes: number): number {
  let rank = 0;
  let bit = 0;
  // Gray to binary: each bit is the parity of all bits above and itself.
  for (let c = classes - 1; c >= 0; c--) {
    if (labels[row * classes + c] > 0) bit ^= 1;
    rank = 2 * rank + bit;
  }
  return rank;
}
