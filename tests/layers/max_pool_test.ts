import { assertEquals, assertThrows } from "@std/assert";
import { Recorder } from "../../src/gpu/recorder.ts";
import { maxPool } from "../../src/layers/max_pool.ts";
import { maxPoolBackward, maxPoolForward } from "../reference/layers/max_pool.ts";
import { openGpu } from "../support/gpu.ts";
import { assertClose, draws, GuardedRun, UNIT_ROUNDOFF } from "../kernels/guarded.ts";

// A workgroup has 64 invocations of four channels. Quarters make ties, which the first of them wins.
for (
  const [batch, length, channels, kernelSize, stride, padding] of [
    [1, 1, 4, 3, 2, 1],
    [2, 2, 4, 3, 2, 1],
    [3, 7, 12, 3, 2, 1],
    [2, 64, 20, 3, 2, 1],
    [1, 65, 64, 3, 2, 1],
    [2, 11, 8, 4, 3, 2],
    [2, 9, 8, 2, 2, 0],
    [1, 12, 4, 2, 3, 0], // samples that no window sees
  ]
) {
  const name = `max pool of [${batch}, ${length}, ${channels}] over ${kernelSize} by ${stride}`;
  Deno.test(`${name}: forward, and backward to the first maximum`, () =>
    GuardedRun.with(async (run) => {
      const shape = { batch, length, channels, kernelSize, stride, padding };
      const x = draws(batch * length * channels, 1).map((value) => Math.round(4 * value) / 4);
      const { y, backward } = maxPool(
        run.recorder,
        run.place("x", [batch, length, channels], x),
        shape,
      );
      const upstream = draws(y.size, 2, -3, 3);
      const dx = backward(run.place("dy", y.shape, upstream));
      await run.run();
      const { output, indices } = maxPoolForward(shape, x);
      assertClose(run.get(y), output, 0, "y");
      // An element is the maximum of a few windows at most: as many additions of numbers below 3.
      const tolerance = kernelSize * kernelSize * 3 * UNIT_ROUNDOFF;
      assertClose(run.get(dx), maxPoolBackward(shape, indices, upstream), tolerance, "dx");
    }));
}

Deno.test("max pool lets NaN through, wherever it stands in a window", () =>
  GuardedRun.with(async (run) => {
    const x = draws(9 * 4, 1);
    x[2 * 4] = NaN;
    x[5 * 4 + 1] = NaN;
    const options = { kernelSize: 3, stride: 2, padding: 1 };
    const { y } = maxPool(run.recorder, run.place("x", [1, 9, 4], x), options);
    await run.run();
    const broken = [...run.get(y)].flatMap((value, j) => Number.isNaN(value) ? [j] : []);
    // Sample 2 is in the window around 2 alone, sample 5 in those around 4 and 6.
    assertEquals(broken, [1 * 4, 2 * 4 + 1, 3 * 4 + 1]);
  }));

Deno.test("max pool refuses windows that may lie outside the signal", async () => {
  const { kernels } = await openGpu();
  const recorder = new Recorder(kernels);
  const x = recorder.transient("x", [1, 8, 4]);
  assertThrows(
    () => maxPool(recorder, x, { kernelSize: 3, stride: 2, padding: 2 }),
    RangeError,
    "Max pooling with kernel size 3 needs a padding up to half of it, got 2",
  );
});
