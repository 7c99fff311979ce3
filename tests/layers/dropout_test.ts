/** Dropout on the GPU: the same elements as the twin drops, and one rounding. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { Recorder } from "../../src/gpu/recorder.ts";
import { StepState } from "../../src/gpu/step_state.ts";
import { Dropout } from "../../src/layers/dropout.ts";
import { dropoutFactors } from "../reference/layers/dropout.ts";
import { openGpu } from "../support/gpu.ts";
import { assertClose, draws, GuardedRun, UNIT_ROUNDOFF } from "../kernels/guarded.ts";

// A workgroup has 64 invocations of four elements.
for (
  const [size, layer, probability] of [[4, 0, 0.5], [252, 1, 0.2], [256, 2, 0.3], [1036, 9, 0.9]]
) {
  Deno.test(`dropout of ${size} elements at ${probability}: every step draws anew, both ways alike`, () =>
    GuardedRun.with(async (run) => {
      const step = new StepState(run.gpu);
      const x = draws(size, 1);
      const upstream = draws(size, 2, -3, 3);
      const { y, backward } = new Dropout(layer, probability)
        .forward(run.recorder, run.place("x", [1, size], x), step);
      const dx = backward(run.place("dy", [1, size], upstream));
      // The last of two steps is what is left to see.
      await run.run(2, (i) => step.begin({ seed: 77, epoch: 3, step: 40 + i, records: 1 }));
      const factors = dropoutFactors(size, { seed: 77, step: 41, layer, probability });
      const scale = 1 / (1 - probability);
      // The scale is rounded, and the product.
      const tolerance = 2 * UNIT_ROUNDOFF * scale;
      assertClose(run.get(y), x.map((value, j) => value * factors[j]), tolerance, "y");
      const expected = upstream.map((value, j) => value * factors[j]);
      assertClose(run.get(dx), expected, 3 * tolerance, "dx");
      step.destroy();
    }));
}

Deno.test("dropout at probability 0 records nothing", async () => {
  const { gpu, kernels } = await openGpu();
  const step = new StepState(gpu);
  const recorder = new Recorder(kernels);
  const x = recorder.transient("x", [1, 4]);
  const { y, backward } = new Dropout(0, 0).forward(recorder, x, step);
  assert(y === x && backward(x) === x);
  assertEquals(recorder.dispatches.length, 0);
  step.destroy();
});

Deno.test("dropout needs a probability below 1", () => {
  for (const probability of [1, -0.1, NaN]) {
    assertThrows(
      () => new Dropout(0, probability),
      RangeError,
      `Dropout needs a probability in [0, 1), got ${probability}`,
    );
  }
});
