import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  pairedTPower,
  smallestDetectableDifference,
} from "../../src/stats/detectable_difference.ts";
import { assertAgrees, cases } from "./significance_fixture.ts";

Deno.test("power and smallest difference agree with SciPy's noncentral t", () => {
  for (const { n, alpha, smallest, effect, power } of cases("power")) {
    assertAgrees(pairedTPower(effect, n, alpha), power, `power, n = ${n}`);
    const found = smallestDetectableDifference({ n, alpha, standardDeviation: 0.01 });
    assertAgrees(found, 0.01 * smallest, `difference, n = ${n}`);
  }
});

Deno.test("without an effect power is alpha; a large one is found, whatever its sign", () => {
  for (const n of [2, 10, 1000]) {
    for (const alpha of [0.05, 1e-4]) {
      // The quantile of the library has a relative error of up to 1e-9 or so.
      assertAlmostEquals(pairedTPower(0, n, alpha), alpha, 1e-8);
    }
    assertAlmostEquals(pairedTPower(-500, n), 1, 1e-9);
  }
  assertAgrees(pairedTPower(-0.7, 8), pairedTPower(0.7, 8), "sign");
});

Deno.test("smaller with more seeds, 0 without spread, errors", () => {
  const smallest = (n: number, standardDeviation = 1) =>
    smallestDetectableDifference({ n, standardDeviation });
  assert(smallest(3) > smallest(5) && smallest(5) > smallest(10));
  assertEquals(smallest(10, 0), 0);
  assertThrows(() => smallest(1), RangeError, "1 pairs");
  assertThrows(() => smallest(5, NaN), RangeError, "standard deviation NaN");
  assertThrows(() => pairedTPower(NaN, 5), RangeError, "effect NaN");
  const unwise = { n: 5, standardDeviation: 1, alpha: 0.9 };
  assertThrows(() => smallestDetectableDifference(unwise), RangeError, "power 0.8");
});
