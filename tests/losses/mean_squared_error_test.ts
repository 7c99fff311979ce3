import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { StepState } from "../../src/gpu/step_state.ts";
import { meanSquaredError } from "../../src/losses/mean_squared_error.ts";
import { meanSquaredError as twin } from "../reference/losses/mean_squared_error.ts";
import { assertClose, draws, GuardedRun, UNIT_ROUNDOFF } from "../kernels/guarded.ts";

// One element, around a workgroup's 64 and its tile of 4096, and several tiles.
for (const shape of [[1], [3, 7, 3], [2, 32, 1], [4095], [4097], [3, 500, 12]]) {
  Deno.test(`mean squared error of [${shape}] and its gradient`, () =>
    GuardedRun.with(async (run) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const y = draws(size, 1, -3, 3);
      const wanted = draws(size, 2, -3, 3);
      const step = new StepState(run.gpu);
      for (const number of [6, 7]) step.begin({ seed: 0, epoch: 0, step: number, records: 1 });
      const { dy } = meanSquaredError(
        run.recorder,
        run.place("y", shape, y),
        run.place("wanted", shape, wanted),
        step,
      );
      await run.run();
      const expected = twin(y, wanted);
      const [before, { loss }] = await step.read();
      assertEquals(before.loss, 0, "another step's slot");
      // Terms of one sign: relative error of the longest chain of additions, 64 + 750 / 64 + 6.
      assertAlmostEquals(loss, expected.loss, 90 * UNIT_ROUNDOFF * expected.loss);
      assertEquals(dy.shape, shape);
      // A difference below 6, a division and a product, one rounding each.
      assertClose(run.get(dy), expected.gradient, 4 * UNIT_ROUNDOFF * 12 / size, "dy");
      step.destroy();
    }));
}

Deno.test("mean squared error of a perfect prediction is 0, and differing shapes are an error", () =>
  GuardedRun.with(async (run) => {
    const values = draws(24, 1);
    const step = new StepState(run.gpu);
    step.begin({ seed: 0, epoch: 0, step: 0, records: 2 });
    const y = run.place("y", [2, 12], values);
    const { dy } = meanSquaredError(run.recorder, y, run.place("wanted", [2, 12], values), step);
    await run.run();
    assertEquals((await step.read())[0].loss, 0);
    assertEquals([...run.get(dy)], Array(24).fill(0));
    assertThrows(
      () => meanSquaredError(run.recorder, y, run.place("other", [24], values), step),
      RangeError,
      "Cannot compare [2,12] with [24]: need one shape",
    );
    step.destroy();
  }));
