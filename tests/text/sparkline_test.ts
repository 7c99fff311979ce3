import { assertEquals } from "@std/assert";
import { sparkline } from "../../src/text/sparkline.ts";

Deno.test("sparkline: levels between minimum and maximum", () => {
  assertEquals(sparkline([0, 1, 2, 3, 4, 5, 6, 7]), "▁▂▃▄▅▆▇█");
  assertEquals(sparkline([7, 0]), "█▁");
  assertEquals(sparkline([3, 3, 3]), "▄▄▄");
});

Deno.test("sparkline: more values than columns are averaged", () => {
  assertEquals(sparkline([0, 0, 10, 10, 5, 5], 3), "▁█▅");
  assertEquals(sparkline(Array.from({ length: 1000 }, (_, i) => i), 8), "▁▂▃▄▅▆▇█");
});

Deno.test("sparkline: gaps and nothing at all", () => {
  assertEquals(sparkline([1, NaN, 3]), "▁ █");
  assertEquals(sparkline([NaN, Infinity]), "");
  assertEquals(sparkline([]), "");
});

Deno.test("sparkline: several rows stack", () => {
  assertEquals(sparkline([0, 1], 2, 2), " █\n▁█");
});
