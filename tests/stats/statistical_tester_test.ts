import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { StatisticalTester } from "../../src/stats/statistical_tester.ts";
import { assertRefuses } from "../support/refuses.ts";
import { assertAllAgree, cases } from "./significance_fixture.ts";

const tester = new StatisticalTester(0.05);
const SIMCLR = [0.8712, 0.8734, 0.8698, 0.8751, 0.8689, 0.8725, 0.8741, 0.8703, 0.8719, 0.8705];
const SUPERVISED = [0.8701, 0.8713, 0.869, 0.873, 0.868, 0.87, 0.8722, 0.8699, 0.869, 0.8688];
/** Differences 1 to 6 and 60, none alike: far from normal. */
const SKEWED = [0.501, 0.502, 0.503, 0.504, 0.505, 0.506, 0.56];
const HALF = Array(7).fill(0.5);

Deno.test("the documented keys, in the documented places", () => {
  const { auroc_macro } = tester.compareMethods(
    { auroc_macro: SIMCLR, only_here: [1] },
    { auroc_macro: SUPERVISED, only_there: [1] },
    "simclr",
    "supervised",
  );
  for (const method of [auroc_macro.method1, auroc_macro.method2]) {
    assertEquals(Object.keys(method).join(" "), "name n mean std median min max");
  }
  assertEquals([auroc_macro.method1.name, auroc_macro.method2.name], ["simclr", "supervised"]);
  assert("normal" in auroc_macro.normality.method1 && "normal" in auroc_macro.normality.method2);
  assertEquals(
    Object.keys(auroc_macro.test_result!).join(" "),
    "test t_statistic p_value significant cohens_d mean_diff std_diff ci_lower ci_upper",
  );
  assertStringIncludes(
    Object.keys(tester.mannWhitneyTest(SIMCLR, SUPERVISED)).join(" "),
    "test u_statistic p_value significant rank_biserial_r median_group1 median_group2 median_diff",
  );
  const { improvement, improvement_pct, method1, method2 } = auroc_macro;
  assertEquals(improvement, method1.mean - method2.mean);
  assertEquals(improvement_pct, 100 * improvement / method2.mean);
});

Deno.test("metrics that only one method has are skipped", () => {
  const found = tester.compareMethods({ a: SIMCLR, b: SIMCLR }, { b: HALF, c: HALF }, "x", "y", {
    paired: false,
  });
  assertEquals(Object.keys(found), ["b"]);
});

Deno.test("normality of the differences decides, not that of the groups", () => {
  // Groups that are far from normal, with differences that are not.
  const noise = [0.3, -0.5, 0.1, 0.7, -0.2, 0.4, -0.6];
  const first = SKEWED.map((value, i) => value + noise[i] / 1000);
  const normal = tester.compareMethods({ m: first }, { m: SKEWED }, "a", "b").m;
  assertEquals(normal.normality.method1.normal, false);
  assertEquals(normal.normality.differences?.normal, true);
  assertEquals(normal.test_result?.test, "Paired t-test");
  const skewed = tester.compareMethods({ m: SKEWED }, { m: HALF }, "a", "b").m;
  assertEquals(skewed.normality.differences?.normal, false);
  assertEquals(skewed.test_result?.test, "Wilcoxon signed-rank test");
  assertEquals(skewed.test_result?.p_value, 2 / 2 ** 7);
});

Deno.test("every effect has the sign of the improvement", () => {
  for (const paired of [true, false]) {
    for (const [first, second, sign] of [[SKEWED, HALF, 1], [HALF, SKEWED, -1]] as const) {
      const m = tester.compareMethods({ m: first }, { m: second }, "a", "b", { paired }).m;
      const result = m.test_result!;
      const effects = [
        m.improvement,
        m.improvement_pct,
        m.cohens_d,
        m.permutation!.statistic,
        (m.paired_t ?? m.welch_t)!.statistic,
        "rank_biserial_r" in result ? result.rank_biserial_r : NaN,
        m.bootstrap_seeds![0] + m.bootstrap_seeds![1],
        m.interval_95[0] + m.interval_95[1],
      ];
      assertEquals(effects.map(Math.sign), effects.map(() => sign));
    }
  }
});

Deno.test("what fits the design stands beside the deciding test, what does not is null", () => {
  const paired = tester.compareMethods({ m: SIMCLR }, { m: SUPERVISED }, "a", "b").m;
  assert(paired.paired_t && paired.wilcoxon && paired.permutation && paired.bootstrap_seeds);
  assertEquals(paired.welch_t, null, "it is for independent groups");
  assert(paired.mann_whitney, "documented, though it does not know of pairs");
  assert(paired.smallest_detectable_difference! > 0);
  const apart = tester.compareMethods({ m: SIMCLR }, { m: SUPERVISED.slice(3) }, "a", "b", {
    paired: false,
  }).m;
  assertEquals(apart.test_result?.test, "Mann-Whitney U test");
  assert(apart.welch_t && apart.mann_whitney && apart.permutation && apart.bootstrap_seeds);
  const { paired_t, wilcoxon, smallest_detectable_difference, normality } = apart;
  const absent = [paired_t, wilcoxon, smallest_detectable_difference, normality.differences];
  assertEquals(absent, [null, null, null, null]);
});

