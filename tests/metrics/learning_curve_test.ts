/** Curves whose answer is known: lines, exponentials, a loss that turns, values that are missing. */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { lastQuarter, lateFall, overfittingGap } from "../../src/metrics/learning_curve.ts";

const range = (n: number, value: (i: number) => number) =>
  Array.from({ length: n }, (_, i) => value(i));

Deno.test("the last quarter is a quarter, at least one epoch", () => {
  assertEquals([1, 2, 4, 5, 6, 20, 30].map(lastQuarter), [1, 1, 1, 1, 2, 5, 8]);
});

Deno.test("late fall: a line, a loss that has settled, one that rises, too few epochs", () => {
  // From 20 to 1: quarters of five differ by 5, the first epoch lies 17 above the last quarter's mean.
  assertAlmostEquals(lateFall(range(20, (i) => 20 - i)), 5 / 17, 1e-12);
  // Three time constants before the last quarter: e^-3 is left.
  assert(lateFall(range(20, (i) => Math.exp(-i / 3))) < 0.05);
  assert(lateFall(range(20, (i) => Math.exp(-i / 20))) > 0.2);
  assert(lateFall([4, 2, 1, 1.5]) < 0);
  assertEquals(lateFall([3, 2, 1]), NaN);
  assertEquals(lateFall([1, 2, 3, 4]), NaN);
});

Deno.test("over-fitting: nothing where both curves fall, the gap where they part", () => {
  const falling = range(8, (i) => 1 / (1 + i));
  const fine = overfittingGap({
    training: falling,
    validation: falling,
    auroc: falling.map((x) => -x),
  });
  assertEquals([fine.lowestLossEpoch, fine.bestAurocEpoch], [8, 8]);
  // The mean of the last two epochs stands against the last one.
  assertAlmostEquals(fine.validationLossRise, (1 / 7 + 1 / 8) / 2 / (1 / 8) - 1, 1e-12);
  const apart = overfittingGap({
    training: falling,
    validation: range(8, (i) => 1 + (i - 2) ** 2),
    auroc: range(8, (i) => 0.9 - 0.01 * Math.abs(i - 3)),
  });
  assertEquals([apart.lowestLossEpoch, apart.bestAurocEpoch], [3, 4]);
  assertAlmostEquals(apart.validationLossRise, (17 + 26) / 2 - 1, 1e-12);
  assertAlmostEquals(apart.trainingLossFall, 1 - (1 / 7 + 1 / 8) / 2 / (1 / 3), 1e-12);
  assertAlmostEquals(apart.aurocFall, 0.035, 1e-12);
});

Deno.test("over-fitting: an AUROC that is nowhere defined leaves the losses", () => {
  const gap = overfittingGap({ training: [2, 1], validation: [1, 2], auroc: [NaN, NaN] });
  assertEquals([gap.bestAurocEpoch, gap.aurocFall], [NaN, NaN]);
  assertEquals(gap.validationLossRise, 1);
  const some = overfittingGap({ training: [2, 1], validation: [1, 2], auroc: [NaN, 0.7] });
  assertEquals([some.bestAurocEpoch, some.aurocFall], [2, 0]);
});
