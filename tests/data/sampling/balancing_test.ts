import { assertAlmostEquals, assertEquals } from "@std/assert";
import { classFrequencies, oversamplingWeights } from "../../../src/data/sampling/balancing.ts";

Deno.test("oversamplingWeights: the rarest class of a record decides; none is never favored", () => {
  // Class 0: four records (0-3), class 1: two (3, 4), no class: record 5.
  const labels = [1, 0, 1, 0, 1, 0, 1, 1, 0, 1, 0, 0];
  const weights = oversamplingWeights([0, 1, 2, 3, 4, 5], labels, 2);
  const relative = [1 / 4, 1 / 4, 1 / 4, 1 / 2, 1 / 2, 1 / 4];
  const sum = relative.reduce((a, b) => a + b);
  // Float64 rounding of one division and six additions.
  relative.forEach((weight, i) => assertAlmostEquals(weights[i], weight / sum, 1e-15));
});

Deno.test("oversamplingWeights: disjoint classes get equal shares", () => {
  const labels: number[] = [];
  for (let i = 0; i < 100; i++) labels.push(+(i < 80), +(i >= 80 && i < 98), +(i >= 98));
  const indices = Array.from({ length: 100 }, (_, i) => i);
  const weights = oversamplingWeights(indices, labels, 3);
  for (const [from, to] of [[0, 80], [80, 98], [98, 100]]) {
    // Sum of up to 80 float64 numbers.
    assertAlmostEquals(weights.subarray(from, to).reduce((a, b) => a + b, 0), 1 / 3, 1e-13);
  }
});

Deno.test("oversamplingWeights: records without any class at all weigh the same", () => {
  assertEquals(Array.from(oversamplingWeights([0, 1], [0, 0], 1)), [0.5, 0.5]);
  assertEquals(oversamplingWeights([], [], 5).length, 0);
});

Deno.test("classFrequencies: counts before and after, with shares and a line for none", () => {
  const table = classFrequencies({
    indices: [0, 1, 2, 3],
    order: [1, 1, 2, 3],
    labels: [1, 0, 1, 1, 0, 1, 0, 0],
    classNames: ["NORM", "MI"],
  });
  assertEquals(table, [
    { className: "NORM", before: 2, after: 2, shareBefore: 0.5, shareAfter: 0.5 },
    { className: "MI", before: 2, after: 3, shareBefore: 0.5, shareAfter: 0.75 },
    { className: "none", before: 1, after: 1, shareBefore: 0.25, shareAfter: 0.25 },
  ]);
});
