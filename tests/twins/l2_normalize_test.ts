import { assertAlmostEquals, assertEquals } from "@std/assert";
import { l2NormalizeBackward, l2NormalizeForward } from "../reference/losses/l2_normalize.ts";
import { assertGradient, dot, draws } from "./finite_difference.ts";

Deno.test("L2 normalization: 3-4-5, and a zero row stays zero", () => {
  const { output, norms } = l2NormalizeForward(Float64Array.of(3, 4, 0, 0), 2);
  assertEquals([...output], [0.6, 0.8, 0, 0]);
  assertEquals([...norms], [5, 0]);
});

Deno.test("L2 normalization: backward is the derivative, orthogonal to the vector", () => {
  const input = draws(12, 1);
  const upstream = draws(12, 2);
  const saved = l2NormalizeForward(input, 4);
  const gradient = l2NormalizeBackward(saved, upstream);
  assertGradient(
    () => dot(l2NormalizeForward(input, 4).output, upstream),
    input,
    gradient,
    "input",
  );
  for (let r = 0; r < 3; r++) {
    const row = (a: Float64Array) => a.subarray(4 * r, 4 * r + 4);
    assertAlmostEquals(dot(row(gradient), row(input)), 0, 1e-14); // a few roundings
  }
});

Deno.test("L2 normalization: below the guard the gradient is that of a division by 1e-12", () => {
  const saved = l2NormalizeForward(Float64Array.of(0, 0), 2);
  assertEquals([...l2NormalizeBackward(saved, Float64Array.of(1, -2))], [1 / 1e-12, -2 / 1e-12]);
});
