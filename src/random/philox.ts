/**
 * Counter-based random numbers: Philox 4x32-10 (Salmon, Moraes, Dror & Shaw, "Parallel random
 * numbers: as easy as 1, 2, 3", SC 2011). A draw is a pure function of (seed, stream, epoch, item,
 * view, position): no hidden state, so order of calls, batch size and resuming cannot change it.
 * `kernels/shared/philox.wgsl` draws the same 32-bit words on the GPU.
 */

/**
 * Separate streams, so that changing one use of randomness leaves all others alone. Those that kernels
 * draw from are in `kernels/shared/streams.wgsl` as well.
 */
export const Stream = {
  init: 1,
  shuffle: 2,
  labels: 3,
  augment: 4,
  dropout: 5,
  sampling: 6,
  corruption: 7,
  bootstrap: 8,
  synthetic: 9,
  forest: 10,
  folds: 11,
  masking: 12,
  permutation: 13,
  pairing: 14,
} as const;

/** One of the values of {@linkcode Stream}. */
export type Stream = (typeof Stream)[keyof typeof Stream];

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

function multiplyHigh(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const low = a0 * b0;
  const middle = a1 * b0 + (low >>> 16);
  const middle2 = a0 * b1 + (middle % 0x10000);
  return (a1 * b1 + Math.floor(middle / 0x10000) + Math.floor(middle2 / 0x10000)) >>> 0;
}

/** Philox 4x32-10: four 32-bit words from a 128-bit counter and a 64-bit key. */
export function philox4x32(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): [number, number, number, number] {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(M0, c0);
    const low0 = Math.imul(M0, c0) >>> 0;
    const high1 = multiplyHigh(M1, c2);
    const low1 = Math.imul(M1, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + W0) >>> 0;
    k1 = (k1 + W1) >>> 0;
  }
  return [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0];
}

/** Coordinates of a {@linkcode CounterRandom} in the space of draws; absent parts are 0. */
export interface RandomCoordinates {
  /** Epoch, run or repetition. */
  epoch?: number;
  /** Record, parameter tensor or other item. */
  item?: number;
  /** View of the record (0 or 1). */
  view?: number;
}

/**
 * Draws at successive positions of one (seed, stream, epoch, item, view).
 *
 * Key = (seed, stream); counter = (position / 4, item, epoch, view).
 */
export class CounterRandom {
  readonly #key: [number, number];
  readonly #item: number;
  readonly #epoch: number;
  readonly #view: number;
  #block = 0;
  #words: number[] = [];
  #spareNormal: number | undefined;

  constructor(seed: number, stream: Stream, at: RandomCoordinates = {}) {
    this.#key = [seed >>> 0, stream >>> 0];
    this.#item = (at.item ?? 0) >>> 0;
    this.#epoch = (at.epoch ?? 0) >>> 0;
    this.#view = (at.view ?? 0) >>> 0;
  }

  /** The next 32 random bits, in [0, 2³²). */
  uint32(): number {
    if (this.#words.length === 0) {
      this.#words = philox4x32([this.#block++, this.#item, this.#epoch, this.#view], this.#key)
        .reverse();
    }
    return this.#words.pop()!;
  }

  /** Uniform in [0, 1) with 24 bits, exactly representable in float32. */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * ((this.uint32() >>> 8) / 0x1000000);
  }

  /** Uniform integer in [0, count); rejection sampling, hence unbiased. */
  integer(count: number): number {
    if (!(Number.isInteger(count) && count > 0 && count <= 0x100000000)) {
      throw new RangeError(`Cannot draw an integer below ${count}: need 1 to 2^32`);
    }
    const limit = 0x100000000 - (0x100000000 % count);
    let word = this.uint32();
    while (word >= limit) word = this.uint32();
    return word % count;
  }

  /** Normal deviate (Box & Muller 1958), in double precision. */
  normal(mean = 0, standardDeviation = 1): number {
    if (this.#spareNormal !== undefined) {
      const spare = this.#spareNormal;
      this.#spareNormal = undefined;
      return mean + standardDeviation * spare;
    }
    const radius = Math.sqrt(-2 * Math.log((this.uint32() + 0.5) / 0x100000000));
    const angle = 2 * Math.PI * ((this.uint32() + 0.5) / 0x100000000);
    this.#spareNormal = radius * Math.sin(angle);
    return mean + standardDeviation * radius * Math.cos(angle);
  }

  /** Shuffles in place (Fisher & Yates) and returns its argument. */
  shuffle<T extends { length: number; [index: number]: unknown }>(values: T): T {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [values[i], values[j]] = [values[j], values[i]];
    }
    return values;
  }
}
