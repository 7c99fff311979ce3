import { assertEquals } from "@std/assert";
import { meanPoolBackward, meanPoolForward } from "../reference/layers/mean_pool.ts";
import { assertGradient, dot, draws } from "./finite_difference.ts";

Deno.test("mean pool: a hand-made example", () => {
  const shape = { batch: 2, length: 2, channels: 2 };
  const input = Float64Array.of(1, 10, 3, 30, 5, 50, 8, 90);
  assertEquals([...meanPoolForward(shape, input)], [2, 20, 6.5, 70]);
  assertEquals(
    [...meanPoolBackward(shape, Float64Array.of(2, 4, 6, 8))],
    [1, 2, 1, 2, 3, 4, 3, 4],
  );
});

Deno.test("mean pool: backward is the derivative of forward", () => {
  for (const [batch, length, channels] of [[1, 1, 1], [2, 5, 3]]) {
    const shape = { batch, length, channels };
    const input = draws(batch * length * channels, 1);
    const upstream = draws(batch * channels, 2);
    const f = () => dot(meanPoolForward(shape, input), upstream);
    assertGradient(f, input, meanPoolBackward(shape, upstream), "input");
  }
});
