import { assertAlmostEquals, assertEquals, assertLess, assertThrows } from "@std/assert";
import { embeddingSpread } from "../../src/metrics/embedding_spread.ts";
import { CounterRandom, Stream } from "../../src/random/philox.ts";

function normals(count: number): Float32Array {
  const random = new CounterRandom(5, Stream.synthetic);
  return Float32Array.from({ length: count }, () => random.normal());
}

Deno.test("embedding spread: directions spread evenly give 1 / √d", () => {
  for (const d of [8, 256]) {
    // The deviation of 500 rows is off by 1 / √1000 = 3 % a dimension, its mean over d by less.
    const spread = embeddingSpread(normals(500 * d), 500, d);
    assertAlmostEquals(spread * Math.sqrt(d), 1, 0.04);
  }
});

Deno.test("embedding spread: one direction gives 0, whatever the lengths", () => {
  const d = 16;
  const direction = normals(d);
  const collapsed = Float32Array.from(
    { length: 50 * d },
    (_, j) => direction[j % d] * (1 + Math.floor(j / d)),
  );
  // Rounding of float32 inputs alone.
  assertLess(embeddingSpread(collapsed, 50, d), 1e-7);
  // A collapse to a line of two opposite directions keeps the mean of |direction|.
  const line = collapsed.map((value, j) => Math.floor(j / d) % 2 ? -value : value);
  const length = Math.hypot(...direction);
  const expected = direction.reduce((sum, value) => sum + Math.abs(value), 0) / length / d;
  assertAlmostEquals(embeddingSpread(line, 50, d), expected, 1e-7);
});

Deno.test("embedding spread: dimensions that nobody uses lower it", () => {
  const d = 64;
  const z = normals(400 * d);
  const partly = z.map((value, j) => j % d < 16 ? value : 0);
  // A sphere of 16 dimensions in 64: a quarter of them at 1 / √16.
  assertAlmostEquals(embeddingSpread(partly, 400, d), 0.25 / 4, 0.003);
});

Deno.test("embedding spread equals its definition, in two passes", () => {
  const [rows, d] = [7, 3];
  const z = normals(rows * d);
  const unit = Array.from({ length: rows }, (_, r) => {
    const row = [...z.subarray(r * d, (r + 1) * d)];
    return row.map((value) => value / Math.hypot(...row));
  });
  const deviations = Array.from({ length: d }, (_, j) => {
    const column = unit.map((row) => row[j]);
    const mean = column.reduce((a, b) => a + b) / rows;
    return Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows);
  });
  const expected = deviations.reduce((a, b) => a + b) / d;
  assertAlmostEquals(embeddingSpread(z, rows, d), expected, 1e-14);
});

Deno.test("embedding spread: a row of zeros stays at the center; one row has none", () => {
  assertEquals(embeddingSpread(Float32Array.of(0, 0, 3, 0), 2, 2), 0.25);
  assertEquals(embeddingSpread(Float32Array.of(1, 2, 3), 1, 3), 0);
});

Deno.test("embedding spread refuses other sizes and values that are not finite", () => {
  const z = Float32Array.of(1, 2, 3, 4);
  for (const [rows, d] of [[2, 3], [0, 4], [4, 0]]) {
    assertThrows(() => embeddingSpread(z, rows, d), RangeError, `4 values as [${rows}, ${d}]`);
  }
  for (const value of [NaN, Infinity]) {
    assertThrows(
      () => embeddingSpread(Float32Array.of(1, value), 1, 2),
      RangeError,
      `value 1 is ${value}`,
    );
  }
});
