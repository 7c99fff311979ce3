import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  CLASS_WEIGHT_METHODS,
  classWeights,
  countPositives,
  effectiveNumbers,
  effectiveNumberWeights,
  positiveWeights,
} from "../../src/losses/class_weights.ts";

/** Positives in PTB-XL 1.0.3, folds 1–8: NORM, MI, STTC, HYP, CD. */
const counts = [7596, 4379, 4186, 2119, 3907];

function assertClose(actual: Float64Array, expected: number[], tolerance: number) {
  expected.forEach((value, c) => assertAlmostEquals(actual[c], value, tolerance));
}

Deno.test("class weights: published values for PTB-XL", () => {
  // Printed to 5 (weights) and 1 (effective numbers) decimals.
  assertClose(classWeights(counts), [0.49612, 0.86059, 0.90027, 1.77845, 0.96456], 5.1e-6);
  assertClose(effectiveNumbers(counts), [5321.6, 3546.2, 3420.5, 1909.6, 3234.3], 0.051);
  // The published ones raise a float32 β to the n-th power: β is off by 3e-8, the weights by 2e-5.
  assertClose(
    effectiveNumberWeights(counts),
    [0.58904, 0.88392, 0.91642, 1.64144, 0.96917],
    3e-5,
  );
});

Deno.test("class weights: every method sums to C and favors rare classes", () => {
  for (const method of CLASS_WEIGHT_METHODS) {
    const weights = classWeights([10, 1000, 100], method);
    assertAlmostEquals(weights.reduce((sum, w) => sum + w, 0), 3, 1e-12);
    assert(weights[0] > weights[2] && weights[2] > weights[1], method);
  }
  const [a, b] = classWeights([100, 10_000], "sqrt_inverse");
  assertAlmostEquals(a / b, 10, 1e-6);
  const [c, d] = classWeights([98, 9998], "log_inverse");
  assertAlmostEquals(c / d, 2, 1e-12);
});

Deno.test("class weights: an absent class counts as one positive, nothing is NaN", () => {
  for (const method of CLASS_WEIGHT_METHODS) {
    assertEquals(classWeights([0, 50], method), classWeights([1, 50], method));
  }
  assertEquals(effectiveNumberWeights([0, 50]), effectiveNumberWeights([1, 50]));
  assertAlmostEquals(effectiveNumbers([0])[0], 1, 1e-12);
  assertEquals([...positiveWeights([0, 25], 100)], [99, 3]);
});

Deno.test("class weights: the limits of β", () => {
  assertEquals([...effectiveNumberWeights([3, 300], 0)], [1, 1]);
  assertClose(
    effectiveNumberWeights([3, 300], 1 - 1e-9),
    [...classWeights([3, 300])],
    1e-6,
  );
  assertThrows(() => effectiveNumbers([3], 1), RangeError, "β must be in [0, 1)");
});

Deno.test("class weights: counts from labels", () => {
  assertEquals([...countPositives(Uint8Array.of(1, 0, 1, 1, 0, 0), 2)], [2, 1]);
  assertThrows(() => countPositives([1, 0, 1], 2), RangeError, "rows of 2 classes");
  assertThrows(() => classWeights([-1]), RangeError, "Not a count");
});
