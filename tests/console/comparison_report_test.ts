import { assertEquals } from "@std/assert";
import {
  cell,
  formatDifference,
  formatDifferenceInterval,
  intervalCells,
  sideOfZero,
} from "../../src/console/comparison_report.ts";

const interval = (low: number, high: number) => ({
  estimate: (low + high) / 2,
  low,
  high,
  resamples: 10,
});

Deno.test("a difference is shown where its whole interval lies on one side of 0", () => {
  assertEquals(sideOfZero(interval(0.01, 0.2)), "above");
  assertEquals(sideOfZero(interval(-0.2, -0.01)), "below");
  // An interval that ends at 0 holds it: equal predictions have [0, 0].
  for (const each of [interval(-0.1, 0.1), interval(0, 0), interval(0, 0.1), interval(NaN, NaN)]) {
    assertEquals(sideOfZero(each), "neither");
  }
});

Deno.test("differences carry their sign, in tables and files", () => {
  assertEquals(formatDifference(0.01234), "+0.0123");
  assertEquals(formatDifference(-0.5, 2), "-0.50");
  assertEquals(formatDifference(NaN), "n/a");
  assertEquals(formatDifferenceInterval(interval(-0.1, 0.3)), "-0.100 to +0.300");
  assertEquals(formatDifferenceInterval(interval(NaN, NaN)), "n/a");
  assertEquals(intervalCells(interval(0, 1)), [0.5, 0, 1]);
  assertEquals(intervalCells(undefined), ["", "", ""]);
  assertEquals([cell(0), cell(NaN)], [0, ""]);
});
