import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { takeRecordFolderInventory } from "../../../src/data/inventory/record_folder_inventory.ts";
import { writeRecordSync } from "../../../src/data/files/wfdb/write_record.ts";
import { UserError } from "../../../src/errors.ts";
import { testWithData } from "../../support/shared_data.ts";

/** What the tests write: rate, seconds, leads and comments. */
type Written = [rate: number, seconds: number, leads: string[], comments: string[]];

async function withFolder(
  records: Readonly<Record<string, Written>>,
  body: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = Deno.makeTempDirSync();
  try {
    for (const [path, [samplingRate, seconds, leads, comments]] of Object.entries(records)) {
      const cut = path.lastIndexOf("/");
      const at = `${folder}/${path.slice(0, Math.max(0, cut))}`;
      Deno.mkdirSync(at, { recursive: true });
      writeRecordSync(at, {
        name: path.slice(cut + 1),
        samplingRate,
        signals: leads.map((description) => ({
          description,
          gain: 1000,
          baseline: 0,
          units: "mV",
        })),
        samples: new Int16Array(samplingRate * seconds * leads.length),
        comments,
      });
    }
    await body(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** The values that occur. */
const present = (counts: readonly { name: string; records: number }[]) =>
  Object.fromEntries(counts.filter((c) => c.records > 0).map((c) => [c.name, c.records]));

Deno.test("takeRecordFolderInventory() counts records of folders within folders", () =>
  withFolder({
    a: [500, 10, ["I", "aVR", "V1"], ["Age: 15", "Sex: Male", "Dx: 1,2,1"]],
    "x/b": [500, 9, ["v1", "AVR", "i"], ["Age: 80", "Sex: female", "Dx: 2"]],
    "x/y/c": [360, 30, ["MLII", "V5"], ["69 M 1085 1629 x1"]],
    "x/y/d": [100, 61, ["II"], []],
  }, async (folder) => {
    const found = await takeRecordFolderInventory(folder, { verify: true });
    assertEquals([found.records, found.unreadable.length, found.withoutDiagnosis], [4, 0, 2]);
    assertEquals(found.rates[0], { name: "500", records: 2 });
    assertEquals(present(found.durations), {
      "under 10 s": 1,
      "10 s": 1,
      "over 10 s, to 30 s": 1,
      "over 1 min, to 30 min": 1,
    });
    assertEquals(present(found.leadCounts), { 3: 2, 2: 1, 1: 1 });
    assertEquals(found.leadSets[0], { name: "I, AVR, V1", records: 2 });
    assertEquals(present(found.sexes), { male: 2, female: 1, unknown: 1 });
    assertEquals(present(found.ageBands), {
      "under 20": 1,
      "60-79": 1,
      "80 and over": 1,
      unknown: 1,
    });
    assertEquals(found.diagnoses, [{ name: "2", records: 2 }, { name: "1", records: 1 }]);
  }));

Deno.test("takeRecordFolderInventory() lists what cannot be read, with the reason", () =>
  withFolder(
    { good: [100, 1, ["I"], []], "sub/cut": [100, 1, ["I"], []], gone: [100, 1, ["I"], []] },
    async (folder) => {
      Deno.truncateSync(`${folder}/sub/cut.dat`, 3);
      Deno.removeSync(`${folder}/gone.dat`);
      Deno.writeTextFileSync(`${folder}/odd.hea`, "not a header\n");
      Deno.writeTextFileSync(`${folder}/notes.txt`, "no record");
      Deno.mkdirSync(`${folder}/empty.hea`);
      const seen: number[] = [];
      const { records, unreadable } = await takeRecordFolderInventory(folder, {
        onProgress: (done, total) => seen.push(done / total),
      });
      assertEquals(records, 1);
      assertEquals(unreadable.map(({ file }) => file), ["gone", "odd", "sub/cut"]);
      assertStringIncludes(unreadable[0].reason, "gone.dat: the file is missing");
      assertStringIncludes(unreadable[1].reason, "odd.hea, line 1");
      assertStringIncludes(unreadable[2].reason, "cut.dat: the file is truncated");
      assertEquals(seen.at(-1), 1);
      await assertRejects(
        () => takeRecordFolderInventory(`${folder}/none`),
        UserError,
        "there is no such folder",
      );
      await assertRejects(
        () => takeRecordFolderInventory(`${folder}/notes.txt`),
        UserError,
        "not a folder",
      );
    },
  ));

testWithData(
  "challenge records: ages, sexes and codes of 15 headers",
  "challenge-2021",
  async (data) => {
    const found = await takeRecordFolderInventory(data, { verify: true });
    assertEquals([found.records, found.unreadable.length], [15, 0]);
    assertEquals(present(found.rates), { 500: 15 });
    assertEquals(present(found.sexes), { male: 8, female: 7 });
    assertEquals(present(found.leadSets), {
      "I, II, III, AVR, AVL, AVF, V1, V2, V3, V4, V5, V6": 15,
    });
    assertEquals(found.diagnoses[0], { name: "426783006", records: 7 });
  },
);

testWithData("segments of a record are not counted as records", "wfdb-samples", async (data) => {
  const { records, leadSets } = await takeRecordFolderInventory(`${data}/multi-segment/041s`);
  assertEquals(records, 1);
  assertEquals(leadSets.length, 1);
});
