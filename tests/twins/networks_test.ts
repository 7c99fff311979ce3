import { assertAlmostEquals, assertEquals } from "@std/assert";
import { classificationLoss } from "../reference/losses/classification_loss.ts";
import { meanSquaredError } from "../reference/losses/mean_squared_error.ts";
import { ntXent } from "../reference/losses/nt_xent.ts";
import { byol, byolLoss, followedBy } from "../reference/models/byol.ts";
import { ecgClassifier } from "../reference/models/ecg_classifier.ts";
import { encoder1dCnn } from "../reference/models/encoder_1d_cnn.ts";
import { forward, type Layer, type NamedArrays, tensor } from "../reference/models/network.ts";
import { reconstruction, uncroppedReconstruction } from "../reference/models/reconstruction.ts";
import { simclr } from "../reference/models/simclr.ts";
import { assertGradient, dot, draws } from "./finite_difference.ts";
import { golden, goldenInput, goldenState } from "../support/golden_fill.ts";

// Golden values come from float64 arithmetic in another order of summation. Values of order one
// agree to 1e-12; statistics of the last block are given to 1e-9.
const close = 1e-11;

function assertRow(actual: ArrayLike<number>, expected: readonly number[], tolerance = close) {
  expected.forEach((value, j) => assertAlmostEquals(actual[j], value, tolerance));
}

