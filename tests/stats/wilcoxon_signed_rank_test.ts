import { assertEquals, assertThrows } from "@std/assert";
import { wilcoxonSignedRank } from "../../src/stats/wilcoxon_signed_rank.ts";
import { assertAgrees, cases } from "./significance_fixture.ts";

Deno.test("statistic and p agree with SciPy, exact without zeros and ties up to 50", () => {
  for (const { d, exact, w, p } of cases("wilcoxon")) {
    const found = wilcoxonSignedRank(d);
    const what = `n = ${d.length}`;
    assertEquals([found.statistic, found.method], [w, exact ? "exact" : "approximate"], what);
    assertAgrees(found.pValue, p, what);
    assertEquals(found.n + found.zeros, d.length);
  }
});

Deno.test("zero differences are left out, and if all are 0 p is 1", () => {
  const { n, zeros, positiveRanks, negativeRanks } = wilcoxonSignedRank([0, -1, 2, 0, 3]);
  assertEquals([n, zeros, positiveRanks, negativeRanks], [3, 2, 5, 1]);
  const none = wilcoxonSignedRank([0, 0]);
  assertEquals([none.pValue, none.rankBiserial, none.statistic], [1, 0, 0]);
});

Deno.test("the sign of r, none, not finite, no exact p", () => {
  assertEquals(wilcoxonSignedRank([-1, -2]).rankBiserial, -1);
  assertThrows(() => wilcoxonSignedRank([]), RangeError, "got 0 values");
  assertThrows(() => wilcoxonSignedRank([NaN]), RangeError, "value 0 is NaN");
  assertThrows(() => wilcoxonSignedRank([1, -1], "exact"), RangeError, "zeros or ties");
});
