import { assertEquals } from "@std/assert";
import {
  maxPoolBackward,
  maxPoolForward,
  maxPoolOutputLength,
  type MaxPoolShape,
} from "../reference/layers/max_pool.ts";
import { assertGradient, dot, draws } from "./finite_difference.ts";

Deno.test("max pool: a hand-made example, the first of equal maxima chosen", () => {
  const shape = { batch: 1, length: 5, channels: 1, kernelSize: 3, stride: 2, padding: 1 };
  const { output, indices } = maxPoolForward(shape, Float64Array.of(-3, -1, -1, -1, -2));
  // Windows {0, 1}, {1, 2, 3}, {3, 4}: padding is below every number.
  assertEquals([...output], [-1, -1, -1]);
  assertEquals([...indices], [1, 1, 3]);
  assertEquals([...maxPoolBackward(shape, indices, Float64Array.of(2, 3, 5))], [0, 5, 0, 5, 0]);
});

Deno.test("max pool: backward is the derivative of forward", () => {
  for (const [length, kernelSize, stride, padding] of [[1, 3, 2, 1], [9, 3, 2, 1], [10, 4, 3, 2]]) {
    const shape: MaxPoolShape = { batch: 2, length, channels: 3, kernelSize, stride, padding };
    // Differences of random numbers are far above the step of the finite difference.
    const input = draws(2 * length * 3, 1);
    const upstream = draws(2 * maxPoolOutputLength(shape) * 3, 2);
    const f = () => dot(maxPoolForward(shape, input).output, upstream);
    const { indices } = maxPoolForward(shape, input);
    assertGradient(f, input, maxPoolBackward(shape, indices, upstream), "input");
  }
});
