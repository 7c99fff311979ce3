/** Runs the input pipeline on the GPU and in float64, for the tests of the augmentations. */

import type { AugmentationConfig } from "../../src/augment/augmentations.ts";
import { recordInput } from "../../src/augment/record_input.ts";
import { ResidentRecords } from "../../src/augment/resident_records.ts";
import { Recorder } from "../../src/gpu/recorder.ts";
import { CounterRandom, Stream } from "../../src/random/philox.ts";
import { augmentInput, type InputBatch } from "../reference/augment/augment_input.ts";
import { LEADS } from "../reference/augment/row_draws.ts";
import { download, openGpu, release, upload } from "../support/gpu.ts";

/** Normalization of all tests: no two leads alike. */
export const NORMALIZATION = {
  mean: Float64Array.from({ length: LEADS }, (_, c) => 0.01 * (c - 4)),
  deviation: Float64Array.from({ length: LEADS }, (_, c) => 0.15 + 0.02 * c),
};

/** Smooth random records with spikes: [records, T, 12], 1000 units a mV, some mV large. */
export function makeSamples(records: number, length: number): Int16Array {
  const samples = new Int16Array(records * length * LEADS);
  for (let r = 0; r < records; r++) {
    const random = new CounterRandom(3, Stream.synthetic, { item: r });
    const wave = Array.from({ length: LEADS }, () => [
      random.uniform(0.2, 2),
      random.uniform(0.001, 0.05),
      random.uniform(-0.5, 0.5),
    ]);
    for (let t = 0; t < length; t++) {
      const spike = (t + 17 * r) % 83 < 3 ? 1.2 : 0;
      for (let c = 0; c < LEADS; c++) {
        const [size, rate, offset] = wave[c];
        const value = size * Math.sin(2 * Math.PI * rate * t + c + r) + offset + spike +
          random.uniform(-0.05, 0.05);
        samples[(r * length + t) * LEADS + c] = Math.round(1000 * value);
      }
    }
  }
  return samples;
}

/** What a test may change. */
export interface InputCase extends Partial<Omit<InputBatch, "augmentations">> {
  readonly samples: Int16Array;
  readonly signalLength: number;
  readonly batch: readonly number[];
  /** Absent: the records as they are. */
  readonly augmentations?: AugmentationConfig;
  /** Rows recorded, where more than the batch holds. */
  readonly rows?: number;
  /** Number of the first view. */
  readonly firstView?: number;
  readonly chunkBytes?: number;
}

function complete(input: InputCase) {
  return {
    samplingRate: 100,
    millivoltsPerUnit: 0.001,
    normalization: NORMALIZATION,
    seed: 11,
    epoch: 2,
    views: 2,
    ...input,
  };
}

/** Runs the kernels: [views * rows, T, 12]. */
export async function runInput(given: InputCase): Promise<Float32Array> {
  const input = complete(given);
  const { gpu, kernels } = await openGpu();
  const rows = input.rows ?? input.batch.length;
  const records = await ResidentRecords.upload(kernels, input, { chunkBytes: input.chunkBytes });
  const words = new Uint32Array(16);
  words.set([input.seed, input.epoch, 0, 0, input.batch.length]);
  // Rows beyond the batch hold a row number that does not exist.
  const indices = new Uint32Array(rows).fill(0xffffffff);
  indices.set(input.batch);
  const batch = upload(gpu, "batch", [rows], indices);
  const state = upload(gpu, "state", [16], words);
  const { mean, deviation } = input.normalization;
  const normalization = upload(gpu, "normalization", [24], [
    ...Array.from(mean),
    ...Array.from(deviation, (value) => 1 / value),
  ]);
  const recorder = new Recorder(kernels);
  const output = recordInput(recorder, {
    records,
    batch,
    state,
    normalization,
    rows,
    views: input.views,
    firstView: input.firstView,
    augmentations: input.augmentations,
  });
  const program = await recorder.plan([output]);
  try {
    program.run();
    return await download(gpu, output);
  } finally {
    program.destroy();
    records.destroy();
    release(gpu, batch, state, normalization);
  }
}

/** The same in float64, with the plan of every row. */
export function expectInput(input: InputCase & { augmentations: AugmentationConfig }) {
  return augmentInput({ ...complete(input), augmentations: input.augmentations });
}

/** Largest |actual − expected|. */
export function largestError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let largest = actual.length === expected.length ? 0 : Infinity;
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i] - expected[i]);
    // A NaN must not slip through the comparison.
    if (!(error <= largest)) largest = error;
  }
  return largest;
}
