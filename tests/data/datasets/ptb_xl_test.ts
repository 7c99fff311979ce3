import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { loadPtbXl } from "../../../src/data/datasets/ptb_xl.ts";
import {
  countClasses,
  describeRecordSet,
  recordMillivolts,
} from "../../../src/data/signals/record_set.ts";
import { readRecordSync } from "../../../src/data/files/wfdb/read_record.ts";
import { physicalValues } from "../../../src/data/files/wfdb/record.ts";
import { adviceFor } from "../../../src/console/advice.ts";
import { testWithData } from "../../support/shared_data.ts";
import { editText, flipBits, watchReading, withFolder } from "../files/record_files.ts";
import {
  SMALL_RECORDS,
  smallFile,
  type SmallRecord,
  smallValue,
  withSmallCohort,
} from "../../support/small_cohort.ts";
import { rejectsUserError } from "../../support/user_errors.ts";

const NO_CACHE = { cache: false } as const;

testWithData(
  "loadPtbXl: 1,500 real records, all sound, with the published labels",
  "ptb-xl",
  async (data) => {
    const set = await loadPtbXl(data, { ...NO_CACHE, strict: true });
    assertEquals(set.ids.length, 1500);
    assertEquals(set.samples.length, 1500 * 1000 * 12);
    assertEquals(set.quarantined, []);
    assertEquals(set.padded, 0);
    assertEquals(countClasses(set.labels, 5), [663, 374, 369, 205, 334, 39]);
    for (let fold = 1; fold <= 10; fold++) {
      assertEquals(set.folds.filter((f) => f === fold).length, 150);
    }
    assertEquals(new Set(set.patients).size, 1301);
    // The header of 00001_lr gives the first frame.
    const first = [-119, -55, 64, 86, -91, 4, -69, -31, 0, -26, -39, -79];
    assertEquals(Array.from(set.samples.subarray(0, 12)), first);
    assertEquals(recordMillivolts(set, 0)[0], Math.fround(-0.119));
  },
);

testWithData(
  "loadPtbXl: at 500 Hz only 16 records are there, the rest is listed",
  "ptb-xl",
  async (data) => {
    await withFolder(async (cache) => {
      const set = await loadPtbXl(data, { cache, samplingRate: 500 });
      assertEquals(set.ids.length, 16);
      assertEquals([set.signalLength, set.samples.length], [5000, 16 * 5000 * 12]);
      assertEquals(set.quarantined.length, 1484);
      assertStringIncludes(set.quarantined[0].reason, "_hr.hea: the file is missing");
      assertStringIncludes(
        describeRecordSet(set).join("\n"),
        "Left out 1,484 of 1,500 records, damaged or missing:",
      );
      // Each row is the record of its id, to the last sample, in its own scale.
      set.ids.forEach((id, row) => {
        const path = `records500/00000/${String(id).padStart(5, "0")}_hr`;
        const millivolts = recordMillivolts(set, row);
        readRecordSync(`${data}/${path}`).signals.forEach((signal, lead) => {
          const values = physicalValues(signal);
          for (const t of [0, 1234, 4999]) {
            assertEquals(millivolts[12 * t + lead], Math.fround(values[t]), `${path}, ${t}`);
          }
        });
      });
      const again = await watchReading((watch) =>
        loadPtbXl(data, { cache, samplingRate: 500, ...watch })
      );
      assertEquals(again, { set, read: false });
    });
  },
);

Deno.test("loadPtbXl: without any record at 500 Hz, says how to bring them", () =>
  withSmallCohort(async (root) => {
    const error = await rejectsUserError(
      () => loadPtbXl(root, { ...NO_CACHE, samplingRate: 500 }),
    );
    assertStringIncludes(adviceFor(error)!, 'task fetch-ptbxl --resolution 500"');
  }));

Deno.test("loadPtbXl: samples, labels, ids, patients and folds stand in the order of the table", () =>
  withSmallCohort(async (root) => {
    const set = await loadPtbXl(root, NO_CACHE);
    assertEquals(Array.from(set.ids), SMALL_RECORDS.map(({ id }) => id));
    assertEquals(Array.from(set.patients), SMALL_RECORDS.map(({ patient }) => patient));
    assertEquals(Array.from(set.folds), SMALL_RECORDS.map(({ fold }) => fold));
    assertEquals(Array.from(set.labels), [
      ...[1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0],
      ...[0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0],
    ]);
    SMALL_RECORDS.forEach(({ id }, row) => {
      assertEquals(set.samples[(row * 1000 + 321) * 12 + 9], smallValue(id, 321, 9));
    });
    assertEquals(set.millivoltsPerUnit, 0.001);
    assertEquals(set.synthetic, false);
    assertEquals(set.source, `PTB-XL (6 records, ${root})`);
  }));

