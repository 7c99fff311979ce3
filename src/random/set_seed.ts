/** Default seed of the library functions that may be called without one. */

import { Stream } from "./philox.ts";

const DEFAULT_SEED = 42;

let seed = DEFAULT_SEED;
const calls = new Map<Stream, number>();

/**
 * Seeds the functions that are called without a seed of their own (`applyRandomMask`,
 * `augmentRecords`, `bootstrapIntervals`), each on a stream of random numbers of its own: drawing more
 * from one changes no other. Jobs, cohorts and label subsets take their seed as an argument.
 *
 * @param value 0 to 2³² − 1; 42 until it is set.
 * @throws {RangeError} When the seed is no such integer.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { applyRandomMask, setSeed } from "ssrl-ecg";
 * const signals = { data: new Float32Array(12 * 1000).fill(1), shape: [1, 12, 1000] } as const;
 * setSeed(7);
 * const first = applyRandomMask(signals, 0.15);
 * setSeed(7);
 * const again = applyRandomMask(signals, 0.15);
 * assert(first.data.join() === again.data.join());
 * ```
 */
export function setSeed(value: number): void {
  if (!(Number.isInteger(value) && value >= 0 && value < 2 ** 32)) {
    throw new RangeError(`Cannot seed with ${value}: need an integer from 0 to 4294967295`);
  }
  seed = value;
  calls.clear();
}

/** The seed set last. */
export function currentSeed(): number {
  return seed;
}

/** How often this was called for a stream since the last {@linkcode setSeed}: 0, 1, 2, … */
export function nextCall(stream: Stream): number {
  const count = calls.get(stream) ?? 0;
  calls.set(stream, count + 1);
  return count;
}
