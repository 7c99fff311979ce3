/**
 * `augmentations` as a person sees it.
 *
 * @module
 */

import type { CommandContext } from "../console/flags/command.ts";
import { formatPath } from "../text/format.ts";
import type { DataOptions } from "../console/flags/training_flags.ts";
import { dataName } from "../data/signals/record_set.ts";
import { UserError } from "../errors.ts";
import { chooseDevice } from "../gpu/device.ts";
import { augmentationGallery } from "../console/augmentation_gallery.ts";
import { COHORT_SEED, openRecords } from "../console/open_records.ts";

/** The options of `augmentations`. */
export interface AugmentationsFlags extends DataOptions {
  /** ecg_id; absent: the first record. */
  readonly record: number | undefined;
  readonly seed: number;
  readonly out: string;
  readonly adapter: string | undefined;
}

/** Records in the batch: the one shown, and partners to mix it with. */
const BATCH = 8;

/** Runs the command. */
export async function runAugmentations(
  options: AugmentationsFlags,
  { given, signal }: Pick<CommandContext, "given" | "signal">,
): Promise<void> {
  const set = await openRecords({
    ...options,
    explicit: given.has("data-root"),
    synthetic: { records: BATCH, seed: COHORT_SEED },
  });
  const first = options.record === undefined ? 0 : set.ids.indexOf(options.record);
  if (first < 0) {
    throw new UserError(
      `Found no record ${options.record} in ${set.source}: its ecg_id runs from ` +
        `${set.ids.reduce((a, b) => Math.min(a, b))} to ` +
        `${set.ids.reduce((a, b) => Math.max(a, b))}`,
    );
  }
  const size = set.signalLength * set.leads.length;
  const count = Math.min(BATCH, set.ids.length);
  const samples = new Int16Array(count * size);
  for (let n = 0; n < count; n++) {
    const row = (first + n) % set.ids.length;
    samples.set(set.samples.subarray(row * size, (row + 1) * size), n * size);
  }
  signal.throwIfAborted();
  const gpu = await chooseDevice({ adapter: options.adapter });
  try {
    const files = await augmentationGallery(gpu, {
      records: {
        samples,
        signalLength: set.signalLength,
        samplingRate: set.samplingRate,
        millivoltsPerUnit: set.millivoltsPerUnit,
      },
      name: `${dataName(set)}, record ${set.ids[first]}`,
      seed: options.seed,
    });
    try {
      await Deno.mkdir(options.out, { recursive: true });
      for (const { name, content } of files) {
        await Deno.writeTextFile(`${options.out}/${name}`, content);
      }
    } catch (error) {
      throw new UserError(
        `Cannot write pictures to ${options.out}: ${
          error instanceof Error ? error.message : error
        }. Choose another folder with --out`,
      );
    }
    console.log(`${files.length - 1} pictures: ${formatPath(`${options.out}/index.html`)}`);
  } finally {
    gpu.destroy();
  }
}
