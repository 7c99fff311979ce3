import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { loadRecordFolder } from "../../../src/data/datasets/record_folder.ts";
import { describeRecordSet, hasLabels } from "../../../src/data/signals/record_set.ts";
import { splitByFolds } from "../../../src/data/sampling/splits.ts";
import { testWithData } from "../../support/shared_data.ts";
import { watchReading, waveAt, withFolder, writeWave } from "../files/record_files.ts";
import { rejectsUserError } from "../../support/user_errors.ts";

const SHAPE = { samplingRate: 100, signalLength: 200 };

/** Four records in three folders, at two rates; `g1/b` is short. */
function writeTree(root: string): void {
  for (const folder of ["g1", "g1/deep", ".hidden"]) Deno.mkdirSync(`${root}/${folder}`);
  writeWave(root, "z", 100, 200);
  writeWave(`${root}/g1`, "b", 100, 150);
  writeWave(`${root}/g1`, "a", 500, 1500);
  writeWave(`${root}/g1/deep`, "c", 100, 300);
  writeWave(`${root}/.hidden`, "d", 100, 200);
}

Deno.test("loadRecordFolder: finds records in all folders, resamples, pads and cuts", () =>
  withFolder(async (root) => {
    writeTree(root);
    const set = await loadRecordFolder(root, { ...SHAPE, cache: false });
    assertEquals(set.files, ["g1/a", "g1/b", "g1/deep/c", "z"]);
    assertEquals([...set.ids], [1, 2, 3, 4]);
    assertEquals([...set.patients], [1, 2, 3, 4]);
    assertEquals([...set.folds].sort((a, b) => a - b), [1, 2, 9, 10]);
    assertEquals([set.padded, set.resampled, hasLabels(set)], [1, 1, false]);
    assertEquals(set.source, `Record folder (4 records, ${root})`);
    assertEquals(set.samples[(2 * 200 + 123) * 12 + 4], waveAt(1.23, 4));
    // The filter's ripple of 1e-4 and two roundings.
    assert(Math.abs(set.samples[123 * 12 + 4] - waveAt(1.23, 4)) <= 2);
  }));

Deno.test("loadRecordFolder: leaves damaged records out; another rate too where told", () =>
  withFolder(async (root) => {
    writeTree(root);
    Deno.truncateSync(`${root}/g1/deep/c.dat`, 100);
    const whole = await loadRecordFolder(root, { ...SHAPE, cache: false });
    const set = await loadRecordFolder(root, { ...SHAPE, resample: false, cache: false });
    assertEquals(set.files, ["g1/b", "z"]);
    assertEquals([...set.ids], [2, 4]);
    // What is left out does not change the folds of the others.
    assertEquals([...set.folds], [whole.folds[1], whole.folds[2]]);
    const out = set.quarantined.map(({ id, file }) => `${id} ${file}`);
    assertEquals(out, ["1 g1/a", "3 g1/deep/c"]);
    assertStringIncludes(set.quarantined[0].reason, "g1/a.hea: the rate is 500 Hz, need 100 Hz");
    await rejectsUserError(
      () => loadRecordFolder(root, { ...SHAPE, strict: true, cache: false }),
      "Cannot read record 3",
    );
  }));

Deno.test("loadRecordFolder: the cache notices new records in new folders", () =>
  withFolder((cache) =>
    withFolder(async (root) => {
      writeTree(root);
      const load = (options = {}) =>
        watchReading((watch) => loadRecordFolder(root, { ...SHAPE, cache, ...watch, ...options }));
      const first = await load();
      assertEquals([first.read, first.set.files?.length], [true, 4]);
      assertEquals(await load(), { set: first.set, read: false });
      Deno.mkdirSync(`${root}/g1/deep/new`);
      assertEquals((await load()).read, true);
      writeWave(`${root}/g1/deep/new`, "e", 100, 200);
      assertEquals((await load()).set.files?.length, 5);
      assertEquals((await load()).read, false);
      assertEquals((await load({ seed: 7 })).read, true);
      assertEquals((await load({ resample: false })).set.files?.length, 4);
    })
  ));

Deno.test("loadRecordFolder: segments of a record are no records", () =>
  withFolder(async (root) => {
    writeWave(root, "s1", 100, 100);
    writeWave(root, "s2", 100, 100);
    Deno.writeTextFileSync(`${root}/m.hea`, "m/2 12 100 200\ns1 100\ns2 100\n");
    Deno.writeTextFileSync(`${root}/broken.hea`, "");
    const set = await loadRecordFolder(root, { ...SHAPE, cache: false });
    assertEquals(set.files, ["m"]);
    assertEquals(set.samples[150 * 12], waveAt(0.5, 0));
    assertStringIncludes(set.quarantined[0].reason, "broken.hea: the header is empty");
  }));

Deno.test("loadRecordFolder: says what is wrong with the folder", () =>
  withFolder(async (root) => {
    const fails = (path: string, message: string, options = {}) =>
      rejectsUserError(() => loadRecordFolder(path, { cache: false, ...options }), message);
    await fails(`${root}/none`, "there is no such folder");
    await fails(root, "there is no WFDB record (.hea) in it or below it");
    Deno.writeTextFileSync(`${root}/a.hea`, "a 1 100\na.dat 16\n");
    await fails(root, "Cannot read any of the 1 records");
    await fails(root, "give 1 to 1,000,000 Hz", { samplingRate: 0 });
    await fails(root, "give a whole number of at least 1", { signalLength: 1.5 });
  }));

testWithData(
  "loadRecordFolder: the challenge records, ready to split",
  "challenge-2021",
  async (data) => {
    const set = await loadRecordFolder(data, { cache: false, strict: true });
    assertEquals([set.ids.length, set.resampled, set.padded], [15, 15, 0]);
    const { train, validation, test } = splitByFolds(set);
    assertEquals([train.length, validation.length, test.length], [11, 2, 2]);
    const summary = describeRecordSet(set);
    assertEquals(summary[0], `Record folder (15 records, ${data}), 1000 samples at 100 Hz`);
    assertEquals(summary[2], "15 of 15 records resampled to 100 Hz");
  },
);

testWithData("loadRecordFolder: two leads are not twelve", "mitdb", async (data) => {
  await rejectsUserError(
    () => loadRecordFolder(data, { cache: false }),
    "100.hea: it has no lead I, II, III, AVR, AVL, AVF, V1, V2, V3, V4, V6",
  );
});
