import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { multilabelMetrics, perClassMetrics } from "../../src/metrics/multilabel_metrics.ts";
import { auroc, averagePrecision, rank, rankingScores } from "../../src/metrics/ranking.ts";
import { inRepository } from "../support/paths.ts";

/** Sums of a few hundred float64 terms: some 1e-14 of rounding, 1e-12 leaves room. */
const ROUNDING = 1e-12;

Deno.test("multilabelMetrics() gives the golden values", () => {
  // B = 6, C = 5; logit = 2 sin(1.3 i + 0.7 c + 0.2), target = 1 when (5 i + 3 c) mod 4 = 0.
  const labels: number[] = [];
  const probabilities: number[] = [];
  for (let i = 0; i < 6; i++) {
    for (let c = 0; c < 5; c++) {
      labels.push((5 * i + 3 * c) % 4 === 0 ? 1 : 0);
      probabilities.push(1 / (1 + Math.exp(-2 * Math.sin(1.3 * i + 0.7 * c + 0.2))));
    }
  }
  const metrics = multilabelMetrics(labels, probabilities, { classes: 5 });
  assertEquals(Object.keys(metrics), [
    "f1_macro",
    "auroc_macro",
    "sensitivity_micro",
    "specificity_micro",
  ]);
  assertAlmostEquals(metrics.f1_macro, 0.38666666666666666, ROUNDING);
  assertAlmostEquals(metrics.auroc_macro, 0.505, ROUNDING);
  assertAlmostEquals(metrics.sensitivity_micro, 0.6249999992187499, ROUNDING);
  assertAlmostEquals(metrics.specificity_micro, 0.45454545433884297, ROUNDING);
});

Deno.test("all metrics agree with scikit-learn, ties included", () => {
  const expected = JSON.parse(
    Deno.readTextFileSync(inRepository("tests/fixtures/metrics/metrics.json")),
  );
  const { classes, labels, scores } = expected;
  const overall = multilabelMetrics(labels, scores, { classes });
  assertAlmostEquals(overall.f1_macro, expected.f1_macro, ROUNDING);
  assertAlmostEquals(overall.auroc_macro, expected.auroc_macro, ROUNDING);
  // The documented 1e-8 in the divisor, over at least 100 cells, shifts by less than 1e-10.
  assertAlmostEquals(overall.sensitivity_micro, expected.sensitivity_micro, 1e-10);
  assertAlmostEquals(overall.specificity_micro, expected.specificity_micro, 1e-10);
  perClassMetrics(labels, scores, { classes }).forEach((metrics, k) => {
    assertAlmostEquals(metrics.auroc, expected.auroc[k], ROUNDING);
    assertAlmostEquals(metrics.auprc, expected.auprc[k], ROUNDING);
    assertAlmostEquals(metrics.f1, expected.f1[k], ROUNDING);
    assertAlmostEquals(metrics.sensitivity, expected.sensitivity[k], ROUNDING);
    assertAlmostEquals(metrics.specificity, expected.specificity[k], ROUNDING);
  });
});

Deno.test("a probability equal to the threshold predicts the class", () => {
  const at = (threshold: number) =>
    multilabelMetrics([1, 0], [0.5, 0.4], { classes: 1, threshold }).f1_macro;
  assertEquals(at(0.5), 1);
  assertEquals(at(0.51), 0);
  assertAlmostEquals(at(0.4), 2 / 3, ROUNDING);
});

Deno.test("classes with one label value are left out of AUROC and count 0 in F1", () => {
  const labels = [1, 0, 0, 0, 1, 0];
  const probabilities = [0.9, 0.1, 0.2, 0.2, 0.8, 0.1];
  const metrics = multilabelMetrics(labels, probabilities, { classes: 2 });
  assertEquals(metrics.auroc_macro, 1);
  assertEquals(metrics.f1_macro, 0.5);
  const [, empty] = perClassMetrics(labels, probabilities, { classes: 2 });
  assertEquals(empty, {
    auroc: NaN,
    auprc: NaN,
    f1: NaN,
    sensitivity: NaN,
    specificity: 1,
    support: 0,
  });
  const [full] = perClassMetrics([1, 1], [0.2, 0.7], { classes: 1 });
  assertEquals([full.sensitivity, full.specificity], [0.5, NaN]);
  assertEquals(multilabelMetrics([1, 1], [0.2, 0.3], { classes: 1 }).auroc_macro, NaN);
});

Deno.test("metrics refuse what they cannot measure", () => {
  const attempt = (labels: number[], probabilities: number[], classes: number) => () =>
    multilabelMetrics(labels, probabilities, { classes });
  assertThrows(attempt([0, 1], [0.5], 1), RangeError, "2 labels and 1 probabilities");
  assertThrows(attempt([0, 1, 1], [0, 0, 0], 2), RangeError, "no rows of 2 classes");
  assertThrows(attempt([], [], 2), RangeError, "no rows");
  assertThrows(attempt([0, 1], [0.5, NaN], 1), RangeError, "record 1, class 0 is NaN");
  assertThrows(attempt([0, 2], [0.5, 0.5], 1), RangeError, "is 2, need 0 or 1");
  assertThrows(attempt([0, NaN], [0.5, 0.5], 1), RangeError, "is NaN, need 0 or 1");
  assertThrows(attempt([0, 1], [0, 0], 0), RangeError, "0 classes");
  assertThrows(() => auroc([0, 1], [NaN, 1]), RangeError, "NaN");
  assertThrows(() => auroc([0], [0, 1]), RangeError, "1 labels");
});

const cases = fc.array(fc.tuple(fc.constantFrom(0, 1), fc.integer({ min: -3, max: 3 })), {
  minLength: 1,
  maxLength: 40,
});

Deno.test("auroc() is the share of ordered pairs", () => {
  fc.assert(fc.property(cases, (records) => {
    let won = 0;
    let pairs = 0;
    for (const [label, score] of records) {
      for (const [other, otherScore] of records) {
        if (label !== 1 || other !== 0) continue;
        pairs++;
        won += score > otherScore ? 1 : score === otherScore ? 0.5 : 0;
      }
    }
    const found = auroc(records.map(([label]) => label), records.map(([, score]) => score));
    assertEquals(found, pairs === 0 ? NaN : won / pairs); // exact: halves below 2^53
  }));
});

Deno.test("weights mean the same as repeated records", () => {
  fc.assert(fc.property(cases, fc.array(fc.nat(3), { minLength: 40, maxLength: 40 }), (
    records,
    weights,
  ) => {
    const labels = records.map(([label]) => label);
    const scores = records.map(([, score]) => score);
    const repeated = records.flatMap((record, i) => Array(weights[i]).fill(record));
    const weighted = rankingScores(rank(labels, scores), weights);
    const plain = rankingScores(
      rank(repeated.map(([label]) => label), repeated.map(([, score]) => score)),
    );
    assertEquals(weighted, plain);
  }));
});

Deno.test("auroc() and averagePrecision() take infinite scores", () => {
  assertEquals(auroc([0, 1, 1], [-Infinity, Infinity, Infinity]), 1);
  assertEquals(averagePrecision([1, 0, 1], [Infinity, Infinity, -Infinity]), (1 / 2 + 2 / 3) / 2);
  assert(Number.isNaN(averagePrecision([0], [1])));
});
