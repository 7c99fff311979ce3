import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { takePtbXlInventory } from "../../../src/data/inventory/ptb_xl_inventory.ts";
import { UserError } from "../../../src/errors.ts";
import { testWithData } from "../../support/shared_data.ts";
import { smallFile, withSmallCohort } from "../../support/small_cohort.ts";

Deno.test("takePtbXlInventory() counts records, patients and classes of every group", () =>
  withSmallCohort(async (root) => {
    const table = `${root}/ptbxl_database.csv`;
    // Ages and sexes: 50 and female, but for the first (male, 300: over 89) and the last (empty).
    const text = Deno.readTextFileSync(table)
      .replace("1,11.0,50.0,1", "1,11.0,300.0,0")
      .replace("9,15.0,50.0,1", "9,15.0,,");
    Deno.writeTextFileSync(table, text);
    const inventory = await takePtbXlInventory(root);
    assertEquals([inventory.rows, inventory.patients], [6, 5]);
    const group = (groups: typeof inventory.parts, name: string) => {
      const { records, patients, classes, none } = groups.find((each) => each.name === name)!;
      return [records, patients, ...classes, none];
    };
    //                        records, patients, NORM, MI, STTC, HYP, CD, none
    assertEquals(group([inventory.all], "all"), [6, 5, 1, 1, 1, 2, 1, 2]);
    assertEquals(group(inventory.parts, "train(1-8)"), [4, 3, 1, 1, 1, 1, 1, 1]);
    assertEquals(group(inventory.parts, "val(9)"), [1, 1, 0, 0, 0, 1, 0, 0]);
    assertEquals(group(inventory.parts, "test(10)"), [1, 1, 0, 0, 0, 0, 0, 1]);
    assertEquals(group(inventory.folds, "2"), [2, 1, 0, 1, 0, 0, 1, 1]);
    assertEquals(group(inventory.folds, "3"), [0, 0, 0, 0, 0, 0, 0, 0]);
    assertEquals(group(inventory.sexes, "male"), [1, 1, 1, 0, 0, 0, 0, 0]);
    assertEquals(group(inventory.sexes, "unknown"), [1, 1, 0, 0, 0, 0, 0, 1]);
    assertEquals(group(inventory.ageBands, "80 and over"), [1, 1, 1, 0, 0, 0, 0, 0]);
    assertEquals(group(inventory.ageBands, "unknown"), [1, 1, 0, 0, 0, 0, 0, 1]);
    assertEquals(inventory.cooccurrence, [
      [1, 0, 0, 0, 0],
      [0, 1, 0, 0, 1],
      [0, 0, 1, 1, 0],
      [0, 0, 1, 2, 0],
      [0, 1, 0, 0, 1],
    ]);
  }));

Deno.test("takePtbXlInventory() finds missing and damaged files of both versions", () =>
  withSmallCohort(async (root) => {
    Deno.removeSync(`${root}/${smallFile(2)}.dat`);
    Deno.removeSync(`${root}/${smallFile(5)}.hea`);
    Deno.truncateSync(`${root}/${smallFile(7)}.dat`, 100);
    const changed = `${root}/${smallFile(8)}.dat`;
    const bytes = Deno.readFileSync(changed);
    bytes[0] ^= 1;
    Deno.writeFileSync(changed, bytes);
    const seen: number[] = [];
    const { versions: [low, high] } = await takePtbXlInventory(root, {
      onProgress: (done, total) => seen.push(done / total),
    });
    assertEquals([low.samplingRate, high.samplingRate], [100, 500]);
    assertEquals([low.dat, high.dat], [5, 0], "a signal file without its header is there");
    assertEquals(low.missing, [smallFile(2), smallFile(5)]);
    assertEquals(low.damaged.map(({ file }) => file), [smallFile(7)]);
    assertStringIncludes(low.damaged[0].reason, "truncated");
    assertEquals(high.missing.length, 6);
    assertEquals(seen, Array.from({ length: 12 }, (_, i) => (i + 1) / 12));
    const verified = await takePtbXlInventory(root, { verify: true });
    assertEquals(verified.versions[0].damaged.map(({ file }) => file), [
      smallFile(7),
      smallFile(8),
    ]);
  }));

Deno.test("takePtbXlInventory() takes tables with one version, and names what is wrong", () =>
  withSmallCohort(async (root) => {
    const table = `${root}/ptbxl_database.csv`;
    const text = Deno.readTextFileSync(table);
    Deno.writeTextFileSync(table, text.replace("filename_hr", "unused"));
    assertEquals((await takePtbXlInventory(root)).versions.length, 1);
    Deno.writeTextFileSync(table, text.replace(",filename_lr,filename_hr", ",unused,filename_hr"));
    const { versions } = await takePtbXlInventory(root);
    assertEquals(versions.map(({ samplingRate, dat }) => [samplingRate, dat]), [[500, 0]]);
    Deno.writeTextFileSync(table, text.replace("strat_fold", "fold"));
    await assertRejects(() => takePtbXlInventory(root), UserError, "strat_fold");
    Deno.removeSync(table);
    await assertRejects(() => takePtbXlInventory(root), UserError, "ptbxl_database.csv");
  }));

testWithData("1,500 records of PTB-XL: the counts of their provenance", "ptb-xl", async (data) => {
  const { rows, patients, all, folds, versions } = await takePtbXlInventory(data);
  assertEquals([rows, patients], [1500, 1301]);
  assertEquals([...all.classes, all.none], [663, 374, 369, 205, 334, 39]);
  assert(folds.every(({ records }) => records === 150));
  assertEquals(versions.map(({ dat, damaged }) => [dat, damaged.length]), [[1500, 0], [16, 0]]);
});
