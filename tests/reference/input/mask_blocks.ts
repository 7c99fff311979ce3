/**
 * Block masking of a training step in float64. Twin of `kernels/mask_blocks.wgsl`; what the blocks do
 * is in `random_mask.ts`.
 */

import { philox4x32, Stream } from "../../../src/random/philox.ts";
import { applyMask, maskBlockCount } from "./random_mask.ts";

/** What the masking of a batch depends on. */
export interface BlockMasking {
  /** Row numbers in the whole set, [N]. */
  readonly records: readonly number[];
  readonly length: number;
  readonly channels: number;
  readonly ratio: number;
  readonly blockSize: number;
  readonly seed: number;
  readonly epoch: number;
}

/** The masked copy of `signals` [N, T, C]. */
export function maskBlocks(signals: Float64Array, masking: BlockMasking): Float64Array {
  const { records, length, channels, ratio, blockSize, seed, epoch } = masking;
  const blocks = maskBlockCount(length, ratio, blockSize);
  const choices = Math.max(1, length - blockSize + 1);
  const starts = records.flatMap((record) =>
    Array.from({ length: blocks }, (_, block) => {
      const counter = [block >>> 2, record, epoch, 0] as const;
      const word = philox4x32(counter, [seed, Stream.masking])[block & 3];
      return Math.floor(word * choices / 2 ** 32);
    })
  );
  const shape = { batch: records.length, length, channels };
  return applyMask(signals, shape, Int32Array.from(starts), blockSize);
}
