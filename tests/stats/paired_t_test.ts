import { assertEquals, assertThrows } from "@std/assert";
import { pairedT } from "../../src/stats/paired_t.ts";
import { pairedDifferences } from "../../src/stats/samples.ts";
import { assertAllAgree, cases } from "./significance_fixture.ts";

Deno.test("t, p, interval and d agree with SciPy", () => {
  for (const { a, b, ...expected } of cases("paired")) {
    const { t, pValue: p, low, high, cohensDz: dz } = pairedT(pairedDifferences(a, b));
    assertAllAgree({ t, p, low, high, dz }, expected, `n = ${a.length}`);
  }
});

Deno.test("differences without spread", () => {
  const same = pairedT([0, 0, 0]);
  assertEquals([same.t, same.pValue, same.cohensDz, same.low, same.high], [0, 1, 0, 0, 0]);
  const constant = pairedT([-0.1, -0.1, -0.1]);
  assertEquals([constant.t, constant.pValue, constant.cohensDz], [-Infinity, 0, -Infinity]);
  assertEquals([constant.standardDeviation, constant.low, constant.high], [0, -0.1, -0.1]);
});

Deno.test("too few, not finite", () => {
  assertThrows(() => pairedT([1]), RangeError, "need 2 or more");
  assertThrows(() => pairedT([1, Infinity]), RangeError, "value 1 is Infinity");
});
