import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { fitStandardization, standardize } from "../../src/estimators/standardization.ts";

Deno.test("standardize(): mean 0 and deviation 1 on the fitted rows, the same map on others", () => {
  const features = [1, 100, 2, 300, 6, 200];
  const fitted = fitStandardization(features, 2);
  assertEquals([...fitted.mean], [3, 200]);
  assertAlmostEquals(fitted.deviation[0], Math.sqrt(14 / 3), 1e-15); // (4 + 1 + 9) / 3
  const scaled = standardize(features, fitted);
  for (const column of [0, 1]) {
    const values = [0, 1, 2].map((row) => scaled[2 * row + column]);
    assertAlmostEquals(values.reduce((a, b) => a + b), 0, 1e-15);
    assertAlmostEquals(values.reduce((a, b) => a + b * b, 0) / 3, 1, 1e-15);
  }
  assertAlmostEquals(standardize([3, 400], fitted)[1], 200 / Math.sqrt(20000 / 3), 1e-14);
});

Deno.test("standardize(): constants become 0, also where their mean is rounded", () => {
  for (const value of [0, 0.1, -1e9]) {
    const features = new Array<number>(7).fill(value);
    const scaled = standardize(features, fitStandardization(features, 1));
    scaled.forEach((x) => assertAlmostEquals(x, 0, 1e-6 * Math.max(1, Math.abs(value) * 1e-9)));
  }
});

Deno.test("fitStandardization() refuses what are no rows", () => {
  assertThrows(() => fitStandardization([1, 2, 3], 2), RangeError, "3 features: need rows of 2");
  assertThrows(() => fitStandardization([], 2), RangeError, "rows of 2");
});
