import { assert, assertEquals, assertThrows } from "@std/assert";
import { bootstrapMeanDifference } from "../../src/stats/bootstrap_seeds.ts";
import { mean, sampleVariance } from "../../src/stats/descriptive.ts";

const gains = [0.012, 0.004, 0.009, -0.003, 0.011, 0.007, 0.001, 0.008, 0.005, 0.006];

Deno.test("the interval has the width of the mean's plug-in standard error", () => {
  const [low, high] = bootstrapMeanDifference(gains, undefined, { seed: 1 });
  // Ten values: the bootstrap distribution is near to normal with variance s² (n − 1) / n².
  const expected = 2 * 1.96 * Math.sqrt(sampleVariance(gains) * 9) / 10;
  assert(Math.abs((high - low) / expected - 1) < 0.05, `${high - low}, expected ${expected}`);
  assert(low < mean(gains) && mean(gains) < high);
  assertEquals(bootstrapMeanDifference(gains, undefined, { seed: 1 }), [low, high]);
});

Deno.test("two groups are drawn apart: their variances add up", () => {
  const others = gains.map((value) => 0.5 - 2 * value);
  const [low, high] = bootstrapMeanDifference(gains, others, { seed: 1 });
  const variance = (values: number[]) => sampleVariance(values) * 9 / 100;
  const expected = 2 * 1.96 * Math.sqrt(variance(gains) + variance(others));
  assert(Math.abs((high - low) / expected - 1) < 0.05);
  const difference = mean(gains) - mean(others);
  assert(low < difference && difference < high);
});

Deno.test("equal values, too few, options", () => {
  assertEquals(bootstrapMeanDifference([0.1, 0.1, 0.1]), [0.1, 0.1]);
  assertThrows(() => bootstrapMeanDifference([1]), RangeError, "need 2 or more");
  assertThrows(() => bootstrapMeanDifference([1, 2], [NaN, 1]), RangeError, "value 0 is NaN");
  assertThrows(() => bootstrapMeanDifference(gains, gains, { resamples: 0 }), RangeError);
});
