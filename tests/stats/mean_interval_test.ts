import { assertAlmostEquals, assertEquals } from "@std/assert";
import { meanInterval } from "../../src/stats/mean_interval.ts";

Deno.test("mean and t interval of ten seeds", () => {
  const seeds = [0.8712, 0.8734, 0.8698, 0.8751, 0.8689, 0.8725, 0.8741, 0.8703, 0.8719, 0.8705];
  const { n, mean, standardDeviation, low, high } = meanInterval(seeds);
  assertEquals(n, 10);
  assertAlmostEquals(mean, 0.87177, 1e-15);
  assertAlmostEquals(standardDeviation, 0.001998360439071093, 1e-15);
  // scipy.stats.t.ppf(0.975, 9) = 2.2621571627409915; the library keeps 1e-10 of it.
  const half = 2.2621571627409915 * 0.001998360439071093 / Math.sqrt(10);
  assertAlmostEquals(low, mean - half, 1e-12);
  assertAlmostEquals(high, mean + half, 1e-12);
});

Deno.test("mean interval of too few values", () => {
  assertEquals(meanInterval([0.5]), {
    n: 1,
    mean: 0.5,
    standardDeviation: NaN,
    low: NaN,
    high: NaN,
  });
  assertEquals(meanInterval([NaN]).n, 0);
  assertEquals(meanInterval([]).mean, NaN);
  assertEquals(meanInterval([1, NaN, 1]).standardDeviation, 0);
});
