import { assertEquals } from "@std/assert";
import { meanSquaredError } from "../reference/losses/mean_squared_error.ts";
import { assertGradient, draws } from "./finite_difference.ts";

Deno.test("mean squared error: a hand-made example", () => {
  const { loss, gradient } = meanSquaredError(Float64Array.of(1, 2, 3, 4), [1, 0, 3, 8]);
  assertEquals(loss, 5);
  assertEquals([...gradient], [0, 1, 0, -2]);
});

Deno.test("mean squared error: backward is the derivative of forward", () => {
  const y = draws(30, 1);
  const wanted = draws(30, 2);
  const f = () => meanSquaredError(y, wanted).loss;
  assertGradient(f, y, meanSquaredError(y, wanted).gradient, "y");
});
