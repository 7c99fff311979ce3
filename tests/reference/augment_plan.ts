/**
 * What the augmentations do to one record and view: the draws, in float64. Twin of
 * `kernels/augment_plan.wgsl`, whose table names the position of every draw.
 *
 * @module
 */

import {
  type AugmentationConfig,
  type AugmentationScales,
  MAGNITUDES,
} from "../../src/augment/augmentations.ts";
import { philox4x32, Stream } from "../../src/random/philox.ts";

/** Where a draw stands. */
export interface PlanCoordinates {
  readonly seed: number;
  readonly epoch: number;
  /** Row number of the record in the whole set. */
  readonly record: number;
  /** 0 or 1. */
  readonly view: number;
  /** Position in the batch: partners are counted from here. */
  readonly place: number;
  /** Records in the batch. */
  readonly valid: number;
}

/** The plan of one row; what is absent is not applied. */
export interface RowPlan {
  /** Relative change of the heart rate at the start. */
  readonly warp?: number;
  readonly mixup?: { readonly partner: number; readonly share: number };
  /** Samples `start` … `end` − 1 come from the partner. */
  readonly cutmix?: { readonly partner: number; readonly start: number; readonly end: number };
  /** Samples between `before` and `behind` are interpolated. */
  readonly gap?: { readonly before: number; readonly behind: number };
  /** Edges in Hz; `high` is absent where the sampling rate leaves no room for it. */
  readonly band?: { readonly low: number; readonly high?: number };
  /** Frequency in Hz, phase in turns, signed amplitude of each lead in mV. */
  readonly motion?: {
    readonly frequency: number;
    readonly phase: number;
    readonly amplitudes: readonly number[];
  };
  /** Standard deviation of the noise as a part of the lead's, [12]. */
  readonly noise?: readonly number[];
}

/** First position of the noise itself. */
const NOISE_POSITION = 64;
const LEADS = 12;

/** Draws the plan of one row. */
export function planRow(at: PlanCoordinates, scales: AugmentationScales): RowPlan {
  const word = (position: number) =>
    philox4x32([position >>> 2, at.record, at.epoch, at.view], [
      at.seed >>> 0,
      Stream.augment,
    ])[position & 3];
  const unit = (position: number) => (word(position) >>> 8) / 2 ** 24;
  const between = (position: number, [low, high]: readonly [number, number]) =>
    low + (high - low) * unit(position);
  const below = (position: number, count: number) => Math.floor(word(position) * count / 2 ** 32);
  const open = (position: number, name: keyof AugmentationConfig) =>
    word(position) < scales.gates[name];
  const partner = (position: number) => (at.place + 1 + below(position, at.valid - 1)) % at.valid;
  const each = (first: number, [low, high]: readonly [number, number]) =>
    Array.from({ length: LEADS }, (_, lead) => between(first + lead, [low, high]));

  const plan: { -readonly [Key in keyof RowPlan]: RowPlan[Key] } = {};
  const length = scales.length;
  if (open(0, "frequency-warp")) plan.warp = between(1, [-MAGNITUDES.warp, MAGNITUDES.warp]);
  if (open(4, "mixup") && at.valid > 1) {
    const power = unit(6) ** 10;
    plan.mixup = { partner: partner(5), share: power / (1 + power) };
  }
  if (open(12, "cutmix") && at.valid > 1) {
    const span = scales.cutmix[0] + below(14, scales.cutmix[1] - scales.cutmix[0] + 1);
    const start = below(15, length - span + 1);
    plan.cutmix = { partner: partner(13), start, end: start + span };
  }
  if (open(48, "temporal-dropout")) {
    const span = scales.dropout[0] + below(49, scales.dropout[1] - scales.dropout[0] + 1);
    const before = below(50, length - 1 - span);
    plan.gap = { before, behind: before + span + 1 };
  }
  if (open(8, "bandpass")) {
    const [from, to] = scales.highEdge;
    plan.band = {
      low: between(9, MAGNITUDES.lowEdge),
      ...(to > from ? { high: between(10, scales.highEdge) } : {}),
    };
  }
  if (open(16, "motion-artifacts")) {
    const [small, large] = MAGNITUDES.motionAmplitude;
    plan.motion = {
      frequency: between(17, MAGNITUDES.motionFrequency),
      phase: unit(18),
      amplitudes: each(20, [-1, 1]).map((u) =>
        (u < 0 ? -1 : 1) * (small + (large - small) * Math.abs(u))
      ),
    };
  }
  if (open(32, "channel-noise")) plan.noise = each(36, MAGNITUDES.noise);
  return plan;
}

/** Normal deviates [T, 12] of one record and view (Box & Muller 1958, 24-bit uniforms). */
export function noiseField(
  at: Pick<PlanCoordinates, "seed" | "epoch" | "record" | "view">,
  length: number,
): Float64Array {
  const field = new Float64Array(length * LEADS);
  for (let j = 0; j < field.length; j += 4) {
    const words = philox4x32([(NOISE_POSITION + j) / 4, at.record, at.epoch, at.view], [
      at.seed >>> 0,
      Stream.augment,
    ]);
    for (const pair of [0, 2]) {
      const radius = Math.sqrt(-2 * Math.log(((words[pair] >>> 8) + 0.5) / 2 ** 24));
      const angle = 2 * Math.PI * (words[pair + 1] >>> 8) / 2 ** 24;
      field[j + pair] = radius * Math.cos(angle);
      field[j + pair + 1] = radius * Math.sin(angle);
    }
  }
  return field;
}
