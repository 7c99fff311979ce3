import { assertAlmostEquals, assertEquals } from "@std/assert";
import { type NamedArrays, type NamedShape, tensor } from "../reference/models/encoder_1d_cnn.ts";
import {
  addImprovedCnnBuffers,
  improvedCnnForward,
  improvedCnnParameters,
} from "../reference/models/improved_cnn.ts";
import {
  addResnet1dBuffers,
  resnet1dForward,
  resnet1dParameters,
} from "../reference/models/resnet1d.ts";
import { assertGradient, dot, draws } from "./finite_difference.ts";
import { golden, goldenFill, goldenInput } from "../support/golden_fill.ts";

// Golden values come from float64 arithmetic in another order of summation.
function assertRow(actual: ArrayLike<number>, expected: readonly number[]) {
  expected.forEach((value, j) => assertAlmostEquals(actual[j], value, 1e-11));
}

function count(parameters: readonly NamedShape[]): number {
  return parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

function resnet1dState(shape: { inputChannels?: number; width?: number }): NamedArrays {
  const state = goldenFill(resnet1dParameters(shape));
  addResnet1dBuffers(state, shape);
  return state;
}

function improvedCnnState(shape: { inputChannels?: number; width?: number }): NamedArrays {
  const state = goldenFill(improvedCnnParameters(shape));
  addImprovedCnnBuffers(state, shape);
  return state;
}

Deno.test("residual networks: numbers of parameters and state entries", () => {
  assertEquals(count(resnet1dParameters({})), 8_739_973);
  assertEquals(resnet1dState({ width: 1 }).size, 122);
  assertEquals(count(improvedCnnParameters({})), 999_301);
  assertEquals(count(improvedCnnParameters({ classes: 1 })), 998_273);
  assertEquals(improvedCnnState({ width: 1 }).size, 63);
});

// Rows do not influence each other in evaluation: one is enough. Training mode at full size takes
// seconds more and is tested elsewhere: the twin against PyTorch in float64 in
// classifier_parity_test.ts, the golden values on the GPU in ../models/resnet1d_test.ts.
Deno.test("ResNet-1D, evaluation: golden values", () => {
  const { logits } = resnet1dForward({}, resnet1dState({}), goldenInput(1), 1, false);
  assertRow(logits, golden.resnet1dEvaluation);
});

Deno.test("improved CNN, evaluation: golden values", () => {
  const { logits } = improvedCnnForward({}, improvedCnnState({}), goldenInput(1), 1, false);
  assertRow(logits, golden.improvedCnnEvaluation);
});

for (
  const [name, parameters, makeState, forward] of [
    ["ResNet-1D", resnet1dParameters, resnet1dState, resnet1dForward],
    ["improved CNN", improvedCnnParameters, improvedCnnState, improvedCnnForward],
  ] as const
) {
  Deno.test(`${name}: gradients of a small one, trained with dropout`, () => {
    const shape = { inputChannels: 1, width: 1, classes: 2 };
    const state = makeState(shape);
    const x = draws(4 * 13, 1);
    const pass = () => forward(shape, structuredClone(state), x, 4, { seed: 3, step: 5 });
    const upstream = draws(4 * 2, 2);
    const f = () => dot(pass().logits, upstream);
    const gradients = pass().backward(upstream);
    assertEquals([...gradients.keys()].sort(), parameters(shape).map(({ name }) => name).sort());
    for (const { name } of parameters(shape)) {
      // Many normalizations in a row over a handful of samples: third derivatives are large.
      assertGradient(f, tensor(state, name), tensor(gradients, name), name, 2e-5);
    }
  });
}
