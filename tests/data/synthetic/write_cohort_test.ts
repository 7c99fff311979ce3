import { assert, assertEquals, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import { UserError } from "../../../src/errors.ts";
import { loadPtbXl } from "../../../src/data/datasets/ptb_xl.ts";
import { parseScpCodes } from "../../../src/data/datasets/scp_codes.ts";
import { parseCsv } from "../../../src/data/files/csv.ts";
import { synthesizeCohort } from "../../../src/data/synthetic/cohort.ts";
import { DATABASE_COLUMNS, STATEMENT_COLUMNS } from "../../../src/data/synthetic/database_row.ts";
import { STATEMENTS } from "../../../src/data/synthetic/statements.ts";
import { SYNTHETIC_MARKER } from "../../../src/data/datasets/ptb_xl.ts";
import { writeCohort } from "../../../src/data/synthetic/write_cohort.ts";
import { withFolder } from "../files/record_files.ts";
import { testWithData } from "../../support/shared_data.ts";

/** All files below a folder with their SHA-256, by name. */
function listing(folder: string, below = ""): Map<string, string> {
  const files = new Map<string, string>();
  for (const { name, isDirectory } of Deno.readDirSync(`${folder}/${below}`)) {
    const path = below + name;
    if (isDirectory) { for (const [k, v] of listing(folder, `${path}/`)) files.set(k, v); }
    else {
      files.set(
        path,
        createHash("sha256").update(Deno.readFileSync(`${folder}/${path}`)).digest("hex"),
      );
    }
  }
  return files;
}

Deno.test("writeCohort() writes what loadPtbXl() reads, the same as in memory", () =>
  withFolder(async (root) => {
    const destination = `${root}/deep/cohort`;
    let last = 0;
    const written = await writeCohort({
      destination,
      records: 40,
      seed: 9,
      onProgress: (done) => last = done,
    });
    assertEquals([written.records, last], [40, 40]);
    // strict: any checksum or initial value that does not match throws.
    const read = await loadPtbXl(destination, { cache: false, strict: true });
    const made = synthesizeCohort({ records: 40, seed: 9 });
    assertEquals(read.samples, made.samples);
    assertEquals(read.labels, made.labels);
    assertEquals(read.folds, made.folds);
    assertEquals(read.patients, made.patients);
    assertEquals(read.ids, made.ids);
    assertEquals(read.padded, 0);

    const sums = Deno.readTextFileSync(`${destination}/SHA256SUMS.txt`).trimEnd().split("\n")
      .map((line) => line.split(" "));
    const files = listing(destination);
    files.delete("SHA256SUMS.txt");
    assertEquals(new Map(sums.map(([sum, name]) => [name, sum])), files);
    assertEquals(
      Deno.readTextFileSync(`${destination}/RECORDS`).trimEnd().split("\n").length,
      40,
    );
    assertEquals(
      written.bytes,
      [...listing(destination).keys()].reduce(
        (sum, name) => sum + Deno.statSync(`${destination}/${name}`).size,
        0,
      ),
    );
  }));

Deno.test("writeCohort() is byte-identical for one seed", () =>
  withFolder(async (root) => {
    for (const [name, seed] of [["a", 1], ["b", 1], ["c", 2]] as const) {
      await writeCohort({ destination: `${root}/${name}`, records: 12, seed });
    }
    assertEquals(listing(`${root}/a`), listing(`${root}/b`));
    assert(
      listing(`${root}/a`).get("SHA256SUMS.txt") !== listing(`${root}/c`).get("SHA256SUMS.txt"),
    );
  }));

Deno.test("writeCohort() replaces its own cohort, records of a larger one included", () =>
  withFolder(async (root) => {
    await writeCohort({ destination: root, records: 9, seed: 1 });
    await writeCohort({ destination: root, records: 4, seed: 1 });
    assertEquals([...listing(`${root}/records100`).keys()].length, 8);
    assertEquals((await loadPtbXl(root, { cache: false })).ids.length, 4);
  }));

Deno.test("writeCohort() leaves another data set alone", () =>
  withFolder(async (root) => {
    await Deno.writeTextFile(`${root}/ptbxl_database.csv`, "precious");
    const error = await assertRejects(
      () => writeCohort({ destination: root, records: 2, seed: 1 }),
      UserError,
    );
    assert(error.message.includes("another data set"), error.message);
    assertEquals(await Deno.readTextFile(`${root}/ptbxl_database.csv`), "precious");
    assertEquals([...Deno.readDirSync(root)].length, 1);
  }));

Deno.test("writeCohort() names a folder that it cannot make", () =>
  withFolder(async (root) => {
    await Deno.writeTextFile(`${root}/file`, "");
    const error = await assertRejects(
      () => writeCohort({ destination: `${root}/file/cohort`, records: 2, seed: 1 }),
      UserError,
    );
    assert(error.message.includes(`${root}/file/cohort`), error.message);
    await assertRejects(
      () => writeCohort({ destination: `${root}/x`, records: 0, seed: 1 }),
      RangeError,
    );
  }));

Deno.test("writeCohort() stopped half-way leaves no table, and can start again", () =>
  withFolder(async (root) => {
    const controller = new AbortController();
    await assertRejects(
      () =>
        writeCohort({
          destination: root,
          records: 20,
          seed: 1,
          signal: controller.signal,
          onProgress: (done) => done === 5 && controller.abort(new Error("enough")),
        }),
      Error,
      "enough",
    );
    assert(![...Deno.readDirSync(root)].some((entry) => entry.name === "ptbxl_database.csv"));
    await writeCohort({ destination: root, records: 3, seed: 1 });
    assertEquals((await loadPtbXl(root, { cache: false, strict: true })).ids.length, 3);
  }));

Deno.test("ptbxl_database.csv has plausible, consistent rows", () =>
  withFolder(async (root) => {
    await writeCohort({ destination: root, records: 150, seed: 4 });
    assert(Deno.readTextFileSync(`${root}/${SYNTHETIC_MARKER}`).includes("No person"));
    const [header, ...rows] = parseCsv(
      Deno.readTextFileSync(`${root}/ptbxl_database.csv`),
      "table",
    );
    assertEquals(header, DATABASE_COLUMNS);
    assertEquals(rows.length, 150);
    const cell = (row: string[], name: string) => row[header.indexOf(name)];
    const rhythms = new Set(STATEMENTS.filter((s) => s.rhythm).map((s) => s.code));
    for (const row of rows) {
      assertEquals(row.length, DATABASE_COLUMNS.length);
      const codes = parseScpCodes(cell(row, "scp_codes"), "row");
      for (const code of codes.keys()) {
        assert(STATEMENTS.some((s) => s.code === code), `${code} is not in the statements`);
      }
      assertEquals([...codes.keys()].filter((code) => rhythms.has(code)).length, 1);
      const age = Number(cell(row, "age"));
      assert((age >= 18 && age <= 89) || age === 300, `age ${age}`);
      assert(["0", "1"].includes(cell(row, "sex")));
    }
  }));

testWithData("tables have PTB-XL's columns and superclasses", "ptb-xl", (real) => {
  const inOrder = (columns: readonly string[], own: readonly string[]) =>
    assertEquals(columns.filter((name) => own.includes(name)), own);
  inOrder(
    parseCsv(Deno.readTextFileSync(`${real}/ptbxl_database.csv`), "table")[0],
    DATABASE_COLUMNS,
  );
  const published = parseCsv(Deno.readTextFileSync(`${real}/scp_statements.csv`), "table");
  inOrder(published[0], STATEMENT_COLUMNS);
  for (const { code, diagnostic, form, rhythm } of STATEMENTS) {
    const row = published.find((r) => r[0] === code);
    assert(row !== undefined, `${code} is no statement of PTB-XL`);
    assertEquals(
      [row[2] === "1.0", row[3] === "1.0", row[4] === "1.0", row[5], row[6]],
      [
        diagnostic !== undefined,
        form === true,
        rhythm === true,
        diagnostic?.[0] ?? "",
        diagnostic?.[1] ?? "",
      ],
      code,
    );
  }
});
