/** Words that were quoted come back. */

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { quote } from "../../src/text/shell_words.ts";
import { shellWords } from "../support/shell_words.ts";

Deno.test("words come back from a quoted line, whatever is in them", () =>
  fc.assert(fc.property(
    fc.array(fc.string({ unit: "binary" })),
    (words) => assertEquals(shellWords(words.map(quote).join(" ")), words),
  )));

Deno.test("blanks part words, quotes and backslashes protect them", () => {
  assertEquals(shellWords("  a  b\tc\n"), ["a", "b", "c"]);
  assertEquals(shellWords(`--out='a b'/c\\ d ''`), ["--out=a b/c d", ""]);
  assertEquals(shellWords(""), []);
});
