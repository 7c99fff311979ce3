/** The draws of a row, in float64: what the twins of the augmentations draw from. */

import type { RecordExtent } from "../../../src/augment/augmentation.ts";
import { philox4x32, Stream } from "../../../src/random/philox.ts";

/** Leads of a record. */
export const LEADS = 12;

/** Coordinates of a row's draws. */
export interface PlanCoordinates {
  readonly seed: number;
  readonly epoch: number;
  /** Row number of the record in the whole set. */
  readonly record: number;
  /** From 0. */
  readonly view: number;
  /** Position in the batch: partners are counted from here. */
  readonly place: number;
  /** Records in the batch. */
  readonly valid: number;
}

/** The draws of an augmentation for one row, at positions counted from its first one. */
export class RowDraws {
  constructor(
    readonly at: PlanCoordinates,
    readonly record: RecordExtent,
    readonly first: number,
  ) {}

  word(position: number): number {
    return words(this.at, (this.first + position) >>> 2)[position & 3];
  }

  unit(position: number): number {
    return (this.word(position) >>> 8) / 2 ** 24;
  }

  between(position: number, [low, high]: readonly [number, number]): number {
    return low + (high - low) * this.unit(position);
  }

  /** Uniform for each lead. */
  each(position: number, range: readonly [number, number]): number[] {
    return Array.from({ length: LEADS }, (_, lead) => this.between(position + lead, range));
  }

  /** An integer from 0 to `count` − 1. */
  below(position: number, count: number): number {
    return Math.floor(this.word(position) * count / 2 ** 32);
  }

  /** Position of another record of the batch. */
  partner(position: number): number {
    const { place, valid } = this.at;
    return (place + 1 + this.below(position, valid - 1)) % valid;
  }
}

/** What an augmentation is applied to besides the signal. */
export interface Row {
  readonly at: PlanCoordinates;
  readonly record: RecordExtent;
  /** A record of the batch as gathered, [T, 12] in mV. */
  readonly gathered: (place: number) => Float64Array;
}

/** First position of the noise itself. */
const NOISE_POSITION = 64;

/** Normal deviates [T, 12] of one record and view (Box & Muller 1958, 24-bit uniforms). */
export function noiseField(
  at: Pick<PlanCoordinates, "seed" | "epoch" | "record" | "view">,
  length: number,
): Float64Array {
  const field = new Float64Array(length * LEADS);
  for (let j = 0; j < field.length; j += 4) {
    const drawn = words(at, (NOISE_POSITION + j) / 4);
    for (const pair of [0, 2]) {
      const radius = Math.sqrt(-2 * Math.log(((drawn[pair] >>> 8) + 0.5) / 2 ** 24));
      const angle = 2 * Math.PI * (drawn[pair + 1] >>> 8) / 2 ** 24;
      field[j + pair] = radius * Math.cos(angle);
      field[j + pair + 1] = radius * Math.sin(angle);
    }
  }
  return field;
}

function words(
  { seed, epoch, record, view }: Pick<PlanCoordinates, "seed" | "epoch" | "record" | "view">,
  block: number,
) {
  return philox4x32([block, record, epoch, view], [seed >>> 0, Stream.augment]);
}
