import { assertEquals, assertThrows } from "@std/assert";
import { parseSums } from "../../../src/data/download/sums.ts";
import { UserError } from "../../../src/errors.ts";

Deno.test("parseSums() reads sha256sum's formats and refuses names that lead out", () => {
  const sum = "AB".repeat(32);
  assertEquals(parseSums(`${sum} a b.txt\n${sum} *x/y\r\n\n${sum}  ./z`, "list"), [
    { name: "a b.txt", sum: sum.toLowerCase() },
    { name: "x/y", sum: sum.toLowerCase() },
    { name: "z", sum: sum.toLowerCase() },
  ]);
  for (const name of ["../x", "a/../../x", "/etc/passwd", "C:\\x", "a\\b", "a//b", "x\u0000y"]) {
    assertThrows(() => parseSums(`${sum} ${name}\n`, "list"), UserError, "line 1");
  }
  assertThrows(() => parseSums(`${sum.slice(1)} a\n`, "list"), UserError, "line 1");
  assertThrows(() => parseSums("\n", "list"), UserError, "no files");
});
