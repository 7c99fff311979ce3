import { assertAlmostEquals, assertEquals } from "@std/assert";
import { improvedCnn } from "../reference/models/improved_cnn.ts";
import { forward, type Layer, tensor } from "../reference/models/network.ts";
import { resnet1d } from "../reference/models/resnet1d.ts";
import { golden, goldenInput, goldenState } from "../support/golden_fill.ts";
import { assertGradient, dot, draws } from "./finite_difference.ts";

// Golden values come from float64 arithmetic in another order of summation.
function assertRow(actual: ArrayLike<number>, expected: readonly number[]) {
  expected.forEach((value, j) => assertAlmostEquals(actual[j], value, 1e-11));
}

function count({ parameters }: Pick<Layer, "parameters">): number {
  return parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

Deno.test("residual networks: numbers of parameters and state entries", () => {
  assertEquals(count(resnet1d({})), 8_739_973);
  assertEquals(goldenState(resnet1d({ width: 1 })).size, 122);
  assertEquals(count(improvedCnn({})), 999_301);
  assertEquals(count(improvedCnn({ classes: 1 })), 998_273);
  assertEquals(goldenState(improvedCnn({ width: 1 })).size, 63);
});

// Rows do not influence each other in evaluation: one is enough. Training mode at full size takes
// seconds more and is tested elsewhere: the twin against PyTorch in float64 in
// classifier_parity_test.ts, the golden values on the GPU in ../models/resnet1d_test.ts.
Deno.test("ResNet-1D, evaluation: golden values", () => {
  const network = resnet1d({});
  const { output } = forward(network, goldenState(network), goldenInput(1), 1, false);
  assertRow(output, golden.resnet1dEvaluation);
});

Deno.test("improved CNN, evaluation: golden values", () => {
  const network = improvedCnn({});
  const { output } = forward(network, goldenState(network), goldenInput(1), 1, false);
  assertRow(output, golden.improvedCnnEvaluation);
});

for (const [name, build] of [["ResNet-1D", resnet1d], ["improved CNN", improvedCnn]] as const) {
  Deno.test(`${name}: gradients of a small one, trained with dropout`, () => {
    const network = build({ inputChannels: 1, width: 1, classes: 2 });
    const { parameters } = network;
    const state = goldenState(network);
    const x = draws(4 * 13, 1);
    const pass = () => forward(network, structuredClone(state), x, 4, { seed: 3, step: 5 });
    const upstream = draws(4 * 2, 2);
    const f = () => dot(pass().output, upstream);
    const gradients = pass().backward(upstream);
    assertEquals([...gradients.keys()].sort(), parameters.map(({ name }) => name).sort());
    for (const { name } of parameters) {
      // Many normalizations in a row over a handful of samples: third derivatives are large.
      assertGradient(f, tensor(state, name), tensor(gradients, name), name, 2e-5);
    }
  });
}
