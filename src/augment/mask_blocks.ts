/**
 * Block masking within a training step: what masked reconstruction hides from its network.
 *
 * Every record loses `maskBlockCount` blocks in all leads. Their starts are uniform in 0 .. T - block,
 * both included, and a function of (seed, epoch, record, number of the block): other blocks in every epoch, the
 * same in any batch. Blocks may overlap, so less than the nominal ratio is covered: 26.4 % for T = 1000,
 * ratio 0.3, blocks of 50. Masking comes after normalization: a masked sample is 0, its lead's mean.
 */

import type { Recorder } from "../gpu/recorder.ts";
import { inParts } from "../gpu/split.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { CounterRandom, Stream } from "../random/philox.ts";
import { maskBlockCount } from "./random_mask.ts";

/** How much is masked. */
export interface BlockMask {
  /** Nominal part, up to 1; 0 masks nothing. */
  readonly ratio: number;
  /** Samples of a block; the reference has 50, which is half a second at 100 Hz. */
  readonly blockSize: number;
}

/**
 * Records the masking of a batch.
 *
 * @param x [N, T, 12], normalized.
 * @param inputs.batch [N] u32: row numbers in the whole set.
 * @param inputs.state [16] words of the step, see `src/gpu/step_state.ts`: seed and epoch.
 * @returns A masked copy, or x itself where the ratio is 0 or less.
 * @throws {RangeError} When ratio or block size make no sense.
 */
export function recordMaskBlocks(
  recorder: Recorder,
  x: Tensor,
  { batch, state }: { batch: Tensor; state: Tensor },
  { ratio, blockSize }: BlockMask,
): Tensor {
  const [rows, length, leads] = x.shape;
  const blocks = maskBlockCount(length, ratio, blockSize);
  if (blocks === 0) return x;
  const y = recorder.transient("masked input", x.shape);
  recorder.scope("input", () =>
    recorder.dispatch("mask_blocks", {
      tensors: { x, batch, state, y },
      ...inParts(rows, { x: length * leads, y: length * leads }, (skip, count) => ({
        dims: { length, skip, blocks, span: Math.min(blockSize, length) },
        grid: [Math.ceil(length / 64), count],
      })),
    }));
  return y;
}

/**
 * The stretches of one record that the kernel masks, for pictures.
 *
 * @param length T, samples
 * @param at Seed and epoch of the step, row number of the record in the whole set.
 * @returns Samples start .. end - 1 of each stretch, ascending, overlapping blocks joined.
 * @throws {RangeError} When ratio or block size make no sense.
 */
export function maskedStretches(
  { ratio, blockSize }: BlockMask,
  length: number,
  { seed, epoch, record }: { seed: number; epoch: number; record: number },
): [start: number, end: number][] {
  const span = Math.min(blockSize, length);
  const random = new CounterRandom(seed, Stream.masking, { epoch, item: record });
  const starts = Array.from(
    { length: maskBlockCount(length, ratio, blockSize) },
    () => Math.floor(random.uint32() * (length - span + 1) / 2 ** 32),
  ).sort((a, b) => a - b);
  const stretches: [start: number, end: number][] = [];
  for (const start of starts) {
    const last = stretches.at(-1);
    if (last && start <= last[1]) last[1] = start + span;
    else stretches.push([start, start + span]);
  }
  return stretches;
}
