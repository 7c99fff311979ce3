import { assertEquals, assertThrows } from "@std/assert";
import { mean, sampleVariance } from "../../src/stats/descriptive.ts";
import { pairedDifferences } from "../../src/stats/samples.ts";

Deno.test("equal values have their own mean and no variance, to the bit", () => {
  const values = Array(7).fill(0.1); // whose plain sum is 0.7 - 1e-16
  assertEquals([mean(values), sampleVariance(values)], [0.1, 0]);
  assertEquals([mean([]), sampleVariance([1])], [NaN, NaN]);
  assertEquals([mean([1, 2, 6]), sampleVariance([1, 2, 6])], [3, 7]);
});

Deno.test("paired differences of decimals are the decimals a person would write", () => {
  const a = [0.8712, 0.8752, 0.3, 1, 0.1 + 0.2];
  const b = [0.87, 0.874, 0.2, 0.9, 0.3];
  assertEquals([...pairedDifferences(a, b)], [0.0012, 0.0012, 0.1, 0.1, 0]);
  assertEquals([...pairedDifferences([0, 0], [0, 0])], [0, 0]);
  // At other scales: thirteen digits of the largest score.
  assertEquals([...pairedDifferences([3e12], [1e12])], [2e12]);
  assertEquals([...pairedDifferences([3e20], [1e20])], [2e20]);
  assertEquals([...pairedDifferences([3e-9, 5e-9], [2e-9, 4e-9])], [1e-9, 1e-9]);
  assertEquals([...pairedDifferences([3e-200], [1e-200])], [3e-200 - 1e-200]);
});

Deno.test("what cannot be paired", () => {
  assertThrows(() => pairedDifferences([1], [1, 2]), RangeError, "Cannot pair 1 values with 2");
  assertThrows(() => pairedDifferences([1], [NaN]), RangeError, "value 0 is NaN");
});
