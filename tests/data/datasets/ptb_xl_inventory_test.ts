import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { takePtbXlInventory } from "../../../src/data/datasets/ptb_xl_inventory.ts";
import type { InventoryOptions } from "../../../src/data/inventory/inventory.ts";
import { testWithData } from "../../support/shared_data.ts";
import { editText, flipBits } from "../files/record_files.ts";
import { smallFile, withSmallCohort } from "../../support/small_cohort.ts";
import { rejectsUserError } from "../../support/user_errors.ts";

/** The JSON of an inventory. */
async function take(root: string, options: InventoryOptions = {}) {
  // deno-lint-ignore no-explicit-any -- as a reader of the file sees it
  return (await takePtbXlInventory(root, "PTB-XL", options)).json as any;
}

Deno.test("takePtbXlInventory() counts records, patients and classes of every group", () =>
  withSmallCohort(async (root) => {
    const table = `${root}/ptbxl_database.csv`;
    // Ages and sexes: 50 and female, but for the first (male, 300: over 89) and the last (empty).
    editText(table, "1,11.0,50.0,1", "1,11.0,300.0,0");
    editText(table, "9,15.0,50.0,1", "9,15.0,,");
    const inventory = await take(root);
    assertEquals([inventory.rows, inventory.patients], [6, 5]);
    const group = (groups: string, name: string) => {
      const { records, patients, classes, none } = inventory[groups][name];
      return [records, patients, ...Object.values(classes), none];
    };
    //                        records, patients, NORM, MI, STTC, HYP, CD, none
    assertEquals(group("parts", "all"), [6, 5, 1, 1, 1, 2, 1, 2]);
    assertEquals(group("parts", "train(1-8)"), [4, 3, 1, 1, 1, 1, 1, 1]);
    assertEquals(group("parts", "val(9)"), [1, 1, 0, 0, 0, 1, 0, 0]);
    assertEquals(group("parts", "test(10)"), [1, 1, 0, 0, 0, 0, 0, 1]);
    assertEquals(group("folds", "2"), [2, 1, 0, 1, 0, 0, 1, 1]);
    assertEquals(group("folds", "3"), [0, 0, 0, 0, 0, 0, 0, 0]);
    assertEquals(group("sexes", "male"), [1, 1, 1, 0, 0, 0, 0, 0]);
    assertEquals(group("sexes", "unknown"), [1, 1, 0, 0, 0, 0, 0, 1]);
    assertEquals(group("age_bands", "80 and over"), [1, 1, 1, 0, 0, 0, 0, 0]);
    assertEquals(group("age_bands", "unknown"), [1, 1, 0, 0, 0, 0, 0, 1]);
    assertEquals(inventory.cooccurrence, [
      [1, 0, 0, 0, 0],
      [0, 1, 0, 0, 1],
      [0, 0, 1, 1, 0],
      [0, 0, 1, 2, 0],
      [0, 1, 0, 0, 1],
    ]);
  }));

const damagedFiles = (files: { damaged: { file: string }[] }) =>
  files.damaged.map(({ file }) => file);

Deno.test("takePtbXlInventory() finds missing and damaged files of both versions", () =>
  withSmallCohort(async (root) => {
    Deno.removeSync(`${root}/${smallFile(2)}.dat`);
    Deno.removeSync(`${root}/${smallFile(5)}.hea`);
    Deno.truncateSync(`${root}/${smallFile(7)}.dat`, 100);
    flipBits(`${root}/${smallFile(8)}.dat`, 0);
    const seen: number[] = [];
    const { files: { lr, hr } } = await take(root, {
      onProgress: (done, total) => seen.push(done / total),
    });
    assertEquals([lr.sampling_rate, hr.sampling_rate], [100, 500]);
    assertEquals([lr.dat, hr.dat], [5, 0], "a signal file without its header is there");
    assertEquals(lr.missing_files, [smallFile(2), smallFile(5)]);
    assertEquals(damagedFiles(lr), [smallFile(7)]);
    assertStringIncludes(lr.damaged[0].reason, "truncated");
    assertEquals(hr.missing, 6);
    assertEquals(seen, Array.from({ length: 12 }, (_, i) => (i + 1) / 12));
    const verified = await take(root, { verify: true });
    assertEquals(damagedFiles(verified.files.lr), [smallFile(7), smallFile(8)]);
  }));

Deno.test("takePtbXlInventory() takes tables with one version, and names what is wrong", () =>
  withSmallCohort(async (root) => {
    const table = `${root}/ptbxl_database.csv`;
    const text = Deno.readTextFileSync(table);
    Deno.writeTextFileSync(table, text.replace("filename_hr", "unused"));
    assertEquals(Object.keys((await take(root)).files), ["lr"]);
    Deno.writeTextFileSync(table, text.replace(",filename_lr,filename_hr", ",unused,filename_hr"));
    const { files } = await take(root);
    assertEquals([Object.keys(files), files.hr.dat], [["hr"], 0]);
    Deno.writeTextFileSync(table, text.replace("strat_fold", "fold"));
    await rejectsUserError(() => take(root), "strat_fold");
    Deno.removeSync(table);
    await rejectsUserError(() => take(root), "ptbxl_database.csv");
  }));

testWithData("1,500 records of PTB-XL: the counts of their provenance", "ptb-xl", async (data) => {
  const { rows, patients, parts: { all }, folds, files: { lr, hr } } = await take(data);
  assertEquals([rows, patients], [1500, 1301]);
  assertEquals([...Object.values(all.classes), all.none], [663, 374, 369, 205, 334, 39]);
  assert(Object.values<{ records: number }>(folds).every(({ records }) => records === 150));
  assertEquals([lr.dat, lr.damaged.length, hr.dat, hr.damaged.length], [1500, 0, 16, 0]);
});
