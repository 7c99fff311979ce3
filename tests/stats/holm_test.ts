import { assertEquals, assertThrows } from "@std/assert";
import { holm } from "../../src/stats/holm.ts";
import { assertAgrees, cases } from "./significance_fixture.ts";

Deno.test("adjusted p-values by the definition, ties included", () => {
  for (const { p, adjusted } of cases("holm")) {
    holm(p).forEach((value, i) => assertAgrees(value, adjusted[i], `${p}`));
  }
});

Deno.test("tests that were not made do not count", () => {
  assertEquals([...holm([NaN, 0.25, 0.5])], [NaN, 0.5, 0.5]);
  assertEquals([...holm([])], []);
  assertThrows(() => holm([0.1, 1.1]), RangeError, "p = 1.1");
});