Deno.test("loadPtbXl: a damaged, truncated or missing record is left out and listed", () =>
  withSmallCohort(async (root) => {
    Deno.truncateSync(`${root}/${smallFile(2)}.dat`, 23998);
    flipBits(`${root}/${smallFile(5)}.dat`, 1000, 4);
    Deno.removeSync(`${root}/${smallFile(8)}.dat`);
    const set = await loadPtbXl(root, NO_CACHE);
    assertEquals(Array.from(set.ids), [1, 7, 9]);
    assertEquals(Array.from(set.labels), [1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0]);
    assertEquals(set.samples[(2 * 1000 + 4) * 12], smallValue(9, 4, 0));
    assertEquals(set.samples.length, 3 * 12000);
    const out = set.quarantined.map(({ id, file }) => [id, file]);
    assertEquals(out, [2, 5, 8].map((id) => [id, smallFile(id)]));
    const [truncated, changed, missing] = set.quarantined.map(({ reason }) => reason);
    assertMatch(truncated, /00002_lr.dat: the file is truncated.*it has 23998/);
    assertStringIncludes(changed, "has checksum");
    assertStringIncludes(missing, "00008_lr.dat: the file is missing");
    const summary = describeRecordSet(set).join("\n");
    assertStringIncludes(summary, "Left out 3 of 6 records, damaged or missing:");
    assertStringIncludes(summary, `${smallFile(5)}: `);
    const strict = { ...NO_CACHE, strict: true };
    await rejectsUserError(() => loadPtbXl(root, strict), "Cannot read record 2: ");
  }));

Deno.test("loadPtbXl: shorter records are padded and counted, longer ones are cut", async () => {
  const records: SmallRecord[] = [
    { id: 1, patient: 1, fold: 1, codes: "{}", length: 900 },
    { id: 2, patient: 2, fold: 1, codes: "{}", length: 1100 },
  ];
  await withSmallCohort(async (root) => {
    const set = await loadPtbXl(root, NO_CACHE);
    assertEquals(set.padded, 1);
    assertEquals(set.samples[899 * 12 + 11], smallValue(1, 899, 11));
    assert(set.samples.subarray(900 * 12, 1000 * 12).every((value) => value === 0));
    assertEquals(set.samples[(1000 + 999) * 12], smallValue(2, 999, 0));
    const short = await loadPtbXl(root, { ...NO_CACHE, signalLength: 250 });
    assertEquals(short.samples.length, 2 * 250 * 12);
    assertEquals(short.padded, 0);
  }, records);
});

Deno.test("loadPtbXl: says what is wrong with the folder or its tables", async () => {
  await rejectsUserError(() => loadPtbXl("/no/such", NO_CACHE), "there is no such folder");
  const fails = (message: string, damage: (root: string) => void) =>
    withSmallCohort(async (root) => {
      damage(root);
      await rejectsUserError(() => loadPtbXl(root, NO_CACHE), message);
    });
  const edit = (name: string, from: string, to: string) => (root: string) =>
    editText(`${root}/${name}`, from, to);
  const table = "ptbxl_database.csv";
  const remove = (name: string) => (root: string) =>
    Deno.removeSync(`${root}/${name}`, { recursive: true });
  await fails("ptbxl_database.csv: the file is missing", remove(table));
  await fails("scp_statements.csv: the file is missing", remove("scp_statements.csv"));
  await fails("Cannot read any of the 6 records", remove("records100"));
  await fails('column "scp_codes" is missing', edit(table, "scp_codes", "codes"));
  await fails('ecg_id 2: SCP code "XYZ"', edit(table, "'IMI'", "'XYZ'"));
  await fails("it is not valid CSV", edit(table, "{'SR': 0.0}\"", "{'SR': 0.0}"));
});

Deno.test("loadPtbXl: refuses a rate or a length that makes no sense", async () => {
  const rate = 250 as 100;
  await rejectsUserError(() => loadPtbXl("/x", { samplingRate: rate }), "give 100 or 500");
  await rejectsUserError(() => loadPtbXl("/x", { signalLength: 0 }), "at least 1");
});
