import { assertEquals, assertThrows } from "@std/assert";
import { renderSettings, renderTable } from "../../src/text/table.ts";
import { displayWidth, truncate, wrap } from "../../src/text/width.ts";

Deno.test("table: numbers right, words left, wide characters counted", () => {
  assertEquals(
    renderTable(["class", "n", "AUROC"], [["NORM", "1,200", "0.931"], ["心", "7", "n/a"]]),
    [
      "class      n  AUROC",
      "─────  ─────  ─────",
      "NORM   1,200  0.931",
      "心         7    n/a",
    ].join("\n"),
  );
  assertThrows(() => renderTable(["a", "b"], [["1"]]), RangeError, "1 cells");
});

Deno.test("table: settings align, skip what is undefined, wrap", () => {
  assertEquals(
    renderSettings([["Seed", 42], ["Nothing", undefined], [
      "Records",
      "one two three four five six",
    ]], 30),
    ["Seed     42", "Records  one two three four", "         five six"].join("\n"),
  );
});

Deno.test("width: widths of marks, colors and East Asian text", () => {
  assertEquals(displayWidth("\x1b[31mred\x1b[0m"), 3);
  assertEquals(displayWidth("e\u0301"), 1);
  assertEquals(displayWidth("±µ→"), 3);
  assertEquals(displayWidth("心電図"), 6);
  assertEquals(truncate("心電図", 5), "心電…");
  assertEquals(truncate("abc", 3), "abc");
  assertEquals(truncate("abc", 0), "");
  assertEquals(wrap("a bb  ccc\nd", 4), ["a bb", "ccc", "d"]);
  assertEquals(wrap("a longer/word b", 4), ["a", "longer/word", "b"]);
  assertEquals(wrap("", 4), [""]);
});
