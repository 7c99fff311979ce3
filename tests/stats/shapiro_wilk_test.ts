import { assert, assertEquals, assertThrows } from "@std/assert";
import { shapiroWilk } from "../../src/stats/shapiro_wilk.ts";
import { assertAgrees, cases } from "./significance_fixture.ts";

Deno.test("W and p agree with SciPy for 3 to 50 values", () => {
  for (const { x, w, p } of cases("shapiro")) {
    const result = shapiroWilk(x);
    assertAgrees(result.w, w, `W of ${x}`);
    // W of three values is 0.75 at least; there p is 0, but for rounding.
    if (p < 1e-12) assert(result.pValue < 1e-12, `p of ${x}`);
    else assertAgrees(result.pValue, p, `p of ${x}`);
  }
});

Deno.test("equal values speak neither for nor against", () => {
  assertEquals(shapiroWilk([0.87, 0.87, 0.87]), { w: 1, pValue: 1 });
});

Deno.test("too few, too many, not finite", () => {
  assertThrows(() => shapiroWilk([1, 2]), RangeError, "got 2 values, need 3 or more");
  assertThrows(() => shapiroWilk([1, NaN, 2]), RangeError, "value 1 is NaN");
  assertThrows(() => shapiroWilk(new Float64Array(5001)), RangeError, "3 to 5000");
});
