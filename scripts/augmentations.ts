/**
 * `deno task augmentations`: draws each augmentation on a record, before and after.
 *
 * @module
 */

import { defineCommand, runCommand } from "../src/cli/command.ts";
import { integerFlag, pathFlag, stringFlag } from "../src/cli/flags.ts";
import { formatPath } from "../src/cli/format.ts";
import { dataFlags } from "../src/cli/training_flags.ts";
import { COHORT_SEED, openRecords } from "../src/commands/open_records.ts";
import { dataName } from "../src/data/record_set.ts";
import { UserError } from "../src/errors.ts";
import { chooseDevice } from "../src/gpu/device.ts";
import { augmentationGallery } from "../src/jobs/augmentation_gallery.ts";

/** Records in the batch: the one shown, and partners to mix it with. */
const BATCH = 8;

/** The command line of `augmentations`. */
export const command = defineCommand({
  name: "augmentations",
  summary: "Draw the seven augmentations on a record, before and after",
  description: [
    "Writes one SVG for each augmentation, one of two views with all of them at their documented " +
    "rates, and index.html that shows them all. Mixing partners are the records that follow.",
  ],
  flags: {
    ...dataFlags,
    "record": integerFlag({ minimum: 1, description: "ecg_id of the record; default: the first" }),
    "seed": integerFlag({
      default: 2, // draws large enough to be seen for the first record
      minimum: 0,
      maximum: 2 ** 32 - 1,
      description: "Seed of the draws",
    }),
    "out": pathFlag({
      default: "results/augmentations",
      description: "Folder for the pictures",
    }),
    "adapter": stringFlag({ description: "Part of the name of the WebGPU adapter" }),
  },
  examples: [
    { args: "", about: "Draw a synthetic record, or the first of data/PTB-XL" },
    { args: "--data-root data/PTB-XL --record 17 --seed 7", about: "Another record, other draws" },
  ],
  async run(options, { given, signal }) {
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
  },
});

if (import.meta.main) await runCommand(command);
