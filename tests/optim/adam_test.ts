/**
 * Adam against float64 and golden values. A parameter of order one that moves by 1e-3 a step is
 * rounded to 6e-8 at each; its update has a few roundings of 1e-3 · 2^-24 beside that.
 */

import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { StepState } from "../../src/gpu/step_state.ts";
import { Adam, type AdamOptions } from "../../src/optim/adam.ts";
import { adamState, adamStep } from "../reference/optim/adam.ts";
import { assertClose, draws, GuardedRun, UNIT_ROUNDOFF } from "../kernels/guarded.ts";

interface Course {
  values: Float32Array;
  gradients: Float32Array;
  first: Float32Array;
  second: Float32Array;
  metrics: { gradientNorm: number; skipped: boolean }[];
}

/** Runs one update after another, each with its gradient. */
async function train(
  start: ArrayLike<number>,
  gradients: readonly ArrayLike<number>[],
  rate: number,
  options: AdamOptions = {},
): Promise<Course> {
  let course: Course | undefined;
  await GuardedRun.with(async (run) => {
    const flat = {
      values: run.place("values", [start.length], start),
      gradients: run.place("gradients", [start.length], gradients[0]),
    };
    const step = new StepState(run.gpu);
    const adam = new Adam(run.gpu, flat, options);
    adam.record(run.recorder, step);
    await run.run(gradients.length, (i) => {
      run.write(flat.gradients, gradients[i]);
      step.begin({ seed: 0, epoch: 0, step: i, records: 1, ...adam.values(i, rate) });
    });
    course = {
      values: run.get(flat.values),
      gradients: run.get(flat.gradients),
      metrics: await step.read(),
      ...await adam.state(),
    };
    adam.destroy();
    step.destroy();
  });
  return course!;
}

Deno.test("Adam: golden values, with and without decay", async () => {
  const gradients = [[0.5, -0.01, 0, 0], [-0.2, 0.03, 0, 0], [0.3, 0, 0, 0]];
  const golden: [number, AdamOptions, number[][]][] = [
    [1e-3, {}, [
      [0.999000000020000, -1.999000000999999],
      [0.998654394181165, -1.999494190612332],
      [0.998109953836812, -1.999876200576541],
    ]],
    [5e-4, { weightDecay: 1e-5 }, [
      [0.999500000010000, -1.999500000499002],
      [0.999327185747957, -1.999746746881866],
      [0.999054955827944, -1.999937280316694],
    ]],
  ];
  for (const [rate, options, expected] of golden) {
    for (const steps of [1, 2, 3]) {
      const { values } = await train([1, -2, 0, 0], gradients.slice(0, steps), rate, options);
      // Each step rounds a value between 1 and 2 once: 2^-24 · 2.
      assertClose(
        values.subarray(0, 2),
        expected[steps - 1],
        steps * 2 * UNIT_ROUNDOFF,
        `${steps}`,
      );
      assertEquals([...values.subarray(2)], [0, 0]);
    }
  }
});

for (const [size, clipNorm] of [[4, 0], [252, 0], [256, 0], [260, 0], [1004, 0], [260, 2.8]]) {
  Deno.test(`Adam of ${size} values, norm up to ${clipNorm || "any"}: five updates`, async () => {
    const start = draws(size, 1);
    const gradients = [0, 1, 2, 3, 4].map((i) => draws(size, 2 + i, -0.3, 0.3));
    const options = { beta1: 0.8, beta2: 0.95, epsilon: 1e-6, weightDecay: 0.01, clipNorm };
    const course = await train(start, gradients, 0.01, options);
    const expected = start.slice();
    const moments = adamState(size);
    // 260 draws from ±0.3 have a norm about 2.8: some are clipped, some are not.
    const clipped = gradients.filter((gradient) => Math.hypot(...gradient) > clipNorm).length;
    if (clipNorm > 0) assertEquals(clipped > 0 && clipped < 5, true);
    gradients.forEach((gradient, i) => {
      adamStep(expected, gradient, moments, i + 1, { ...options, learningRate: 0.01 });
      const norm = Math.hypot(...gradient);
      assertAlmostEquals(course.metrics[i].gradientNorm, norm, 1e-5 * norm);
      assertEquals(course.metrics[i].skipped, false);
    });
    // Five roundings of values up to 1; m and v are up to 0.3 and 0.1 with three roundings each.
    assertClose(course.values, expected, 10 * UNIT_ROUNDOFF, "values");
    assertClose(course.first, moments.first, 5 * UNIT_ROUNDOFF, "first moment");
    assertClose(course.second, moments.second, 2 * UNIT_ROUNDOFF, "second moment");
    assertEquals(course.gradients, new Float32Array(size), "gradients are cleared");
  });
}

for (const value of [NaN, Infinity, -Infinity]) {
  Deno.test(`Adam leaves out an update with a gradient of ${value}, and goes on after it`, async () => {
    const start = draws(260, 1);
    const good = draws(260, 2);
    const broken = good.slice();
    broken[257] = value;
    const once = await train(start, [good], 0.01);
    const course = await train(start, [good, broken], 0.01);
    assertEquals(course.values, once.values);
    assertEquals(course.first, once.first);
    assertEquals(course.second, once.second);
    assertEquals(course.gradients, new Float32Array(260), "gradients are cleared");
    assertEquals(course.metrics.map(({ skipped }) => skipped), [false, true]);
    const later = await train(start, [good, broken, good], 0.01);
    assertEquals(later.metrics.map(({ skipped }) => skipped), [false, true, false]);
    assertEquals(later.values.some((moved, j) => moved !== once.values[j]), true);
    assertEquals(later.values.every(Number.isFinite), true);
  });
}

Deno.test("Adam: state() and load() move the moments, load() refuses another size", async () => {
  await GuardedRun.with(async (run) => {
    const place = (name: string) => run.place(name, [8], new Float64Array(8));
    const adam = new Adam(run.gpu, { values: place("values"), gradients: place("gradients") });
    const state = {
      first: Float32Array.from(draws(8, 1)),
      second: Float32Array.from(draws(8, 2, 0, 1)),
    };
    adam.load(state);
    assertEquals(await adam.state(), state);
    assertThrows(
      () => adam.load({ ...state, first: new Float32Array(4) }),
      RangeError,
      "Adam holds 8 values, got 4",
    );
    adam.destroy();
  });
});
