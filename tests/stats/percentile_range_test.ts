import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  expectedPercentileHalfWidth,
  expectedStandardDeviation,
} from "../../src/stats/percentile_range.ts";
import { assertAgrees, cases } from "./significance_fixture.ts";

Deno.test("the half-width agrees with integration over SciPy's beta distribution", () => {
  for (const { n, half } of cases("percentile_range")) {
    assertAgrees(expectedPercentileHalfWidth(n), half, `n = ${n}`);
  }
});

Deno.test("the standard deviation of few values is too small on average", () => {
  // Two values: their SD is |a − b| / √2, with mean √(2/π).
  assertAlmostEquals(expectedStandardDeviation(2), Math.sqrt(2 / Math.PI), 1e-14);
  const ten = expectedPercentileHalfWidth(10) / expectedStandardDeviation(10, "n");
  assertEquals(ten.toFixed(2), "1.54");
});

Deno.test("what has no percentiles", () => {
  assertThrows(() => expectedPercentileHalfWidth(1), RangeError, "1 values");
});
