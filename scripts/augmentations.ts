import { augmentationGallery } from "../src/console/augmentation_gallery.ts";
import { defineCommand } from "../src/console/flags/command.ts";
import { integerFlag, pathFlag } from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { dataFlags, deviceFlags, seedFlag } from "../src/console/flags/training_flags.ts";
import { openRecords } from "../src/console/open_records.ts";
import { dataName } from "../src/data/signals/record_set.ts";
import { UserError } from "../src/errors.ts";
import { chooseDevice } from "../src/gpu/device.ts";
import { formatPath } from "../src/text/format.ts";

/** Records in the batch: the one shown, and partners to mix it with. */
const BATCH = 8;

export const command = defineCommand({
  name: "augmentations",
  summary: "Draw the augmentations on a record, before and after",
  description: [
    "Writes one SVG for each augmentation, one of two views at the documented rates, " +
    "and index.html that shows them all. Mixing partners are the records that follow.",
  ],
  flags: {
    ...dataFlags,
    "record": integerFlag({ minimum: 1, description: "ecg_id of the record; default: the first" }),
    // Draws large enough to be seen on the first record.
    "seed": seedFlag("Seed of the draws", 2),
    "out": pathFlag({
      default: "results/augmentations",
      description: "Folder for the pictures",
    }),
    "adapter": deviceFlags.adapter,
  },
  examples: [
    { args: "", about: "Draw a synthetic record, or the first of data/PTB-XL" },
    { args: "--data-root data/PTB-XL --record 17 --seed 7", about: "Another record, other draws" },
  ],
  async run({ record, seed, out, adapter, ...data }, { given, signal }) {
    const set = await openRecords(data, given, BATCH);
    const first = record === undefined ? 0 : set.ids.indexOf(record);
    if (first < 0) {
      throw new UserError(
        `Found no record ${record} in ${set.source}: its ecg_id runs from ` +
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
    using gpu = await chooseDevice({ adapter });
    const { signalLength, samplingRate, millivoltsPerUnit } = set;
    const files = await augmentationGallery(gpu, {
      records: { samples, signalLength, samplingRate, millivoltsPerUnit },
      name: `${dataName(set)}, record ${set.ids[first]}`,
      seed,
    });
    try {
      await Deno.mkdir(out, { recursive: true });
      for (const { name, content } of files) await Deno.writeTextFile(`${out}/${name}`, content);
    } catch (error) {
      throw new UserError(
        `Cannot write pictures to ${out}: ${(error as Error).message}. ` +
          "Choose another folder with --out",
      );
    }
    console.log(`${files.length - 1} pictures: ${formatPath(`${out}/index.html`)}`);
  },
});

if (import.meta.main) await runCommand(command);
