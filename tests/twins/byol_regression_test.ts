import { assertAlmostEquals, assertEquals } from "@std/assert";
import { byolRegression } from "../reference/losses/byol_regression.ts";
import { assertGradient, draws } from "./finite_difference.ts";

Deno.test("BYOL regression: golden values, one direction and both", () => {
  const first = Float64Array.from({ length: 12 }, (_, k) => Math.sin(0.37 * k + 0.1));
  const second = Float64Array.from({ length: 12 }, (_, k) => Math.cos(0.21 * k + 0.4));
  const there = byolRegression(first, second, 3).loss;
  const back = byolRegression(second, first, 3).loss;
  // Double precision on both sides; the order of summation differs.
  assertAlmostEquals(there, 0.9124155379746375, 1e-14);
  assertAlmostEquals(there + back, 1.824831075949275, 1e-14);
});

Deno.test("BYOL regression: the gradient is the derivative", () => {
  const prediction = draws(5 * 7, 1);
  const target = draws(5 * 7, 2);
  const { gradient } = byolRegression(prediction, target, 7);
  assertGradient(
    () => byolRegression(prediction, target, 7).loss,
    prediction,
    gradient,
    "prediction",
  );
});

Deno.test("BYOL regression: lengths do not matter, directions do", () => {
  const p = Float64Array.of(3, 0, 0, 2, -1, 0);
  const t = Float64Array.of(5, 0, 7, 0, 9, 0); // the same, at right angles, opposite
  assertEquals([...byolRegression(p, t, 2).rowLosses], [0, 2, 4]);
  assertEquals(byolRegression(p, t, 2).loss, 2);
});

Deno.test("BYOL regression: zeros on either side are finite, as in PyTorch", () => {
  const zero = new Float64Array(4);
  const some = Float64Array.of(0.6, 0, 0.8, 0);
  assertEquals(byolRegression(some, zero, 4), {
    loss: 2,
    rowLosses: Float64Array.of(2),
    gradient: new Float64Array(4),
  });
  // PyTorch: d(p / max(|p|, 1e-12)) at 0 is 1e12.
  const { loss, gradient } = byolRegression(zero, some, 4);
  assertEquals(loss, 2);
  gradient.forEach((g, j) => assertAlmostEquals(g, -2e12 * some[j], 1e-3));
});