function count({ parameters }: Pick<Layer, "parameters">): number {
  return parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

Deno.test("networks: numbers of parameters", () => {
  assertEquals(count(encoder1dCnn({})), 538_624);
  assertEquals(count(ecgClassifier({})), 539_909);
  assertEquals(count(simclr({})), 1_327_232);
  assertEquals(count(reconstruction({})), 712_044);
  assertEquals(count(byol({})), 4_242_176);
});

Deno.test("networks: the input of the golden values", () => {
  assertAlmostEquals(goldenInput().reduce((sum, x) => sum + x, 0), golden.inputSum, 1e-9);
});

Deno.test("encoder, evaluation: golden values", () => {
  const state = goldenState(encoder1dCnn({}));
  const before = structuredClone(state);
  const { output } = forward(encoder1dCnn({}), state, goldenInput(), 2, false);
  assertEquals(output.length, 2 * 125 * 256);
  assertAlmostEquals(
    output.reduce((sum, y) => sum + y, 0) / output.length,
    golden.encoder.mean,
    close,
  );
  assertAlmostEquals(dot(output, output), golden.encoder.sumOfSquares, 1e-8);
  assertAlmostEquals(output[output.length - 1], golden.encoder.lastElement, close);
  assertEquals(state, before, "Evaluation changed the state");
});

Deno.test("classifier, evaluation: golden values", () => {
  const state = goldenState(ecgClassifier({}));
  const { output } = forward(ecgClassifier({}), state, goldenInput(), 2, false);
  assertRow(output, golden.classifierEvaluation.flat());
});

Deno.test("classifier, training: logits, running statistics, loss and gradients", () => {
  const state = goldenState(ecgClassifier({}));
  const { output, backward } = forward(ecgClassifier({}), state, goldenInput(), 2, true);
  assertRow(output, golden.classifierTraining.flat());
  const { block0, block5 } = golden.runningStatistics;
  const statistic = (block: number, name: string) =>
    tensor(state, `encoder.features.${block}.block.1.${name}`);
  assertRow(statistic(0, "running_mean"), block0.mean);
  assertRow(statistic(0, "running_var"), block0.variance);
  assertRow(statistic(5, "running_mean"), block5.mean, 1e-9);
  assertRow(statistic(5, "running_var"), block5.variance, 1e-9);
  assertEquals(statistic(3, "num_batches_tracked")[0], 1);

  const { loss, gradient } = classificationLoss(output, golden.targets, 5);
  assertAlmostEquals(loss, golden.loss, close);
  const gradients = backward(gradient);
  assertEquals(
    [...gradients.keys()].sort(),
    ecgClassifier({}).parameters.map(({ name }) => name).sort(),
  );
  assertRow(tensor(gradients, "head.bias"), golden.headBiasGradient);
  assertRow(
    tensor(gradients, "encoder.features.0.block.0.weight"),
    golden.firstConvolutionGradient,
  );
  let squares = 0;
  for (const g of gradients.values()) squares += dot(g, g);
  assertAlmostEquals(Math.sqrt(squares), golden.gradientNorm, 1e-9);
});

Deno.test("SimCLR, evaluation: golden values", () => {
  const state = goldenState(simclr({}));
  const { output } = forward(simclr({}), state, goldenInput(), 2, false);
  assertRow(output, golden.simclr.embedding);
  assertAlmostEquals(dot(output, output), golden.simclr.sumOfSquares, 1e-9);
});

Deno.test("reconstruction, evaluation: golden values", () => {
  const state = goldenState(reconstruction({}));
  const x = goldenInput();
  const { output } = forward(reconstruction({}), state, x, 2, false);
  const { start, sumOfSquares } = golden.reconstruction;
  assertRow([output[0], output[12], output[24]], start);
  assertAlmostEquals(dot(output, output), sumOfSquares, 1e-9);
  assertAlmostEquals(
    meanSquaredError(output, x).loss,
    golden.reconstruction.meanSquaredError,
    close,
  );
});

Deno.test("encoder: gradients of a small one, both modes, input included", () => {
  const network = encoder1dCnn({ inputChannels: 2, width: 1 });
  for (const training of [true, false]) {
    const state = goldenState(network);
    const x = draws(2 * 19 * 2, 1);
    const pass = () => network.forward(x, { state: structuredClone(state), batch: 2, training });
    const { output, backward } = pass();
    const upstream = draws(output.length, 2);
    const f = () => dot(pass().output, upstream);
    const gradients: NamedArrays = new Map();
    // Six normalizations in a row over a handful of samples: third derivatives are large.
    const tolerance = 1e-5;
    assertGradient(f, x, backward(upstream, gradients), `input, training ${training}`, tolerance);
    assertGradients(network, f, state, gradients);
  }
});

/** Asserts that `gradients` are those of `f` with respect to all parameters, and no others. */
function assertGradients(
  { parameters }: Pick<Layer, "parameters">,
  f: () => number,
  state: NamedArrays,
  gradients: NamedArrays,
) {
  assertEquals([...gradients.keys()].sort(), parameters.map(({ name }) => name).sort());
  for (const { name } of parameters) {
    assertGradient(f, tensor(state, name), tensor(gradients, name), name, 1e-5);
  }
}

Deno.test("BYOL: gradients of a small one through both views; none reaches the target", () => {
  const shape = { inputChannels: 2, width: 1, hiddenSize: 5, projectionSize: 3 };
  const { parameters } = byol(shape);
  const state = goldenState(byol(shape));
  const views = [draws(4 * 21 * 2, 3), draws(4 * 21 * 2, 4)] as const;
  const f = () => byolLoss(shape, structuredClone(state), views, 4).loss;
  const { gradients } = byolLoss(shape, structuredClone(state), views, 4);
  const online = parameters.filter(({ name }) => !followedBy(name));
  assertGradients({ parameters: online }, f, state, gradients);
});

Deno.test("BYOL: exchanging the views changes nothing", () => {
  const shape = { inputChannels: 2, width: 1, hiddenSize: 5, projectionSize: 3 };
  const state = goldenState(byol(shape));
  const [first, second] = [draws(4 * 21 * 2, 3), draws(4 * 21 * 2, 4)];
  const loss = (views: readonly [Float64Array, Float64Array]) =>
    byolLoss(shape, structuredClone(state), views, 4).loss;
  assertAlmostEquals(loss([first, second]), loss([second, first]), close);
});

Deno.test("SimCLR: gradients of a small one through the loss", () => {
  const network = simclr({ inputChannels: 2, width: 2, hiddenSize: 5, projectionSize: 3 });
  const state = goldenState(network);
  const x = draws(6 * 21 * 2, 3);
  const pass = () => forward(network, structuredClone(state), x, 6, true);
  const f = () => ntXent(pass().output, 3, 0.5).loss;
  const { output, backward } = pass();
  assertGradients(network, f, state, backward(ntXent(output, 3, 0.5).gradient));
});

Deno.test("reconstruction: gradients of a small one through the loss, cropped from 24 samples to 19", () => {
  const shape = { inputChannels: 2, width: 2 };
  const network = reconstruction(shape);
  const state = goldenState(network);
  const x = draws(3 * 19 * 2, 1);
  const wanted = draws(3 * 19 * 2, 2);
  const pass = (of = network) => forward(of, structuredClone(state), x, 3, true);
  const f = () => meanSquaredError(pass().output, wanted).loss;
  const { output, backward } = pass();
  const whole = pass(uncroppedReconstruction(shape)).output;
  assertEquals([output.length, whole.length], [3 * 19 * 2, 3 * 24 * 2]);
  assertGradients(network, f, state, backward(meanSquaredError(output, wanted).gradient));
});
