/** The figures published for the reference system, and what follows from them. */

import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  examineInterval,
  examineSingleRuns,
  singleRunGains,
  summaryTestRange,
} from "../../src/stats/published_figures.ts";

const simclr = { mean: 0.8717, standardDeviation: 0.0032, n: 10 };
const supervised = { mean: 0.8699, standardDeviation: 0.0034, n: 10 };
const fixed = (values: readonly number[], decimals: number) =>
  values.map((value) => value.toFixed(decimals));

Deno.test("the gain in F1 is relative; in points it is another number", () => {
  const gains = singleRunGains({ f1_macro: 0.6448, auroc_macro: 0.87 }, { f1_macro: 0.575 });
  assertEquals(gains.length, 1, "metrics that both have");
  assertEquals(fixed([gains[0].percent, gains[0].points], 2), ["12.14", "6.98"]);
});

Deno.test("the printed interval is as wide as a percentile range of ten seeds", () => {
  const found = examineInterval({ ...simclr, interval: [0.8671, 0.8763] });
  assertAlmostEquals(found.halfWidth, 0.0046, 1e-12);
  assertAlmostEquals(found.halfWidthInDeviations, 1.4375, 1e-9);
  assertEquals(found.expected["t interval of the mean"].toFixed(4), "0.0023");
  assertEquals(found.expected["normal interval of the mean"].toFixed(4), "0.0020");
  assertEquals(found.expected["normal range of the seeds"].toFixed(4), "0.0063");
  assertEquals(fixed(found.tInterval, 4), ["0.8694", "0.8740"]);
  assertEquals(found.percentileInDeviations[1].toFixed(2), "1.54");
  assertEquals(found.fits, "percentile range of the seeds");
});

Deno.test("each kind of interval is recognized", () => {
  for (
    const [half, kind] of [
      [2.262 / Math.sqrt(10), "t interval of the mean"],
      [1.96 / Math.sqrt(10), "normal interval of the mean"],
      [1.5, "percentile range of the seeds"],
      [1.96, "normal range of the seeds"],
    ] as const
  ) {
    const interval = [5 - half, 5 + half] as const;
    assertEquals(examineInterval({ mean: 5, standardDeviation: 1, n: 10, interval }).fits, kind);
  }
  assertThrows(() => examineInterval(simclr), RangeError, "need its ends");
  const flat = { ...simclr, standardDeviation: 0, interval: [0, 1] as const };
  assertThrows(() => examineInterval(flat), RangeError, "standard deviation above 0");
});

Deno.test("single runs: the same number as the mean, and 2.7 SD below the own mean", () => {
  const [same] = examineSingleRuns({
    seeds: { auroc_macro: simclr },
    singleRun: { auroc_macro: 0.8717, f1_macro: 0.6448 },
  }, 4);
  assertEquals([same.same, same.deviations], [true, 0]);
  // 0.0001 times the density 1 / (√(2π) · 0.0032 · √1.1).
  assertAlmostEquals(same.chanceOfSame, 1e-4 / (Math.sqrt(2.2 * Math.PI) * 0.0032), 1e-12);
  const [far] = examineSingleRuns({
    seeds: { auroc_macro: supervised },
    singleRun: { auroc_macro: 0.8606 },
  }, 4);
  assertEquals([far.same, far.deviations.toFixed(1)], [false, "-2.7"]);
});

Deno.test("Welch's test of the summaries, for both readings of SD", () => {
  const { t, pValue, cohensD } = summaryTestRange(simclr, supervised);
  assertEquals(fixed(t, 2), ["1.16", "1.22"]);
  assertEquals(fixed(pValue, 2), ["0.26", "0.24"]);
  assertEquals(fixed(cohensD, 2), ["0.52", "0.55"]);
});
