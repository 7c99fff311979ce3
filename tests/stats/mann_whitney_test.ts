import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { mannWhitney } from "../../src/stats/mann_whitney.ts";
import { assertAgrees, cases } from "./significance_fixture.ts";

Deno.test("U and p agree with SciPy, exact without ties up to 20 values a group", () => {
  for (const { a, b, exact, u, p } of cases("mann_whitney")) {
    const found = mannWhitney(a, b);
    const what = `${a.length} and ${b.length}`;
    assertEquals([found.u1, found.method], [u, exact ? "exact" : "approximate"], what);
    assertAgrees(found.pValue, p, what);
    assertAgrees(mannWhitney(b, a).pValue, p, `${what}, the other way round`);
  }
});

Deno.test("the sign of r is that of the improvement", () => {
  assertEquals(mannWhitney([3, 4], [1, 2]).rankBiserial, 1);
  assertEquals(mannWhitney([1, 2], [3, 4]).rankBiserial, -1);
  assertEquals(mannWhitney([1, 2], [1, 2]).rankBiserial, 0);
});

Deno.test("the two ways agree where both are fit", () => {
  const [a, b] = [0, 0.4].map((shift) => Array.from({ length: 20 }, (_, i) => Math.sin(i + shift)));
  const [exact, approximate] = (["exact", "approximate"] as const).map((method) =>
    mannWhitney(a, b, method).pValue
  );
  assertAlmostEquals(exact, approximate, 0.01); // the error of the approximation at n = 20
});

Deno.test("equal values, empty groups, ties", () => {
  assertEquals(mannWhitney([1, 1, 1], [1, 1]).pValue, 1);
  assertThrows(() => mannWhitney([], [1]), RangeError, "got 0 values");
  assertThrows(() => mannWhitney([1, NaN], [1]), RangeError, "value 1 is NaN");
  assertThrows(() => mannWhitney([1], [1], "exact"), RangeError, "with ties");
});
