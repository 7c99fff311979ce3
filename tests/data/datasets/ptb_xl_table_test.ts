import { assert, assertEquals } from "@std/assert";
import { parsePtbXlTable } from "../../../src/data/datasets/ptb_xl_table.ts";
import { assertUserError } from "../../support/user_errors.ts";

const HEADER = "ecg_id,patient_id,age,sex,scp_codes,strat_fold,filename_lr,filename_hr";
const ROW = `1,15709.0,56.0,1,"{'SR': 0.0}",3,records100/00000/00001_lr,records500/00000/00001_hr`;

Deno.test("parsePtbXlTable: takes the file of the wanted rate", () => {
  const [low] = parsePtbXlTable(`${HEADER}\n${ROW}\n`, 100);
  const [high] = parsePtbXlTable(`${HEADER}\n${ROW}\n`, 500);
  assertEquals(low.file, "records100/00000/00001_lr");
  assertEquals(high.file, "records500/00000/00001_hr");
  assertEquals([low.id, low.patient, low.age, low.sex, low.fold], [1, 15709, 56, 1, 3]);
  assertEquals([...low.codes.keys()], ["SR"]);
});

Deno.test("parsePtbXlTable: columns may stand in any order, others are passed over", () => {
  const [row] = parsePtbXlTable(
    `filename_lr,report,strat_fold,scp_codes,patient_id,ecg_id\nr/7_lr,"a\nb",10,{},2.0,7\n`,
    100,
  );
  assertEquals([row.id, row.patient, row.fold, row.file], [7, 2, 10, "r/7_lr"]);
  assert(Number.isNaN(row.age) && Number.isNaN(row.sex));
});

Deno.test("parsePtbXlTable: names a missing column", () => {
  for (const column of ["ecg_id", "patient_id", "scp_codes", "strat_fold", "filename_lr"]) {
    const header = HEADER.split(",").map((name) => name === column ? "other" : name).join(",");
    assertUserError(
      () => parsePtbXlTable(`${header}\n${ROW}\n`, 100),
      `column "${column}" is missing`,
    );
  }
  assertUserError(() => parsePtbXlTable("", 100), 'column "ecg_id" is missing');
});

Deno.test("parsePtbXlTable: names the record whose field is not valid", () => {
  const cases: [string, string, string][] = [
    [",3,", ",11,", "ecg_id 1: strat_fold needs a whole number from 1 to 10"],
    [",3,", ",,", "ecg_id 1: strat_fold needs"],
    ["15709.0", "", "ecg_id 1: patient_id needs"],
    ["1,15709", "x,15709", "ecg_id x: ecg_id needs"],
    ["{'SR': 0.0}", "SR", "scp_codes of t.csv, ecg_id 1"],
    ["records100/00000/00001_lr", "", "ecg_id 1: the file name is empty"],
  ];
  for (const [from, to, message] of cases) {
    const text = `${HEADER}\n${ROW.replace(from, to)}\n`;
    assertUserError(() => parsePtbXlTable(text, 100, "t.csv"), message);
  }
  assertUserError(() => parsePtbXlTable(`${HEADER}\n${ROW}\n${ROW}\n`, 100), "appears twice");
  assertUserError(() => parsePtbXlTable(`${HEADER}\n`, 100), "it lists no records");
});
