import { assertEquals } from "@std/assert";
import { decimal } from "../../src/text/decimal.ts";

Deno.test("decimal: all of the text or nothing", () => {
  assertEquals(["0", "-1.50", "+.5", "3.", "2e-3"].map(decimal), [0, -1.5, 0.5, 3, 0.002]);
  for (const text of ["", " 1", "0x1f", "Infinity", "NaN", "1,5", "1e999", "--1"]) {
    assertEquals(decimal(text), undefined, text);
  }
  assertEquals(decimal(undefined), undefined);
});