Deno.test("paired t as SciPy's, with the t interval", () => {
  for (const { a, b, ...expected } of cases("paired")) {
    const found = tester.pairedTtest(a, b);
    const { t_statistic: t, p_value: p, ci_lower: low, ci_upper: high, cohens_d: dz } = found;
    assertAllAgree({ t, p, low, high, dz }, expected, `n = ${a.length}`);
    assertEquals(found.significant, expected.p < 0.05);
  }
});

Deno.test("Holm over the metrics that have a test", () => {
  const found = tester.compareMethods(
    { a: SIMCLR, b: SKEWED.concat(0.507, 0.508, 0.509), c: [null, ...Array(9).fill(NaN)] },
    { a: SUPERVISED, b: Array(10).fill(0.5), c: SUPERVISED },
    "x",
    "y",
  );
  const [a, b] = [found.a, found.b].map(({ test_result }) => test_result!.p_value);
  const [small, large] = a < b ? [found.a, found.b] : [found.b, found.a];
  assertEquals(small.p_holm, 2 * Math.min(a, b));
  assertEquals(large.p_holm, Math.max(2 * Math.min(a, b), Math.max(a, b)));
  assertEquals(found.c.p_holm, NaN);
});

Deno.test("missing values leave with their partners", () => {
  const first = [0.9, null, 0.8, NaN, 0.7, 0.6];
  const second = [0.5, 0.5, null, 0.5, 0.4, 0.45];
  const m = tester.compareMethods({ m: first }, { m: second }, "a", "b").m;
  assertEquals([m.method1.n, m.method2.n, m.missing], [3, 3, 3]);
  assertEquals(m.method1.min, 0.6);
  const apart = tester.compareMethods({ m: first }, { m: second }, "a", "b", { paired: false }).m;
  assertEquals([apart.method1.n, apart.method2.n, apart.missing], [4, 5, 3]);
});

Deno.test("few seeds: none, one, two", () => {
  for (const paired of [true, false]) {
    const compare = (n: number) =>
      tester.compareMethods({ m: SIMCLR.slice(0, n) }, { m: SUPERVISED.slice(0, n) }, "a", "b", {
        paired,
      }).m;
    const none = compare(0);
    assertEquals([none.method1.mean, none.improvement, none.test_result], [NaN, NaN, null]);
    const one = compare(1);
    assertEquals([one.method1.std, one.test_result, one.p_holm], [NaN, null, NaN]);
    assertEquals(one.improvement, SIMCLR[0] - SUPERVISED[0]);
    const two = compare(2);
    assertEquals(two.normality.method1.normal, null);
    assertEquals(two.test_result?.test, paired ? "Paired t-test" : "Mann-Whitney U test");
  }
  const { message, normal } = tester.testNormality([1, 2]);
  assertEquals(normal, null);
  assertEquals(message, "Normality cannot be tested with 2 values: need 3 or more");
});

Deno.test("equal differences: t has no scale, so ranks decide", () => {
  const constant = tester.compareMethods(
    { m: SUPERVISED.map((value) => value + 0.001) },
    { m: SUPERVISED },
    "a",
    "b",
  ).m;
  assertEquals(constant.test_result?.test, "Wilcoxon signed-rank test");
  assert(constant.test_result!.p_value < 0.01);
  assertEquals(constant.smallest_detectable_difference, 0);
  const same = tester.compareMethods({ m: SIMCLR }, { m: SIMCLR }, "a", "b").m;
  assertEquals([same.test_result?.p_value, same.improvement, same.p_holm], [1, 0, 1]);
  assertEquals(same.permutation?.p_value, 1);
});

Deno.test("summaries as a paper prints them", () => {
  const { auroc_macro } = tester.compareSummaries(
    { auroc_macro: { mean: 0.8717, standardDeviation: 0.0032, n: 10 } },
    { auroc_macro: { mean: 0.8699, standardDeviation: 0.0034, n: 10 } },
    "simclr",
    "supervised",
  );
  const { test_result, cohens_d, interval_95, normality } = auroc_macro;
  assertEquals(test_result?.test, "Welch t-test");
  assertEquals([test_result!.p_value.toFixed(4), cohens_d.toFixed(3)], ["0.2386", "0.545"]);
  assert(interval_95[0] < 0 && interval_95[1] > 0);
  assertEquals([normality.method1.normal, normality.differences], [null, null]);
});

Deno.test("what cannot be compared", () => {
  for (const alpha of [0, 1, -0.1, NaN]) {
    assertThrows(() => new StatisticalTester(alpha), RangeError, `alpha ${alpha}`);
  }
  assertRefuses([
    [() => tester.compareMethods({ m: [1, 2] }, { m: [1] }, "a", "b"), "they are not paired"],
    [() => tester.pairedTtest([1], [2]), "need 2 or more"],
    [() => tester.testNormality([1, NaN, 2]), "value 1 is NaN"],
  ]);
});
