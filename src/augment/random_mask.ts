/** Random block masking of signals on the host. */

import { CounterRandom, Stream } from "../random/philox.ts";
import { currentSeed, nextCall } from "../random/set_seed.ts";

/** Signals with their shape, [B, C, T]: records, leads, samples. */
export interface Signals {
  readonly data: Float32Array;
  readonly shape: readonly [batch: number, channels: number, length: number];
}

/** Options of {@linkcode applyRandomMask}. */
export interface RandomMaskOptions {
  /** Samples of a block; 50, which is 500 ms at 100 Hz and 100 ms at 500 Hz. */
  readonly blockSize?: number;
  /** Default: the seed of `setSeed`, and another mask at every call. */
  readonly seed?: number;
}

/**
 * Blocks that a record loses: max(1, floor(T * ratio / block)), and none for a ratio of 0 or less.
 *
 * @param length T, samples
 * @param maskRatio Nominal part to mask, up to 1.
 * @param blockSize Samples of a block.
 * @throws {RangeError} When ratio or block size make no sense.
 */
export function maskBlockCount(length: number, maskRatio: number, blockSize: number): number {
  if (!(maskRatio <= 1)) throw new RangeError(`Cannot mask a ratio of ${maskRatio}: need up to 1`);
  if (!(Number.isInteger(blockSize) && blockSize >= 1)) {
    throw new RangeError(`Cannot mask blocks of ${blockSize} samples: need a whole number above 0`);
  }
  return maskRatio > 0 ? Math.max(1, Math.floor(length * maskRatio / blockSize)) : 0;
}

/**
 * Zeroes n = max(1, floor(T * ratio / block)) blocks of every record across all leads. Starts are
 * uniform over 0 .. T - block, both included; blocks may overlap, so that less than the nominal
 * ratio is covered (14.2 % for T = 1000, ratio 0.15). A record shorter than a block is zeroed whole.
 *
 * @param signals [B, C, T]; never changed.
 * @param maskRatio Nominal part to mask, up to 1.
 * @returns A masked copy, or `signals` itself where the ratio is 0 or less.
 * @throws {RangeError} When shape, ratio or block size make no sense.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { applyRandomMask } from "ssrl-ecg";
 * const shape = [32, 12, 5000] as const;
 * const signals = { data: new Float32Array(32 * 12 * 5000).fill(1), shape };
 * const masked = applyRandomMask(signals, 0.15, { seed: 1 });
 * assert(masked.data.some((x) => x === 0) && signals.data.every((x) => x === 1));
 * assert(applyRandomMask(signals, 0) === signals);
 * ```
 */
export function applyRandomMask(
  signals: Signals,
  maskRatio: number,
  options: RandomMaskOptions = {},
): Signals {
  const { data, shape } = signals;
  const [batch, channels, length] = shape;
  const { blockSize = 50 } = options;
  if (data.length !== batch * channels * length || data.length === 0) {
    throw new RangeError(`Cannot mask ${data.length} samples as [${shape.join(", ")}]`);
  }
  const blocks = maskBlockCount(length, maskRatio, blockSize);
  if (blocks === 0) return signals;
  const seed = options.seed ?? currentSeed();
  const epoch = options.seed === undefined ? nextCall(Stream.corruption) : 0;
  const masked = data.slice();
  for (let record = 0; record < batch; record++) {
    const random = new CounterRandom(seed, Stream.corruption, { epoch, item: record });
    for (let block = 0; block < blocks; block++) {
      const start = random.integer(Math.max(1, length - blockSize + 1));
      const end = Math.min(start + blockSize, length);
      for (let channel = 0; channel < channels; channel++) {
        const row = (record * channels + channel) * length;
        masked.fill(0, row + start, row + end);
      }
    }
  }
  return { data: masked, shape };
}
