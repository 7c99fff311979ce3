import { assertEquals } from "@std/assert";
import { parseCsv } from "../../../src/data/files/csv.ts";
import { assertUserError } from "../../support/user_errors.ts";

Deno.test("parseCsv: quotes, line ends, byte order mark and blank lines", () => {
  assertEquals(parseCsv('\uFEFFa,b\r\n\r\n1,"2\n""3"""\n\n', "a.csv"), [["a", "b"], [
    "1",
    '2\n"3"',
  ]]);
  assertEquals(parseCsv("", "a.csv"), []);
});

Deno.test("parseCsv: broken quoting is a UserError", () => {
  assertUserError(() => parseCsv('a,b\n"1,2\n', "a.csv"), "a.csv: it is not valid CSV");
});
