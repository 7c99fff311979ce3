import { assertEquals, assertThrows } from "@std/assert";
import { welchT, welchTFromSummaries } from "../../src/stats/welch_t.ts";
import { mean, sampleVariance } from "../../src/stats/descriptive.ts";
import { assertAllAgree, cases } from "./significance_fixture.ts";

Deno.test("t, degrees of freedom, p and interval agree with SciPy, also from summaries", () => {
  for (const { a, b, ...expected } of cases("welch")) {
    const [first, second] = [a, b].map((values: number[]) => ({
      mean: mean(values),
      standardDeviation: Math.sqrt(sampleVariance(values)),
      n: values.length,
    }));
    for (const found of [welchT(a, b), welchTFromSummaries(first, second)]) {
      const { t, degreesOfFreedom: df, pValue: p, low, high } = found;
      assertAllAgree({ t, df, p, low, high }, expected, `${a.length} and ${b.length}`);
    }
  }
});

Deno.test("groups without spread", () => {
  const same = welchT([0.5, 0.5], [0.5, 0.5, 0.5]);
  assertEquals([same.t, same.pValue, same.low, same.high], [0, 1, 0, 0]);
  const apart = welchT([1, 1], [0.5, 0.5]);
  assertEquals([apart.t, apart.pValue, apart.low, apart.high], [Infinity, 0, 0.5, 0.5]);
  assertEquals(welchT([1, 1], [0, 1]).degreesOfFreedom, 1, "spread in one group only");
});

Deno.test("what cannot be compared", () => {
  const group = { mean: 1, standardDeviation: 1, n: 5 };
  assertThrows(() => welchT([1], [1, 2]), RangeError, "need 2 or more");
  assertThrows(() => welchT([1, 2], [1, NaN]), RangeError, "value 1 is NaN");
  assertThrows(() => welchTFromSummaries({ ...group, n: 1 }, group), RangeError, "groups of 1");
  for (const standardDeviation of [-1, NaN, Infinity]) {
    assertThrows(() => welchTFromSummaries(group, { ...group, standardDeviation }), RangeError);
  }
});
