/**
 * The moving average against float64: two stretches of one buffer, with sentinels before, between and
 * behind them. Momentum reaches the kernel in float32, so 1 − momentum is off by 2^-24 at most.
 */

import { assertEquals, assertThrows } from "@std/assert";
import { Recorder } from "../../src/gpu/recorder.ts";
import { StepState } from "../../src/gpu/step_state.ts";
import { Tensor } from "../../src/gpu/tensor.ts";
import { recordMovingAverage } from "../../src/optim/moving_average.ts";
import { movingAverageStep } from "../reference/optim/moving_average.ts";
import { assertClose, draws, UNIT_ROUNDOFF } from "../kernels/guarded.ts";
import { openGpu } from "../support/gpu.ts";

const SENTINEL = -77777.25;
const GUARD = 64;

/** Runs one step a momentum; gives both stretches. */
async function run(size: number, momenta: readonly number[], averageFirst: boolean) {
  const { gpu, kernels } = await openGpu();
  const before = gpu.liveBuffers;
  const room = Math.ceil(size / GUARD) * GUARD + GUARD;
  const starts = averageFirst ? [GUARD, GUARD + room] : [GUARD + room, GUARD];
  const all = new Float32Array(GUARD + 2 * room).fill(SENTINEL);
  all.set(draws(size, 1, -2, 2), starts[0]);
  all.set(draws(size, 2, -2, 2), starts[1]);
  const parameters = Tensor.from(gpu, [all.length], all);
  const [average, source] = starts.map((start) => parameters.view(start, start + size));
  const step = new StepState(gpu);
  const recorder = new Recorder(kernels);
  recordMovingAverage(recorder, { average, source, state: step.state });
  const program = await recorder.plan();
  momenta.forEach((momentum, i) => {
    step.begin({ seed: 0, epoch: 0, step: i, records: 1, momentum });
    program.run();
  });
  const values = await parameters.read();
  program.destroy();
  step.destroy();
  parameters.release();
  assertEquals(gpu.liveBuffers, before);
  const outside = values.filter((_, j) => starts.every((start) => j < start || j >= start + size));
  assertEquals(outside, new Float32Array(all.length - 2 * size).fill(SENTINEL));
  return starts.map((start) => values.subarray(start, start + size));
}

for (const size of [4, 252, 256, 260, 1028]) {
  for (const averageFirst of [true, false]) {
    const order = averageFirst ? "before" : "behind";
    Deno.test(`moving average of ${size} values that stand ${order} the source`, async () => {
      const momenta = [0.5, 0.9, 0.996, 1, 0.99];
      const expected = draws(size, 1, -2, 2);
      const from = draws(size, 2, -2, 2);
      for (const momentum of momenta) movingAverageStep(expected, from, momentum);
      const [average, source] = await run(size, momenta, averageFirst);
      // Values below 2, differences below 4: three roundings and that of the momentum, each step.
      assertClose(average, expected, momenta.length * 8 * UNIT_ROUNDOFF, "average");
      assertClose(source, from, 0, "source");
    });
  }
}

Deno.test("moving average: momentum 1 keeps every bit, an average that has arrived stays", async () => {
  const [kept] = await run(8, [1, 1, 1], true);
  assertClose(kept, draws(8, 1, -2, 2), 0, "kept");
  const [copied] = await run(8, [0, 0.7, 0.3], true);
  // The first step rounds the difference, and its sum with the average, once each.
  assertClose(copied, draws(8, 2, -2, 2), 6 * UNIT_ROUNDOFF, "copied");
});

Deno.test("moving average refuses stretches of different sizes or buffers", async () => {
  const { gpu, kernels } = await openGpu();
  const recorder = new Recorder(kernels);
  const state = recorder.transient("state", [16]);
  const tensors = [Tensor.zeros(gpu, [256]), Tensor.zeros(gpu, [256])];
  const at = (i: number, size: number) => tensors[i].view(64 * i, 64 * i + size);
  for (const [average, source] of [[at(0, 4), at(1, 4)], [at(0, 4), at(0, 8)]]) {
    assertThrows(
      () => recordMovingAverage(recorder, { average, source, state }),
      RangeError,
      "A moving average needs two stretches of one buffer and of one size",
    );
  }
  for (const tensor of tensors) tensor.release();
});
