import { assert, assertEquals } from "@std/assert";
import {
  MIT_BIH_DS1,
  MIT_BIH_DS2,
  MIT_BIH_PACED,
  MIT_BIH_RECORDS,
  MIT_BIH_VALIDATION,
  mitBihFold,
  mitBihPart,
  mitBihSubject,
} from "../../../src/data/datasets/mit_bih_split.ts";

Deno.test("the split covers the 48 records once", () => {
  assertEquals([MIT_BIH_DS1.length, MIT_BIH_DS2.length, MIT_BIH_PACED.length], [22, 22, 4]);
  assertEquals(new Set(MIT_BIH_RECORDS).size, 48);
  assertEquals(new Set(MIT_BIH_RECORDS.map(mitBihSubject)).size, 47);
});

Deno.test("no subject is in two parts, and parts are whole records of DS1 and DS2", () => {
  const partOf = new Map<number, string>();
  for (const record of MIT_BIH_RECORDS) {
    const part = mitBihPart(record);
    if (part === "unused") continue;
    const subject = mitBihSubject(record);
    assertEquals(partOf.get(subject) ?? part, part, `subject ${subject}`);
    partOf.set(subject, part);
    assert((part === "test" ? MIT_BIH_DS2 : MIT_BIH_DS1).includes(record), `${record}`);
  }
  const recordsOf = (part: string) => MIT_BIH_RECORDS.filter((r) => mitBihPart(r) === part);
  assertEquals(recordsOf("unused").join(), "102,104,107,201,217");
  assertEquals(recordsOf("test"), [...MIT_BIH_DS2].sort());
  assertEquals(recordsOf("validation"), MIT_BIH_VALIDATION);
});

Deno.test("folds: training two by two in 1 to 8, validation 9, test 10, none for the rest", () => {
  const counts = new Array<number>(11).fill(0);
  for (const record of MIT_BIH_RECORDS) counts[mitBihFold(record)]++;
  assertEquals(counts, [5, 2, 2, 2, 2, 2, 2, 2, 2, 5, 22]);
  assertEquals(mitBihFold(999), 0);
});
