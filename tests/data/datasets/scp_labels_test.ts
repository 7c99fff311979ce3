import { assertEquals } from "@std/assert";
import { parsePtbXlTable } from "../../../src/data/datasets/ptb_xl_table.ts";
import { countClasses } from "../../../src/data/signals/record_set.ts";
import { parseScpStatements, superclassesOf } from "../../../src/data/datasets/scp_labels.ts";
import { splitByFolds } from "../../../src/data/sampling/splits.ts";
import { testWithData } from "../../support/shared_data.ts";
import { assertUserError } from "../../support/user_errors.ts";

testWithData("scp_statements.csv: 71 statements, 44 of them diagnostic", "ptb-xl", (data) => {
  const statements = parseScpStatements(Deno.readTextFileSync(`${data}/scp_statements.csv`));
  assertEquals(statements.size, 71);
  const members = [0, 1, 2, 3, 4].map((c) =>
    [...statements.values()].filter((v) => v === c).length
  );
  assertEquals(members, [1, 14, 13, 5, 11]); // NORM, MI, STTC, HYP, CD
  assertEquals(statements.get("LAO/LAE"), 3);
  assertEquals(statements.get("SR"), -1);
});

testWithData(
  "class counts of all 21,799 records are the published ones",
  "ptb-xl-metadata",
  (data) => {
    const rows = parsePtbXlTable(Deno.readTextFileSync(`${data}/ptbxl_database.csv`), 100);
    const statements = parseScpStatements(Deno.readTextFileSync(`${data}/scp_statements.csv`));
    const labels = new Float32Array(rows.length * 5);
    rows.forEach(({ codes }, i) => {
      for (const c of superclassesOf(codes.keys(), statements, "a record")) labels[5 * i + c] = 1;
    });
    assertEquals(countClasses(labels, 5), [9514, 5469, 5235, 2649, 4898, 411]);
    const split = splitByFolds({
      folds: Uint8Array.from(rows, (row) => row.fold),
      patients: Int32Array.from(rows, (row) => row.patient),
    });
    assertEquals(countClasses(labels, 5, split.train), [7596, 4379, 4186, 2119, 3907, 334]);
    assertEquals(countClasses(labels, 5, split.validation), [955, 540, 528, 268, 495, 37]);
    assertEquals(countClasses(labels, 5, split.test), [963, 550, 521, 262, 496, 40]);
  },
);

const STATEMENTS = parseScpStatements(
  ',description,diagnostic,diagnostic_class\nNORM,"normal, ECG",1.0,NORM\nIMI,,1,MI\nSR,,,\n',
);

Deno.test("superclassesOf: any diagnostic statement counts, rhythm alone gives none", () => {
  const classes = (...codes: string[]) => superclassesOf(codes, STATEMENTS, "ecg_id 42");
  assertEquals(classes("SR", "IMI", "NORM", "IMI"), [0, 1]);
  assertEquals(classes("SR"), []);
  assertUserError(() => classes("SR", "QQQ"), 'Cannot label ecg_id 42: SCP code "QQQ"');
});

Deno.test("parseScpStatements: names a missing column and a class that is not one", () => {
  assertUserError(
    () => parseScpStatements(",diagnostic\nNORM,1\n"),
    'column "diagnostic_class" is missing',
  );
  assertUserError(
    () => parseScpStatements(",diagnostic,diagnostic_class\nNORM,1.0,NOPE\n"),
    'its class "NOPE"',
  );
  assertUserError(() => parseScpStatements(""), "is missing");
});
