import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  type MitBihRecord,
  takeMitBihInventory,
} from "../../../src/data/datasets/mit_bih_inventory.ts";
import { loadMitBih } from "../../../src/data/datasets/mit_bih.ts";
import { testWithData } from "../../support/shared_data.ts";
import { editText, flipBits } from "../files/record_files.ts";
import { withSmallMitdb } from "../../support/small_mitdb.ts";
import { rejectsUserError } from "../../support/user_errors.ts";

/** The JSON of an inventory. */
async function take(root: string, verify = false) {
  // deno-lint-ignore no-explicit-any -- as a reader of the file sees it
  return (await takeMitBihInventory(root, { verify })).json as any;
}

Deno.test("takeMitBihInventory() counts beats and windows by part, as loadMitBih() cuts them", () =>
  withSmallMitdb(async (root) => {
    const { files, records, missing, damaged, parts } = await take(root);
    assertEquals(files, { hea: 7, dat: 7, atr: 7 });
    const numbers = records.map(({ record }: MitBihRecord) => record).join();
    assertEquals(numbers, "100,101,102,106,114,201,202");
    assertEquals([missing.length, damaged.length], [41, 0]);
    const counts = parts.map((part: { part: string; records: number; subjects: number }) =>
      `${part.part} ${part.records} ${part.subjects}`
    );
    assertEquals(counts, ["train 2 2", "validation 1 1", "test 2 2", "unused 2 2"]);
    // Flutter waves are no beats: one of 50 is missing.
    assertEquals(parts[0].beats, { N: 47, S: 1, V: 1, F: 0, Q: 0 });
    assertEquals(records[4].leads, ["V5", "MLII"]);
    const { labels, records: rows } = await loadMitBih(root);
    for (const { record, windows, abnormal, part } of records) {
      if (part === "unused") continue;
      const own = labels.filter((_, row) => rows[row] === record);
      assertEquals([windows, abnormal], [own.length, own.filter((label) => label === 1).length]);
    }
  }));

Deno.test("takeMitBihInventory() names damaged records", () =>
  withSmallMitdb(async (root) => {
    Deno.truncateSync(`${root}/100.dat`, 1000);
    Deno.removeSync(`${root}/101.atr`);
    Deno.truncateSync(`${root}/102.atr`, 9);
    flipBits(`${root}/106.dat`, 1000);
    editText(`${root}/114.hea`, " 9000\n", "\n");
    const reasons = async (verify: boolean) =>
      (await take(root, verify)).damaged.map((d: { record: number; reason: string }) =>
        `${d.record} ${d.reason}`
      );
    const quick = await reasons(false);
    assertEquals(quick.length, 4, quick.join("\n"));
    assertStringIncludes(quick[0], "100 100.dat: the file is truncated");
    assertEquals(quick[1], "101 101.atr: the file is missing");
    assertStringIncludes(quick[2], "102 102.atr: the file is truncated");
    assertStringIncludes(quick[3], "114 114.hea: the header does not say how many samples");
    assertStringIncludes((await reasons(true)).join(), "106 106.hea: signal 0 (MLII) has checksum");
    await rejectsUserError(() => take(`${root}/none`), "none");
  }));

testWithData("record 100 in the inventory", "mitdb", async (data) => {
  const { records, parts } = await take(data, true);
  assertEquals(records, [{
    record: 100,
    subject: 100,
    part: "test",
    leads: ["MLII", "V5"],
    beats: { N: 2239, S: 33, V: 1, F: 0, Q: 0 },
    windows: 180,
    abnormal: 31,
  }]);
  assertEquals(parts.map(({ windows }: MitBihRecord) => windows), [0, 0, 180, 0]);
});
