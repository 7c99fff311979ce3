/**
 * NT-Xent against float64 and golden values.
 *
 * Tolerance: a similarity, a sum of D products with squares adding up to one, is off by about
 * √D · 2^-24 and is divided by the temperature before the exponential; eight times that is allowed.
 */

import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { Recorder } from "../../src/gpu/recorder.ts";
import { StepState } from "../../src/gpu/step_state.ts";
import { ntXent } from "../../src/losses/nt_xent.ts";
import { ntXent as twin } from "../reference/losses/nt_xent.ts";
import { assertClose, draws, GuardedRun, UNIT_ROUNDOFF } from "../kernels/guarded.ts";
import { openGpu } from "../support/gpu.ts";

async function run(z: Float64Array, width: number, temperature: number) {
  let result: { loss: number; dz: Float32Array; rowLosses: Float32Array } | undefined;
  await GuardedRun.with(async (run) => {
    const step = new StepState(run.gpu);
    step.begin({ seed: 0, epoch: 0, step: 1030, records: z.length / width / 2 }); // slot 6
    const { dz } = ntXent(
      run.recorder,
      run.place("z", [z.length / width, width], z),
      step,
      temperature,
    );
    const { loss } = run.recorder.dispatches.find(({ kernel }) => kernel === "nt_xent")!.tensors;
    await run.run();
    const [metrics] = await step.read();
    assertEquals(metrics.step, 1030);
    result = { loss: metrics.loss, dz: run.get(dz), rowLosses: run.get(loss) };
    step.destroy();
  });
  return result!;
}

function relative(width: number, temperature: number): number {
  return 8 * Math.sqrt(width) * UNIT_ROUNDOFF / temperature;
}

async function assertTwin(z: Float64Array, width: number, temperature: number): Promise<void> {
  const rows = z.length / width;
  const expected = twin(z, width, temperature);
  const actual = await run(z, width, temperature);
  const tolerance = relative(width, temperature) * Math.max(1, expected.loss);
  assertClose(actual.rowLosses, expected.rowLosses, 2 * tolerance, "losses of the rows");
  assertAlmostEquals(actual.loss, expected.loss, tolerance);
  let smallest = Infinity;
  for (let r = 0; r < rows; r++) {
    smallest = Math.min(smallest, Math.hypot(...z.subarray(r * width, (r + 1) * width)));
  }
  // A row's gradient adds 2N of ds, whose sizes add up to 4 / (2N τ) at most, over the row's length.
  const size = 4 / (rows * temperature * smallest);
  assertClose(actual.dz, expected.gradient, relative(width, temperature) * size, "dz");
}

Deno.test("NT-Xent: golden values", async () => {
  const z = new Float64Array(24);
  for (let k = 0; k < 12; k++) {
    z[k] = Math.sin(0.37 * k + 0.1);
    z[12 + k] = Math.cos(0.21 * k + 0.4);
  }
  for (
    const [temperature, expected] of [
      [0.07, 6.560841990490764],
      [0.1, 4.847044184241203],
      [0.5, 1.8549723021957674],
      [1, 1.6811131783774664],
    ]
  ) {
    const { loss } = await run(z, 3, temperature);
    assertAlmostEquals(loss, expected, relative(3, temperature) * expected, `τ ${temperature}`);
  }
});

for (const pairs of [1, 2, 3, 33]) {
  for (const temperature of [0.07, 0.5]) {
    Deno.test(`NT-Xent of ${pairs} pairs at temperature ${temperature}: loss and gradient`, async () => {
      // 33 pairs: 66 rows, more than a workgroup's 64 invocations. Widths that are multiples of 4 and not.
      for (const width of [8, 7]) {
        await assertTwin(draws(2 * pairs * width, pairs), width, temperature);
      }
    });
  }
}

Deno.test("NT-Xent of the projection's width", () => assertTwin(draws(2 * 16 * 128, 5), 128, 0.07));

Deno.test("NT-Xent of equal views: partners are nearest, loss and gradient", async () => {
  const first = draws(5 * 8, 1);
  const z = new Float64Array(80);
  z.set(first);
  z.set(first, 40);
  await assertTwin(z, 8, 0.07);
});

Deno.test("NT-Xent of one pair is 0 with a gradient of 0", async () => {
  const { loss, dz } = await run(draws(16, 2), 8, 0.07);
  assertEquals(loss, 0);
  assertEquals(dz, new Float32Array(16));
});

Deno.test("NT-Xent stays finite at a temperature of 0.001 and for collapsed rows", async () => {
  const collapsed = Float64Array.from({ length: 10 * 4 }, (_, j) => [0.25, -2, 0.75, 1][j % 4]);
  // All similarities are equal: ln(2N - 1), each off by 1e-7 / τ.
  assertAlmostEquals((await run(collapsed, 4, 0.07)).loss, Math.log(9), 5e-6);
  const { loss, dz } = await run(draws(24, 3), 4, 0.001);
  assertEquals([loss, ...dz].every(Number.isFinite), true);
});

Deno.test("NT-Xent refuses a temperature of 0", async () => {
  const { gpu, kernels } = await openGpu();
  const step = new StepState(gpu);
  const recorder = new Recorder(kernels);
  for (const temperature of [0, -1, NaN]) {
    assertThrows(
      () => ntXent(recorder, recorder.transient("z", [4, 8]), step, temperature),
      RangeError,
      `needs a temperature > 0, got ${temperature}`,
    );
  }
  step.destroy();
});
