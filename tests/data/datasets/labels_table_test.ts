import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseLabelsTable } from "../../../src/data/datasets/labels_table.ts";
import { allowUserError, assertUserError } from "../../support/user_errors.ts";

const FULL = `path,ecg_id,patient,fold,AF,Old MI
r/a.hea,10,7,1,1,0
r/b,12,7,1,0.0,1.0
c.csv,11,3,10,0,0
`;

Deno.test("parseLabelsTable: takes paths, ids, patients, folds and any classes", () => {
  const { rows, labels, classNames } = parseLabelsTable(FULL, "my.csv", 42);
  assertEquals(classNames, ["AF", "Old MI"]);
  assertEquals([...labels], [1, 0, 0, 1, 0, 0]);
  assertEquals(rows, [
    { id: 10, patient: 7, fold: 1, file: "r/a.hea" },
    { id: 12, patient: 7, fold: 1, file: "r/b" },
    { id: 11, patient: 3, fold: 10, file: "c.csv" },
  ]);
});

Deno.test("parseLabelsTable: fills in what is not there", () => {
  const lines = Array.from({ length: 30 }, (_, i) => `r${i},${Number(i % 3 === 0)}`);
  const { rows, classNames } = parseLabelsTable(`path,X\r\n${lines.join("\r\n")}`, "my.csv", 42);
  assertEquals(classNames, ["X"]);
  assertEquals(rows.map(({ id }) => id), lines.map((_, i) => i + 1));
  assertEquals(rows.map(({ patient }) => patient), lines.map((_, i) => i + 1));
  for (let fold = 1; fold <= 10; fold++) {
    const members = rows.flatMap((row, i) => row.fold === fold ? [i] : []);
    assertEquals([members.length, members.filter((i) => i % 3 === 0).length], [3, 1]);
  }
  const other = parseLabelsTable(`path,X\n${lines.join("\n")}`, "my.csv", 43);
  assert(other.rows.some(({ fold }, i) => fold !== rows[i].fold));
});

Deno.test("parseLabelsTable: patients may be words; they stay in one fold", () => {
  const lines = Array.from({ length: 40 }, (_, i) => `r${i},P-${i >> 1},1`);
  const { rows } = parseLabelsTable(`path,patient,X\n${lines.join("\n")}\n`, "my.csv", 42);
  assertEquals(rows[0].patient, 1);
  assertEquals(rows[39].patient, 20);
  for (let i = 0; i < 40; i += 2) assertEquals(rows[i].fold, rows[i + 1].fold);
});

Deno.test("parseLabelsTable: says what is wrong, by row and column", () => {
  const fails = (text: string, message: string) =>
    assertUserError(() => parseLabelsTable(text, "my.csv", 42), message);
  const change = (from: string, to: string) => FULL.replace(from, to);
  fails("", "Cannot read my.csv: the table is empty");
  fails("path,X\n", "it lists no records");
  fails("path,patient\na,1\n", "it has no label column");
  fails("file,X\na,1\n", 'column "path" is missing; it has file, X');
  fails(FULL.replaceAll(",", ";"), "its cells are not separated by commas");
  fails(",path,X\n0,a,1\n", "column 1 has no name. Write the table without row numbers");
  fails("path,X,X\na,1,1\n", "column X is there twice");
  fails(change("7,1,0.0", "7,1"), "row 2 has 5 cells, the row of names has 6");
  fails(change("0.0", "2"), 'row 2, column AF: a label is 0 or 1, got "2"');
  fails(change("0.0", "yes"), 'row 2, column AF: a label is 0 or 1, got "yes"');
  fails(change("0.0", ""), 'row 2, column AF: a label is 0 or 1, got ""');
  fails(change("1.0", "0"), "no record has class Old MI");
  fails(change("r/b", "r/a"), "rows 1 and 2 name the same path, r/a");
  fails(change("r/b", "./r//a.dat"), "rows 1 and 2 name the same path");
  fails(change("r/b", ""), "row 2: the path is empty");
  fails(change("r/b", "/data/b"), "row 2: path /data/b leads out of the folder");
  fails(change("r/b", "r/../../b"), "row 2: path r/../../b leads out of the folder");
  fails(change("r/b", "C:\\b"), "leads out of the folder");
  fails(change("12", "10"), "row 2: ecg_id 10 appears twice");
  fails(change("12", "1.5"), 'row 2: ecg_id needs a whole number, got "1.5"');
  fails(change("3,10", ",10"), "row 3: the patient is empty");
  fails(change("3,10", "3,11"), 'row 3: fold needs a whole number from 1 to 10, got "11"');
  fails(change("7,1,0.0", "7,9,0.0"), "patient 7 has records in folds 1 and 9 (rows 1 and 2)");
});

Deno.test("parseLabelsTable: any text gives a table or a UserError", () => {
  const part = fc.oneof(
    fc.constantFrom(...["path", "fold", "patient", "X", "a", "b/c", "0", "1", '"']),
    fc.constantFrom(",", "\n"),
    fc.constantFrom("\na,1", "\nb,0", "\nc,p,1", "\nd,p,0"),
    fc.string({ maxLength: 4 }),
  );
  const header = fc.constantFrom("", "path,X\na,1", "path,patient,X\na,p,1");
  const text = fc.tuple(header, fc.array(part, { maxLength: 12 })).map(([names, parts]) =>
    names + parts.join("")
  );
  let parsed = 0;
  fc.assert(
    fc.property(text, (text) => {
      allowUserError(() => {
        const { rows, labels, classNames } = parseLabelsTable(text, "my.csv", 1);
        assert(rows.length > 0 && classNames.length > 0);
        assertEquals(labels.length, rows.length * classNames.length);
        assert(rows.every(({ fold }) => fold >= 1 && fold <= 10));
        parsed++;
      });
    }),
    { numRuns: 1000, seed: 1 },
  );
  assert(parsed > 0, "some of the texts are tables");
});
