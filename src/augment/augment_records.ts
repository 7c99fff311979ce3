/** The augmentations for one's own use: records in, augmented records out, host arrays both. */

import type { Gpu } from "../gpu/device.ts";
import { KernelLibrary } from "../gpu/kernels.ts";
import { Recorder } from "../gpu/recorder.ts";
import { Tensor } from "../gpu/tensor.ts";
import { currentSeed } from "../random/set_seed.ts";
import { planAugmentations } from "./augmentation_plan.ts";
import {
  type AugmentationConfig,
  type AugmentationName,
  DOCUMENTED_RATES,
} from "./augmentations.ts";
import { recordInput } from "./record_input.ts";
import { LEAD_COUNT, type RecordSamples, ResidentRecords } from "./resident_records.ts";

/** Options of {@linkcode augmentRecords}. */
export interface AugmentOptions {
  /** Rates; default: the documented ones. See `augmentationConfig` and `onlyAugmentation`. */
  augmentations?: AugmentationConfig;
  /** Row numbers of the batch, [N]; mixing partners come from it. Default: all records. */
  batch?: readonly number[];
  /** Default: the seed of `setSeed`. */
  seed?: number;
  /** Default 0. */
  epoch?: number;
  /** Default 2. */
  views?: number;
}

/** The augmentations that were applied to a row, each with what was drawn, in words. */
export type Draws = Readonly<Partial<Record<AugmentationName, string>>>;

/**
 * Augments records as training does, without normalization.
 *
 * @param set Digital samples [records, T, 12] with their sampling rate and scale.
 * @param options `returnDraws`: also tell what was drawn for each row.
 * @returns [views · N, T, 12] in mV: first all first views, then all second views, and so on; with
 * `returnDraws` as `signals`, beside `draws` [views · N].
 * @throws {RangeError} When the batch is empty or names a record that is not there.
 * @throws {UserError} When the batch does not fit the adapter.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { augmentRecords, chooseDevice, onlyAugmentation } from "ssrl-ecg";
 * const gpu = await chooseDevice();
 * const flat = {
 *   samples: new Int16Array(1000 * 12),
 *   signalLength: 1000,
 *   samplingRate: 100,
 *   millivoltsPerUnit: 0.001,
 * };
 * const wandering = await augmentRecords(gpu, flat, {
 *   augmentations: onlyAugmentation("motion-artifacts"),
 *   views: 1,
 * });
 * assert(Math.max(...wandering) <= 0.05); // mV
 * const augmentations = onlyAugmentation("bandpass");
 * const { draws } = await augmentRecords(gpu, flat, { augmentations, returnDraws: true });
 * assert(draws[0].bandpass?.endsWith("Hz"));
 * gpu.destroy();
 * ```
 */
export function augmentRecords(
  gpu: Gpu,
  set: RecordSamples,
  options: AugmentOptions & { returnDraws: true },
): Promise<{ signals: Float32Array; draws: Draws[] }>;
export function augmentRecords(
  gpu: Gpu,
  set: RecordSamples,
  options?: AugmentOptions & { returnDraws?: false },
): Promise<Float32Array>;
export async function augmentRecords(
  gpu: Gpu,
  set: RecordSamples,
  options: AugmentOptions & { returnDraws?: boolean } = {},
): Promise<Float32Array | { signals: Float32Array; draws: Draws[] }> {
  const { augmentations = DOCUMENTED_RATES, seed = currentSeed(), epoch = 0, views = 2 } = options;
  const kernels = new KernelLibrary(gpu);
  const records = await ResidentRecords.upload(kernels, set);
  const owned: Tensor[] = [];
  try {
    const batch = options.batch ?? Array.from({ length: records.records }, (_, row) => row);
    const wrong = batch.find((row) =>
      !(Number.isInteger(row) && row >= 0 && row < records.records)
    );
    if (batch.length === 0 || wrong !== undefined) {
      throw new RangeError(
        `Cannot augment record ${wrong}: need row numbers from 0 to ${records.records - 1}`,
      );
    }
    const upload = (name: string, data: Uint32Array | Float32Array) => {
      owned.push(Tensor.from(gpu, [data.length], data, name));
      return owned.at(-1)!;
    };
    const words = new Uint32Array(16);
    words.set([seed, epoch, 0, 0, batch.length]);
    const recorder = new Recorder(kernels);
    const output = recordInput(recorder, {
      records,
      batch: upload("batch", Uint32Array.from(batch)),
      state: upload("step state", words),
      normalization: upload(
        "no normalization",
        new Float32Array(2 * LEAD_COUNT).fill(1, LEAD_COUNT),
      ),
      rows: batch.length,
      views,
      augmentations,
    });
    const plan = recorder.dispatches.find(({ kernel }) => kernel === "augment_plan")?.tensors.plan;
    const program = await recorder.plan(plan ? [output, plan] : [output]);
    try {
      program.run();
      const signals = await output.read();
      if (!options.returnDraws) return signals;
      if (!plan) return { signals, draws: Array.from({ length: output.shape[0] }, () => ({})) };
      const { applied, vectors } = planAugmentations(augmentations, {
        length: set.signalLength,
        samplingRate: set.samplingRate,
      });
      const drawn = await plan.read();
      const draws = Array.from({ length: output.shape[0] }, (_, row): Draws => {
        const parts = applied.map(({ augmentation, slot }) => {
          const start = 4 * (row * vectors + slot);
          const values = drawn.subarray(start, start + 4 * augmentation.planVectors);
          return [augmentation, values] as const;
        });
        return Object.fromEntries(
          parts.filter(([, values]) => values.some((value) => value !== 0))
            .map(([{ name, describe }, values]) => [name, describe(values, set.samplingRate)]),
        );
      });
      return { signals, draws };
    } finally {
      program.destroy();
    }
  } finally {
    for (const tensor of owned) tensor.release();
    records.destroy();
  }
}
