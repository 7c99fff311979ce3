import { assertEquals } from "@std/assert";
import { AAMI_CLASSES, aamiClass, countBeats } from "../../../src/data/datasets/aami_classes.ts";
import { readAnnotationsSync } from "../../../src/data/files/wfdb/annotations.ts";
import { testWithData } from "../../support/shared_data.ts";

Deno.test("aamiClass() maps every beat of the published table and nothing else", () => {
  const printable = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i));
  const symbolsOf = (name: string | undefined) =>
    printable.filter((symbol) => aamiClass(symbol) === name).sort().join("");
  assertEquals(AAMI_CLASSES.map(symbolsOf), ["BLNRejn", "AJSa", "EVr", "F", "/?Qf"]);
  assertEquals(aamiClass(""), undefined);
  assertEquals(aamiClass("[15]"), undefined);
});

testWithData("countBeats(): record 100 has the published numbers", "mitdb", (data) => {
  const { annotations } = readAnnotationsSync(`${data}/100.atr`);
  assertEquals(countBeats(annotations), { N: 2239, S: 33, V: 1, F: 0, Q: 0 });
});
