/**
 * Random block masking in float64. Twin of `src/augment/random_mask.ts`.
 *
 * Every record loses n = max(1, ⌊T · ratio / block⌋ ) blocks, zeroed across all channels. A start is
 * uniform on 0..T − block, both ends included (so the last sample can be masked). Blocks may overlap;
 * the share that is covered is therefore below the nominal ratio (14.2 % for T = 1000, ratio 0.15,
 * block 50). A record shorter than a block is zeroed entirely.
 */

import { CounterRandom, Stream } from "../../../src/random/philox.ts";

/** Samples of a block unless told otherwise: 500 ms at 100 Hz. */
export const MASK_BLOCK_SIZE = 50;

/** Blocks a record loses: 0 for ratio <= 0, else max(1, ⌊T · ratio / block⌋). */
export function maskBlockCount(length: number, ratio: number, blockSize = MASK_BLOCK_SIZE): number {
  return ratio > 0 ? Math.max(1, Math.floor((length * ratio) / blockSize)) : 0;
}

/**
 * First samples of the blocks [records, n]; a record's draws depend on nothing but seed, epoch and
 * the record's number.
 */
export function maskStarts(
  records: ArrayLike<number>,
  length: number,
  ratio: number,
  seed: number,
  { blockSize = MASK_BLOCK_SIZE, epoch = 0 }: { blockSize?: number; epoch?: number } = {},
): Int32Array {
  const count = maskBlockCount(length, ratio, blockSize);
  const starts = new Int32Array(records.length * count);
  for (let r = 0; r < records.length; r++) {
    const random = new CounterRandom(seed, Stream.corruption, { epoch, item: records[r] });
    for (let b = 0; b < count; b++) {
      starts[r * count + b] = random.integer(Math.max(1, length - blockSize + 1));
    }
  }
  return starts;
}

/**
 * Zeroes the blocks that begin at `starts`; returns a copy, which equals the input when there are
 * none.
 *
 * @param signals [N, T, C]
 * @param starts [N, n]
 */
export function applyMask(
  signals: Float64Array,
  { batch, length, channels }: { batch: number; length: number; channels: number },
  starts: Int32Array,
  blockSize = MASK_BLOCK_SIZE,
): Float64Array {
  const masked = signals.slice();
  const count = starts.length / batch;
  for (let n = 0; n < batch; n++) {
    for (let b = 0; b < count; b++) {
      const start = starts[n * count + b];
      const end = Math.min(start + blockSize, length);
      masked.fill(0, (n * length + start) * channels, (n * length + end) * channels);
    }
  }
  return masked;
}
