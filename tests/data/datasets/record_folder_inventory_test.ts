import { assertEquals, assertStringIncludes } from "@std/assert";
import { takeRecordFolderInventory } from "../../../src/data/datasets/record_folder_inventory.ts";
import { writeRecordSync } from "../../../src/data/files/wfdb/write_record.ts";
import type { InventoryOptions } from "../../../src/data/inventory/inventory.ts";
import { plainSignals, withFolder } from "../files/record_files.ts";
import { testWithData } from "../../support/shared_data.ts";
import { rejectsUserError } from "../../support/user_errors.ts";

/** What the tests write: rate, seconds, leads and comments. */
type Written = [rate: number, seconds: number, leads: string[], comments: string[]];

function withRecords(
  records: Readonly<Record<string, Written>>,
  body: (folder: string) => Promise<void>,
): Promise<void> {
  return withFolder(async (folder) => {
    for (const [path, [samplingRate, seconds, leads, comments]] of Object.entries(records)) {
      const cut = path.lastIndexOf("/");
      const at = `${folder}/${path.slice(0, Math.max(0, cut))}`;
      Deno.mkdirSync(at, { recursive: true });
      writeRecordSync(at, {
        name: path.slice(cut + 1),
        samplingRate,
        signals: plainSignals(leads),
        samples: new Int16Array(samplingRate * seconds * leads.length),
        comments,
      });
    }
    await body(folder);
  });
}

/** The JSON of an inventory. */
async function take(root: string, options: InventoryOptions = {}) {
  // deno-lint-ignore no-explicit-any -- as a reader of the file sees it
  return (await takeRecordFolderInventory(root, options)).json as any;
}

/** The values that occur. */
const present = (counts: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(counts).filter(([, records]) => records > 0));

Deno.test("takeRecordFolderInventory() counts records of folders within folders", () =>
  withRecords({
    a: [500, 10, ["I", "aVR", "V1"], ["Age: 15", "Sex: Male", "Dx: 1,2,1"]],
    "x/b": [500, 9, ["v1", "AVR", "i"], ["Age: 80", "Sex: female", "Dx: 2"]],
    "x/y/c": [360, 30, ["MLII", "V5"], ["69 M 1085 1629 x1"]],
    "x/y/d": [100, 61, ["II"], []],
  }, async (folder) => {
    const found = await take(folder, { verify: true });
    assertEquals([found.records, found.unreadable.length, found.without_diagnosis], [4, 0, 2]);
    assertEquals(present(found.rates), { 100: 1, 360: 1, 500: 2 });
    assertEquals(present(found.durations), {
      "under 10 s": 1,
      "10 s": 1,
      "over 10 s, to 30 s": 1,
      "over 1 min, to 30 min": 1,
    });
    assertEquals(present(found.lead_counts), { 3: 2, 2: 1, 1: 1 });
    assertEquals(Object.entries(found.lead_sets)[0], ["I, AVR, V1", 2]);
    assertEquals(present(found.sexes), { male: 2, female: 1, unknown: 1 });
    assertEquals(present(found.age_bands), {
      "under 20": 1,
      "60-79": 1,
      "80 and over": 1,
      unknown: 1,
    });
    assertEquals(found.diagnoses, { 1: 1, 2: 2 });
  }));

Deno.test("takeRecordFolderInventory() lists what cannot be read, with the reason", () =>
  withRecords(
    { good: [100, 1, ["I"], []], "sub/cut": [100, 1, ["I"], []], gone: [100, 1, ["I"], []] },
    async (folder) => {
      Deno.truncateSync(`${folder}/sub/cut.dat`, 3);
      Deno.removeSync(`${folder}/gone.dat`);
      Deno.writeTextFileSync(`${folder}/odd.hea`, "not a header\n");
      Deno.writeTextFileSync(`${folder}/notes.txt`, "no record");
      Deno.mkdirSync(`${folder}/empty.hea`);
      const seen: number[] = [];
      const { records, unreadable } = await take(folder, {
        onProgress: (done, total) => seen.push(done / total),
      });
      assertEquals(records, 1);
      const files = unreadable.map(({ file }: { file: string }) => file);
      assertEquals(files, ["gone", "odd", "sub/cut"]);
      assertStringIncludes(unreadable[0].reason, "gone.dat: the file is missing");
      assertStringIncludes(unreadable[1].reason, "odd.hea, line 1");
      assertStringIncludes(unreadable[2].reason, "cut.dat: the file is truncated");
      assertEquals(seen.at(-1), 1);
      await rejectsUserError(() => take(`${folder}/none`), "there is no such folder");
      await rejectsUserError(() => take(`${folder}/notes.txt`), "not a folder");
    },
  ));

testWithData(
  "challenge records: ages, sexes and codes of 15 headers",
  "challenge-2021",
  async (data) => {
    const found = await take(data, { verify: true });
    assertEquals([found.records, found.unreadable.length], [15, 0]);
    assertEquals(present(found.rates), { 500: 15 });
    assertEquals(present(found.sexes), { male: 8, female: 7 });
    assertEquals(present(found.lead_sets), {
      "I, II, III, AVR, AVL, AVF, V1, V2, V3, V4, V5, V6": 15,
    });
    assertEquals(found.diagnoses["426783006"], 7);
  },
);

testWithData("segments of a record are not counted as records", "wfdb-samples", async (data) => {
  const { records, lead_sets } = await take(`${data}/multi-segment/041s`);
  assertEquals(records, 1);
  assertEquals(Object.keys(lead_sets).length, 1);
});
