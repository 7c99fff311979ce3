import { assertEquals } from "@std/assert";
import { parseSums } from "../../../src/data/download/sums.ts";
import { assertUserError } from "../../support/user_errors.ts";

Deno.test("parseSums() reads sha256sum's formats and refuses names that lead out", () => {
  const sum = "AB".repeat(32);
  assertEquals(parseSums(`${sum} a b.txt\n${sum} *x/y\r\n\n${sum}  ./z`, "list"), [
    { name: "a b.txt", sum: sum.toLowerCase() },
    { name: "x/y", sum: sum.toLowerCase() },
    { name: "z", sum: sum.toLowerCase() },
  ]);
  for (const name of ["../x", "a/../../x", "/etc/passwd", "C:\\x", "a\\b", "a//b", "x\u0000y"]) {
    assertUserError(() => parseSums(`${sum} ${name}\n`, "list"), "line 1");
  }
  assertUserError(() => parseSums(`${sum.slice(1)} a\n`, "list"), "line 1");
  assertUserError(() => parseSums("\n", "list"), "no files");
});
