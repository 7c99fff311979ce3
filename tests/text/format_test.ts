import { assertEquals } from "@std/assert";
import {
  formatBytes,
  formatClock,
  formatCount,
  formatDuration,
  formatInterval,
  formatNumber,
  formatPath,
  formatPercent,
  formatPValue,
  formatRate,
  formatScore,
  formatShare,
  formatSigned,
  formatSignedInterval,
  plural,
} from "../../src/text/format.ts";

Deno.test("format: counts and numbers", () => {
  assertEquals([0, 999, 1200, 21837].map(formatCount), ["0", "999", "1,200", "21,837"]);
  assertEquals(formatNumber(4.12345), "4.123");
  assertEquals(formatNumber(0.00012345), "0.0001234"); // rounded as a binary fraction
  assertEquals(formatNumber(1e-5), "1.000e-5");
  assertEquals(formatNumber(123456), "123,456");
  assertEquals(formatNumber(-2), "-2");
  assertEquals(formatNumber(NaN), "NaN");
  assertEquals(formatScore(0.8565), "0.857");
  assertEquals(formatScore(NaN), "n/a");
  assertEquals(formatScore(-0.0004), "0.000");
  assertEquals(formatScore(-0.0006), "-0.001");
  assertEquals(formatPercent(0.1), "10%");
});

Deno.test("format: durations at their unit's edges", () => {
  assertEquals(formatDuration(0.0112), "11.2 ms");
  assertEquals(formatDuration(0.9999), "1.0 s");
  assertEquals(formatDuration(9.99), "10 s");
  assertEquals(formatDuration(59.96), "1 min 00 s");
  assertEquals(formatDuration(3599.6), "1 h 00 min");
  assertEquals(formatDuration(7800), "2 h 10 min");
  assertEquals(formatDuration(Infinity), "?");
});

Deno.test("format: clocks, sizes, rates, paths", () => {
  assertEquals([0, 59.2, 61, 3723].map(formatClock), ["0:00", "1:00", "1:01", "1:02:03"]);
  assertEquals(formatClock(NaN), "-:--");
  assertEquals([512, 1024, 1536, 128 * 2 ** 20, 1023.99 * 1024].map(formatBytes), [
    "512 B",
    "1.0 KiB",
    "1.5 KiB",
    "128 MiB",
    "1.0 MiB",
  ]);
  assertEquals(formatRate(1829.6, "records"), "1,830 records/s");
  assertEquals(formatRate(0.4567, "steps"), "0.457 steps/s");
  assertEquals(formatRate(NaN, "steps"), "? steps/s");
  assertEquals(formatPath("/a/b/c.svg", "/a/b/"), "c.svg");
  assertEquals(formatPath("/a/bc/d", "/a/b"), "/a/bc/d");
  assertEquals(formatPath("/a/b", "/a/b"), ".");
});

Deno.test("an interval; one that is not defined is n/a", () => {
  assertEquals(formatInterval({ low: 0.8124, high: 0.9 }), "0.812 to 0.900");
  assertEquals(formatInterval({ low: NaN, high: NaN }), "n/a");
});

Deno.test("differences have a sign, unless they round to 0", () => {
  assertEquals(
    [0.01234, -0.5, 0, -0.00001, 0.00001, NaN].map((value) => formatSigned(value)),
    ["+0.0123", "-0.5000", "0.0000", "0.0000", "0.0000", "n/a"],
  );
  assertEquals(formatSignedInterval({ low: -0.1, high: 0.3 }, 3), "-0.100 to +0.300");
  assertEquals(formatSignedInterval({ low: NaN, high: NaN }), "n/a");
});

Deno.test("p-values, shares, plurals", () => {
  assertEquals([0.0123, 0.00001, NaN].map(formatPValue), ["0.0123", "< 0.0001", "n/a"]);
  assertEquals([0.125, 1, 1 / 3].map(formatShare), ["12.5 %", "100 %", "33.3333 %"]);
  assertEquals([plural(1, "seed"), plural(1200, "seed")], ["1 seed", "1,200 seeds"]);
});
