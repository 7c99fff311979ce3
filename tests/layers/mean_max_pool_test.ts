import { assertEquals } from "@std/assert";
import { meanMaxPool } from "../../src/layers/mean_max_pool.ts";
import { meanMaxPoolBackward, meanMaxPoolForward } from "../reference/layers/mean_max_pool.ts";
import { assertClose, draws, GuardedRun, UNIT_ROUNDOFF } from "../kernels/guarded.ts";

// A workgroup has 64 invocations of four channels: sizes below, at and above it, and primes.
for (
  const [batch, length, channels] of [[1, 1, 4], [3, 7, 12], [4, 125, 64], [13, 3, 20], [
    1,
    64,
    260,
  ]]
) {
  Deno.test(`mean and max pool of [${batch}, ${length}, ${channels}], forward and backward`, () =>
    GuardedRun.with(async (run) => {
      const shape = { batch, length, channels };
      // Quarters make ties, which the first of them wins.
      const x = draws(batch * length * channels, 1).map((value) => Math.round(4 * value) / 4);
      const upstream = draws(2 * batch * channels, 2, -3, 3);
      const { y, backward } = meanMaxPool(
        run.recorder,
        run.place("x", [batch, length, channels], x),
      );
      const dx = backward(run.place("dy", [batch, 2 * channels], upstream));
      await run.run();
      const pooled = meanMaxPoolForward(shape, x);
      // T additions of numbers below 1 and a division: (T + 1) roundings of at most 2^-24 each.
      assertClose(run.get(y), pooled.output, (length + 1) * UNIT_ROUNDOFF, "y");
      // A division and an addition of numbers up to 3.
      const expected = meanMaxPoolBackward(shape, pooled, upstream);
      assertClose(run.get(dx), expected, 9 * UNIT_ROUNDOFF, "dx");
    }));
}

Deno.test("mean and max pool let NaN through", () =>
  GuardedRun.with(async (run) => {
    const x = draws(5 * 4, 1);
    x[9] = NaN;
    const { y } = meanMaxPool(run.recorder, run.place("x", [1, 5, 4], x));
    await run.run();
    const broken = [...run.get(y)].flatMap((value, j) => Number.isNaN(value) ? [j] : []);
    assertEquals(broken, [1, 4 + 1]);
  }));
