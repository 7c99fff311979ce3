import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseScpCodes } from "../../../src/data/datasets/scp_codes.ts";
import { allowUserError, assertUserError } from "../../support/user_errors.ts";

Deno.test("parseScpCodes: reads published cells", () => {
  assertEquals([...parseScpCodes("{'NORM': 100.0, 'LVOLT': 0.0, 'SR': 0.0}")], [
    ["NORM", 100],
    ["LVOLT", 0],
    ["SR", 0],
  ]);
  assertEquals([...parseScpCodes("{'LAO/LAE': 15, 'PRC(S)': 0.0,}").keys()], ["LAO/LAE", "PRC(S)"]);
  assertEquals([...parseScpCodes(' { "1AVB" : 1e2 } ')], [["1AVB", 100]]);
  assertEquals(parseScpCodes("{}").size, 0);
});

Deno.test("parseScpCodes: refuses anything else and names the record", () => {
  const cells = ["", "NORM", "['NORM']", "{'NORM'}", "{'NORM': }", "{'NORM': 'x'}", "{,}"]
    .concat(["{'NORM': 1 'SR': 2}", "{'NORM': 1,, 'SR': 2}", "{NORM: 1}", "{'NORM': nan}"]);
  for (const cell of cells) {
    assertUserError(() => parseScpCodes(cell, "ecg_id 17"), "scp_codes of ecg_id 17");
  }
});

Deno.test("parseScpCodes: any text gives a map or a UserError", () => {
  const part = fc.constantFrom("{", "}", "'", '"', ":", ",", "NORM", "1.0", " ", "\\", "\n");
  const text = fc.oneof(fc.array(part).map((parts) => parts.join("")), fc.string());
  fc.assert(
    fc.property(text, (cell) => {
      allowUserError(() => {
        assert(parseScpCodes(cell) instanceof Map);
      });
    }),
    { numRuns: 1000, seed: 6 },
  );
});

Deno.test("parseScpCodes: writes and reads back any dictionary", () => {
  const code = fc.stringMatching(/^[A-Z0-9_/()]{1,8}$/);
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(code, fc.nat(100)), { selector: ([key]) => key }),
      (codes) => {
        const cell = `{${codes.map(([key, value]) => `'${key}': ${value}.0`).join(", ")}}`;
        assertEquals([...parseScpCodes(cell)], codes);
      },
    ),
    { numRuns: 200, seed: 7 },
  );
});
