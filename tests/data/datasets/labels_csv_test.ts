import { assertEquals, assertStringIncludes } from "@std/assert";
import { loadLabelsCsv } from "../../../src/data/datasets/labels_csv.ts";
import { describeRecordSet } from "../../../src/data/signals/record_set.ts";
import { testWithData } from "../../support/shared_data.ts";
import { watchReading, waveAt, waveCsv, withFolder, writeWave } from "../files/record_files.ts";
import { rejectsUserError } from "../../support/user_errors.ts";

const SHAPE = { samplingRate: 100, signalLength: 200, cache: false } as const;
const TABLE = "path,fold,AF\na,1,1\nsub/b.csv,9,0\nsub/c.hea,10,1\n";

/** Two WFDB records and a table at three rates, and the table of labels. */
function writeOwnData(root: string): void {
  Deno.mkdirSync(`${root}/sub`);
  writeWave(root, "a", 100, 250);
  Deno.writeTextFileSync(`${root}/sub/b.csv`, waveCsv(250, 500));
  writeWave(`${root}/sub`, "c", 500, 500);
  Deno.writeTextFileSync(`${root}/my.csv`, TABLE);
}

Deno.test("loadLabelsCsv: reads every format and rate into one set", () =>
  withFolder(async (root) => {
    writeOwnData(root);
    const set = await loadLabelsCsv(`${root}/my.csv`, { ...SHAPE, sourceRate: 250 });
    assertEquals(set.classNames, ["AF"]);
    assertEquals([...set.labels], [1, 0, 1]);
    assertEquals([...set.folds], [1, 9, 10]);
    assertEquals(set.files, ["a", "sub/b.csv", "sub/c.hea"]);
    assertEquals([set.resampled, set.padded], [2, 1]);
    for (const [row, t] of [[0, 150], [1, 150], [2, 50]]) {
      // The filter's ripple of 1e-4 and two roundings.
      const difference = set.samples[(row * 200 + t) * 12 + 8] - waveAt(t / 100, 8);
      assertEquals(Math.abs(difference) <= (row === 0 ? 0 : 2), true, `row ${row}: ${difference}`);
    }
    assertEquals(describeRecordSet(set).slice(0, 2), [
      `Own data (3 records, ${root}/my.csv), 200 samples at 100 Hz`,
      "Classes: AF 2, none 1",
    ]);
  }));

Deno.test("loadLabelsCsv: the table may lie elsewhere", () =>
  withFolder(async (root) => {
    writeOwnData(root);
    Deno.mkdirSync(`${root}/tables`);
    Deno.renameSync(`${root}/my.csv`, `${root}/tables/my.csv`);
    const options = { ...SHAPE, sourceRate: 250 };
    const set = await loadLabelsCsv(`${root}/tables/my.csv`, { ...options, root });
    assertEquals(set.ids.length, 3);
    await rejectsUserError(
      () => loadLabelsCsv(`${root}/tables/my.csv`, options),
      `Correct the paths in ${root}/tables/my.csv, which are relative to ${root}/tables`,
    );
  }));

Deno.test("loadLabelsCsv: leaves damaged records out, but not all of a class", () =>
  withFolder(async (root) => {
    writeOwnData(root);
    Deno.truncateSync(`${root}/sub/c.dat`, 100);
    const path = `${root}/my.csv`;
    const options = { ...SHAPE, sourceRate: 250 };
    const set = await loadLabelsCsv(path, options);
    assertEquals([...set.ids], [1, 2]);
    assertEquals(set.quarantined.map(({ id, file }) => [id, file]), [[3, "sub/c.hea"]]);
    assertStringIncludes(set.quarantined[0].reason, "c.dat: the file is truncated");
    await rejectsUserError(() => loadLabelsCsv(path, { ...options, strict: true }), "record 3");
    Deno.writeTextFileSync(path, TABLE.replace("a,1,1", "a,1,0"));
    await rejectsUserError(() => loadLabelsCsv(path, options), "all records of class AF");
    // Without a rate the table of samples cannot be read, the others can.
    Deno.writeTextFileSync(path, TABLE);
    const { quarantined } = await loadLabelsCsv(path, SHAPE);
    assertStringIncludes(quarantined[0].reason, "sub/b.csv: its sampling rate is not known");
  }));

Deno.test("loadLabelsCsv: the cache keeps classes and paths, and notices changes", () =>
  withFolder((cache) =>
    withFolder(async (root) => {
      writeOwnData(root);
      const path = `${root}/my.csv`;
      const load = (options = {}) =>
        watchReading((watch) =>
          loadLabelsCsv(path, { ...SHAPE, sourceRate: 250, cache, ...watch, ...options })
        );
      const first = await load();
      assertEquals(first.read, true);
      assertEquals(await load(), { set: first.set, read: false });
      assertEquals((await load({ units: "uV" })).read, true);
      assertEquals((await load({ resample: false })).set.ids.length, 1);
      Deno.writeTextFileSync(path, TABLE.replace("fold,AF", "fold,Flutter"));
      assertEquals((await load()).set.classNames, ["Flutter"]);
      Deno.writeTextFileSync(`${root}/sub/b.csv`, waveCsv(250, 400));
      assertEquals((await load()).set.padded, 2);
    })
  ));

Deno.test("loadLabelsCsv: names a table that is not there", () =>
  withFolder(async (root) => {
    await rejectsUserError(
      () => loadLabelsCsv(`${root}/none.csv`, SHAPE),
      `Cannot read ${root}/none.csv: the file is missing`,
    );
    await rejectsUserError(() => loadLabelsCsv(`${root}/no/my.csv`, SHAPE), "no such folder");
  }));

testWithData(
  "loadLabelsCsv: challenge records with classes from their headers",
  "challenge-2021",
  (data) =>
    withFolder(async (folder) => {
      const sinus = ["A0002", "E00001", "E00002", "E00003", "HR00001", "HR00002", "HR00003"];
      const rows = [...sinus, "A0001", "A0003", "JS00001", "Q0001"].map((name) =>
        `${name}.mat,${Number(sinus.includes(name))}`
      );
      Deno.writeTextFileSync(`${folder}/my.csv`, `path,SR\n${rows.join("\n")}\n`);
      const set = await loadLabelsCsv(`${folder}/my.csv`, {
        root: data,
        cache: false,
        strict: true,
      });
      assertEquals([set.ids.length, set.resampled, set.signalLength], [11, 11, 1000]);
      assertEquals(new Set(set.folds).size, 10);
    }),
);
