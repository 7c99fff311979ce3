import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  type MitBihRecord,
  takeMitBihInventory,
} from "../../../src/data/datasets/mit_bih_inventory.ts";
import { loadMitBih } from "../../../src/data/datasets/mit_bih.ts";
import { UserError } from "../../../src/errors.ts";
import { testWithData } from "../../support/shared_data.ts";
import { withSmallMitdb } from "../../support/small_mitdb.ts";

/** The JSON of an inventory. */
async function take(root: string, verify = false) {
  // deno-lint-ignore no-explicit-any -- as a reader of the file sees it
  return (await takeMitBihInventory(root, { verify })).json as any;
}

Deno.test("takeMitBihInventory() counts beats and windows by part, as loadMitBih() cuts them", () =>
  withSmallMitdb(async (root) => {
    const { files, records, missing, damaged, parts } = await take(root);
    assertEquals(files, { hea: 7, dat: 7, atr: 7 });
    assertEquals(records.map(({ record }: MitBihRecord) => record), [
      100,
      101,
      102,
      106,
      114,
      201,
      202,
    ]);
    assertEquals([missing.length, damaged.length], [41, 0]);
    assertEquals(
      parts.map((
        { part, records, subjects }: Record<string, unknown>,
      ) => [part, records, subjects]),
      [
        ["train", 2, 2],
        ["validation", 1, 1],
        ["test", 2, 2],
        ["unused", 2, 2],
      ],
    );
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
    const bytes = Deno.readFileSync(`${root}/106.dat`);
    bytes[1000] ^= 1;
    Deno.writeFileSync(`${root}/106.dat`, bytes);
    Deno.writeTextFileSync(
      `${root}/114.hea`,
      Deno.readTextFileSync(`${root}/114.hea`).replace(" 9000\n", "\n"),
    );
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
    await assertRejects(() => take(`${root}/none`), UserError, "none");
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
