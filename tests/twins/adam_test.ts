import { assertAlmostEquals, assertEquals } from "@std/assert";
import { adamState, adamStep } from "../reference/optim/adam.ts";

const gradients = [[0.5, -0.01], [-0.2, 0.03], [0.3, 0]];

function check(options: { learningRate: number; weightDecay?: number }, expected: number[][]) {
  const parameters = Float64Array.of(1, -2);
  const state = adamState(2);
  gradients.forEach((gradient, s) => {
    assertEquals(adamStep(parameters, Float64Array.from(gradient), state, s + 1, options), true);
    // Golden values are printed to 15 decimals.
    for (let j = 0; j < 2; j++) assertAlmostEquals(parameters[j], expected[s][j], 1e-14);
  });
}

Deno.test("Adam: golden values", () => {
  check({ learningRate: 1e-3 }, [
    [0.999000000020000, -1.999000000999999],
    [0.998654394181165, -1.999494190612332],
    [0.998109953836812, -1.999876200576541],
  ]);
});

Deno.test("Adam: golden values with coupled weight decay", () => {
  check({ learningRate: 5e-4, weightDecay: 1e-5 }, [
    [0.999500000010000, -1.999500000499002],
    [0.999327185747957, -1.999746746881866],
    [0.999054955827944, -1.999937280316694],
  ]);
});

Deno.test("Adam: one gradient that is not finite leaves everything as it was", () => {
  for (const bad of [NaN, Infinity, -Infinity]) {
    const parameters = Float64Array.of(1, -2);
    const state = adamState(2);
    adamStep(parameters, Float64Array.of(0.5, -0.01), state, 1);
    const before = structuredClone({ parameters, state });
    assertEquals(adamStep(parameters, Float64Array.of(0.1, bad), state, 2), false);
    assertEquals({ parameters, state }, before);
  }
});

Deno.test("Adam: the first step has the size of the learning rate, whatever the gradient's", () => {
  for (const gradient of [1e-3, 1, 1e6]) {
    const parameters = Float64Array.of(0);
    adamStep(parameters, Float64Array.of(gradient), adamState(1), 1, { learningRate: 0.01 });
    // ε = 1e-8 against a gradient of 1e-3 takes 1e-5 of the step.
    assertAlmostEquals(parameters[0], -0.01, 1.01e-7);
  }
});

Deno.test("Adam: a gradient longer than the clipping norm counts as one of that norm", () => {
  const [free, clipped] = [{}, { clipNorm: 1 }].map((options) => {
    const parameters = Float64Array.of(1, -2);
    const state = adamState(2);
    // Norm 5, then norm 0.5, which stays as it is.
    adamStep(parameters, Float64Array.of(3, 4), state, 1, options);
    adamStep(parameters, Float64Array.of(0.3, 0.4), state, 2, options);
    return state.first;
  });
  // m = 0.9 · 0.1 · 3 + 0.1 · 0.3; the factor is 1 / (5 + 1e-6).
  assertAlmostEquals(free[0], 0.3, 1e-15);
  assertAlmostEquals(clipped[0], 0.09 * 3 / (5 + 1e-6) + 0.03, 1e-15);
});
