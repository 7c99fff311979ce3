import { assertEquals } from "@std/assert";
import { meanMaxPoolBackward, meanMaxPoolForward } from "../reference/layers/mean_max_pool.ts";
import { assertGradient, dot, draws } from "./finite_difference.ts";

Deno.test("mean and max pool: a hand-made example", () => {
  const shape = { batch: 2, length: 2, channels: 2 };
  const pooled = meanMaxPoolForward(shape, Float64Array.of(1, 30, 3, 10, 8, 90, 5, 90));
  assertEquals([...pooled.output], [2, 20, 3, 30, 6.5, 90, 8, 90]);
  assertEquals(
    [...meanMaxPoolBackward(shape, pooled, Float64Array.of(2, 4, 10, 20, 6, 8, 30, 40))],
    [1, 22, 11, 2, 33, 44, 3, 4],
  );
});

Deno.test("mean and max pool: backward is the derivative of forward", () => {
  for (const [batch, length, channels] of [[1, 1, 1], [2, 5, 3]]) {
    const shape = { batch, length, channels };
    const input = draws(batch * length * channels, 1);
    const upstream = draws(2 * batch * channels, 2);
    const f = () => dot(meanMaxPoolForward(shape, input).output, upstream);
    const gradient = meanMaxPoolBackward(shape, meanMaxPoolForward(shape, input), upstream);
    assertGradient(f, input, gradient, "input");
  }
});
