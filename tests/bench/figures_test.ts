import { assertEquals, assertThrows } from "@std/assert";
import { spread } from "../../src/bench/figures.ts";

Deno.test("spread() gives median and range", () => {
  assertEquals(spread([5]), { median: 5, minimum: 5, maximum: 5, count: 1 });
  assertEquals(spread([9, 1, 10]), { median: 9, minimum: 1, maximum: 10, count: 3 });
  assertEquals(spread([4, 1, 2, 100]).median, 3);
  assertThrows(() => spread([]), RangeError, "no values");
});
