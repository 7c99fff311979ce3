import { assertEquals, assertThrows } from "@std/assert";
import { cohensD, rankBiserial } from "../../src/stats/effect_sizes.ts";
import { assertAgrees, cases } from "./significance_fixture.ts";

Deno.test("Cohen's d by its definition with the pooled SD", () => {
  for (const { a, b, d } of cases("welch")) {
    assertAgrees(cohensD(a, b), d, `${a.length} and ${b.length}`);
    assertAgrees(cohensD(b, a), -d, "the other way round");
  }
});

Deno.test("effect sizes of groups without spread, and their ends", () => {
  assertEquals([cohensD([1, 1], [1, 1]), cohensD([1, 1], [2, 2])], [0, -Infinity]);
  assertThrows(() => cohensD([1], [1, 2]), RangeError, "need 2 or more");
  assertEquals([rankBiserial(12, 3, 4), rankBiserial(6, 3, 4), rankBiserial(0, 3, 4)], [1, 0, -1]);
});
