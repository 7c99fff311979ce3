import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { auroc } from "../../src/metrics/ranking.ts";
import { rocCurve } from "../../src/metrics/roc_curve.ts";
import { CounterRandom, Stream } from "../../src/random/philox.ts";

Deno.test("rocCurve(): thresholds from the top, equal scores at once", () => {
  const { falsePositiveRate, truePositiveRate } = rocCurve(
    [1, 1, 0, 1, 0, 0, 1, 0],
    [0.9, 0.8, 0.8, 0.7, 0.5, 0.4, 0.4, 0.1],
  )!;
  // 0.9: (0, 1); 0.8: (1, 2); 0.7: (1, 3); 0.5: (2, 3); 0.4: (3, 4); 0.1: (4, 4), of 4 and 4.
  assertEquals(falsePositiveRate, [0, 0, 1 / 4, 1 / 4, 2 / 4, 3 / 4, 1]);
  assertEquals(truePositiveRate, [0, 1 / 4, 2 / 4, 3 / 4, 3 / 4, 1, 1]);
});

Deno.test("rocCurve(): points between two others on a line are left out", () => {
  const { falsePositiveRate, truePositiveRate } = rocCurve(
    [1, 1, 1, 0, 0, 1, 0],
    [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3],
  )!;
  assertEquals(falsePositiveRate, [0, 0, 2 / 3, 2 / 3, 1]);
  assertEquals(truePositiveRate, [0, 3 / 4, 3 / 4, 1, 1]);
});

Deno.test("rocCurve(): the area under it is AUROC", () => {
  const random = new CounterRandom(2, Stream.synthetic);
  const labels = Array.from({ length: 500 }, () => random.uniform() < 0.3 ? 1 : 0);
  // One decimal, so that there are ties.
  const scores = labels.map((label) => Math.round(10 * (random.normal() + label)) / 10);
  const { falsePositiveRate: x, truePositiveRate: y } = rocCurve(labels, scores)!;
  let area = 0;
  for (let i = 1; i < x.length; i++) area += (x[i] - x[i - 1]) * (y[i] + y[i - 1]) / 2;
  assertAlmostEquals(area, auroc(labels, scores), 1e-12); // rounding of some hundred sums
  assert(x.length < new Set(scores).size + 1, "fewer corners than thresholds");
});

Deno.test("rocCurve(): one label value has no curve, bad input is refused", () => {
  assertEquals(rocCurve([1, 1], [0.2, 0.3]), undefined);
  assertEquals(rocCurve([0], [0.2]), undefined);
  assertEquals(rocCurve([], []), undefined);
  assertThrows(() => rocCurve([1, 0], [0.2]), RangeError, "1 scores");
  assertThrows(() => rocCurve([1, 0], [0.2, NaN]), RangeError, "NaN");
});
