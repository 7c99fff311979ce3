import { meanPool } from "../../src/layers/mean_pool.ts";
import { meanPoolBackward, meanPoolForward } from "../reference/layers/mean_pool.ts";
import { assertClose, draws, GuardedRun, UNIT_ROUNDOFF } from "../kernels/guarded.ts";

// A workgroup has 64 invocations of four channels: sizes below, at and above it, and primes.
for (
  const [batch, length, channels] of [[1, 1, 4], [3, 7, 12], [4, 125, 64], [13, 3, 20], [
    1,
    64,
    260,
  ]]
) {
  Deno.test(`mean pool of [${batch}, ${length}, ${channels}], forward and backward`, () =>
    GuardedRun.with(async (run) => {
      const shape = { batch, length, channels };
      const x = draws(batch * length * channels, 1);
      const upstream = draws(batch * channels, 2, -3, 3);
      const { y, backward } = meanPool(run.recorder, run.place("x", [batch, length, channels], x));
      const dx = backward(run.place("dy", [batch, channels], upstream));
      await run.run();
      // T additions of numbers below 1 and a division: (T + 1) roundings of at most 2^-24 each.
      const tolerance = (length + 1) * UNIT_ROUNDOFF;
      assertClose(run.get(y), meanPoolForward(shape, x), tolerance, "y");
      // One rounding of numbers up to 3.
      assertClose(run.get(dx), meanPoolBackward(shape, upstream), 3 * UNIT_ROUNDOFF, "dx");
    }));
}
