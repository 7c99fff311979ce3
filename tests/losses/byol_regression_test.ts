/**
 * BYOL's regression against float64 and golden values.
 *
 * Tolerance: a cosine, a sum of D products whose squares add up to at most one, is off by about
 * √D · 2^-24, and so are the lengths; eight times that is allowed.
 */

import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { Recorder } from "../../src/gpu/recorder.ts";
import { StepState } from "../../src/gpu/step_state.ts";
import { byolRegression, recordByolLoss } from "../../src/losses/byol_regression.ts";
import { byolRegression as twin } from "../reference/losses/byol_regression.ts";
import { assertClose, draws, GuardedRun, largest, UNIT_ROUNDOFF } from "../kernels/guarded.ts";
import { openGpu } from "../support/gpu.ts";

/** Loss of all directions, gradients and losses of the rows of each. */
async function run(pairs: readonly [Float64Array, Float64Array][], width: number) {
  let result: { loss: number; gradients: Float32Array[]; rowLosses: Float32Array } | undefined;
  await GuardedRun.with(async (run) => {
    const rows = pairs[0][0].length / width;
    const step = new StepState(run.gpu);
    step.begin({ seed: 0, epoch: 0, step: 1027, records: rows }); // slot 3
    const losses = run.recorder.transient("losses", [pairs.length, rows]);
    const gradients = pairs.map(([prediction, target], direction) =>
      byolRegression(run.recorder, {
        prediction: run.place("prediction", [rows, width], prediction),
        target: run.place("target", [rows, width], target),
        losses,
        direction,
      })
    );
    recordByolLoss(run.recorder, losses, step);
    await run.run();
    const [{ loss }] = await step.read();
    result = { loss, gradients: gradients.map((g) => run.get(g)), rowLosses: run.get(losses) };
    step.destroy();
  });
  return result!;
}

function tolerance(width: number): number {
  return 8 * Math.sqrt(width) * UNIT_ROUNDOFF;
}

Deno.test("BYOL regression: golden values, one direction and both", async () => {
  const first = Float64Array.from({ length: 12 }, (_, k) => Math.sin(0.37 * k + 0.1));
  const second = Float64Array.from({ length: 12 }, (_, k) => Math.cos(0.21 * k + 0.4));
  const one = await run([[first, second]], 3);
  assertAlmostEquals(one.loss, 0.9124155379746375, tolerance(3));
  const both = await run([[first, second], [second, first]], 3);
  assertAlmostEquals(both.loss, 1.824831075949275, 2 * tolerance(3));
});

// Rows and columns on both sides of a workgroup's 64 invocations; the last is BYOL's own width.
for (const [rows, width] of [[1, 1], [2, 7], [63, 4], [65, 63], [3, 64], [7, 65], [8, 256]]) {
  Deno.test(`BYOL regression of [${rows}, ${width}]: losses and gradients of two directions`, async () => {
    const pair = (item: number): [Float64Array, Float64Array] => [
      draws(rows * width, item, -2, 2),
      draws(rows * width, item + 1),
    ];
    const pairs = [pair(1), pair(3)];
    const actual = await run(pairs, width);
    let loss = 0;
    pairs.forEach(([prediction, target], direction) => {
      const expected = twin(prediction, target, width);
      loss += expected.loss;
      const part = actual.rowLosses.subarray(direction * rows, (direction + 1) * rows);
      assertClose(part, expected.rowLosses, 2 * tolerance(width), "losses of the rows");
      let shortest = Infinity;
      for (let r = 0; r < rows; r++) {
        shortest = Math.min(
          shortest,
          Math.hypot(...prediction.subarray(r * width, (r + 1) * width)),
        );
      }
      const size = 2 / (rows * shortest);
      assertClose(
        actual.gradients[direction],
        expected.gradient,
        tolerance(width) * size,
        "gradient",
      );
    });
    assertAlmostEquals(actual.loss, loss, 4 * tolerance(width));
  });
}

Deno.test("BYOL regression: zeros on either side are finite, as in PyTorch", async () => {
  const zero = new Float64Array(4);
  const some = Float64Array.of(0.5, -0.5, 0.5, 0.5);
  const { loss, gradients: [onto, from] } = await run([[some, zero], [zero, some]], 4);
  assertEquals(loss, 4);
  assertEquals(onto, new Float32Array(4));
  assertClose(from, some.map((value) => -2e12 * value), 1e12 * 4 * UNIT_ROUNDOFF, "gradient");
});

Deno.test("BYOL regression: a NaN is seen in the loss and in the gradient", async () => {
  const broken = draws(2 * 8, 1);
  broken[3] = NaN;
  const { loss, gradients: [gradient] } = await run([[broken, draws(2 * 8, 2)]], 8);
  assertEquals(loss, NaN);
  assertEquals(gradient.subarray(0, 8), new Float32Array(8).fill(NaN));
  assertEquals(largest(gradient.subarray(8)) < 10, true);
});

Deno.test("BYOL regression refuses tensors of different shapes", async () => {
  const { kernels } = await openGpu();
  const recorder = new Recorder(kernels);
  const tensor = (shape: number[]) => recorder.transient("tensor", shape);
  for (const [target, losses] of [[[4, 6], [2, 4]], [[3, 8], [2, 4]], [[4, 8], [2, 3]]]) {
    const regression = {
      prediction: tensor([4, 8]),
      target: tensor(target),
      losses: tensor(losses),
      direction: 0,
    };
    assertThrows(
      () => byolRegression(recorder, regression),
      RangeError,
      "BYOL's loss needs a target [4, 8] and losses of 4 rows",
    );
  }
});
