import { assertAlmostEquals, assertEquals } from "@std/assert";
import { addByolBuffers, byolLoss, byolParameters, followedBy } from "../reference/models/byol.ts";
import { classificationLoss } from "../reference/losses/classification_loss.ts";
import {
  addClassifierBuffers,
  classifierBackward,
  classifierForward,
  classifierParameters,
} from "../reference/models/ecg_classifier.ts";
import {
  addEncoderBuffers,
  encoderBackward,
  encoderForward,
  encoderParameters,
  tensor,
} from "../reference/models/encoder_1d_cnn.ts";
import { meanSquaredError } from "../reference/losses/mean_squared_error.ts";
import { ntXent } from "../reference/losses/nt_xent.ts";
import {
  addReconstructionBuffers,
  reconstructionBackward,
  reconstructionForward,
  reconstructionParameters,
} from "../reference/models/reconstruction.ts";
import {
  addSimclrBuffers,
  simclrBackward,
  simclrForward,
  simclrParameters,
} from "../reference/models/simclr.ts";
import { assertGradient, dot, draws } from "./finite_difference.ts";
import { golden, goldenFill, goldenInput } from "../support/golden_fill.ts";

// Golden values come from float64 arithmetic in another order of summation. Values of order one
// agree to 1e-12; statistics of the last block are given to 1e-9.
const close = 1e-11;

function assertRow(actual: ArrayLike<number>, expected: readonly number[], tolerance = close) {
  expected.forEach((value, j) => assertAlmostEquals(actual[j], value, tolerance));
}

function count(parameters: { shape: readonly number[] }[]): number {
  return parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

Deno.test("networks: numbers of parameters", () => {
  assertEquals(count(encoderParameters({})), 538_624);
  assertEquals(count(classifierParameters({})), 539_909);
  assertEquals(count(simclrParameters({})), 1_327_232);
  assertEquals(count(reconstructionParameters({})), 712_044);
  assertEquals(count(byolParameters({})), 4_242_176);
});

Deno.test("networks: the input of the golden values", () => {
  assertAlmostEquals(goldenInput().reduce((sum, x) => sum + x, 0), golden.inputSum, 1e-9);
});

Deno.test("encoder, evaluation: golden values", () => {
  const state = goldenFill(encoderParameters({}));
  addEncoderBuffers(state, {});
  const before = structuredClone(state);
  const { output, length } = encoderForward({}, state, goldenInput(), 2, false);
  assertEquals(length, 125);
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
  const state = goldenFill(classifierParameters({}));
  addClassifierBuffers(state, {});
  const { logits } = classifierForward({}, state, goldenInput(), 2, false);
  assertRow(logits, golden.classifierEvaluation.flat());
});

Deno.test("classifier, training: logits, running statistics, loss and gradients", () => {
  const state = goldenFill(classifierParameters({}));
  addClassifierBuffers(state, {});
  const forward = classifierForward({}, state, goldenInput(), 2, true);
  assertRow(forward.logits, golden.classifierTraining.flat());
  const { block0, block5 } = golden.runningStatistics;
  const statistic = (block: number, name: string) =>
    tensor(state, `encoder.features.${block}.block.1.${name}`);
  assertRow(statistic(0, "running_mean"), block0.mean);
  assertRow(statistic(0, "running_var"), block0.variance);
  assertRow(statistic(5, "running_mean"), block5.mean, 1e-9);
  assertRow(statistic(5, "running_var"), block5.variance, 1e-9);
  assertEquals(statistic(3, "num_batches_tracked")[0], 1);

  const { loss, gradient } = classificationLoss(forward.logits, golden.targets, 5);
  assertAlmostEquals(loss, golden.loss, close);
  const gradients = classifierBackward(forward, gradient);
  assertEquals(
    [...gradients.keys()].sort(),
    classifierParameters({}).map(({ name }) => name).sort(),
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
  const state = goldenFill(simclrParameters({}));
  addSimclrBuffers(state, {});
  const { embeddings } = simclrForward({}, state, goldenInput(), 2, false);
  assertRow(embeddings, golden.simclr.embedding);
  assertAlmostEquals(dot(embeddings, embeddings), golden.simclr.sumOfSquares, 1e-9);
});

Deno.test("reconstruction, evaluation: golden values", () => {
  const state = goldenFill(reconstructionParameters({}));
  addReconstructionBuffers(state, {});
  const x = goldenInput();
  const { output } = reconstructionForward({}, state, x, 2, false);
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
  const shape = { inputChannels: 2, width: 1 };
  for (const training of [true, false]) {
    const state = goldenFill(encoderParameters(shape));
    addEncoderBuffers(state, shape);
    const x = draws(2 * 19 * 2, 1);
    const forward = () => encoderForward(shape, structuredClone(state), x, 2, training);
    const result = forward();
    const upstream = draws(result.output.length, 2);
    const f = () => dot(forward().output, upstream);
    const { gradients, input } = encoderBackward(result, upstream, { needInput: true });
    // Six normalizations in a row over a handful of samples: third derivatives are large.
    const tolerance = 1e-5;
    assertGradient(f, x, input!, `input, training ${training}`, tolerance);
    for (const { name } of encoderParameters(shape)) {
      assertGradient(f, tensor(state, name), tensor(gradients, name), name, tolerance);
    }
  }
});

Deno.test("BYOL: gradients of a small one through both views; none reaches the target", () => {
  const shape = { inputChannels: 2, width: 1, hiddenSize: 5, projectionSize: 3 };
  const parameters = byolParameters(shape);
  const state = goldenFill(parameters);
  addByolBuffers(state, shape);
  const views = [draws(4 * 21 * 2, 3), draws(4 * 21 * 2, 4)] as const;
  const f = () => byolLoss(shape, structuredClone(state), views, 4).loss;
  const { gradients } = byolLoss(shape, structuredClone(state), views, 4);
  const online = parameters.filter(({ name }) => !followedBy(name));
  assertEquals([...gradients.keys()].sort(), online.map(({ name }) => name).sort());
  for (const { name } of online) {
    assertGradient(f, tensor(state, name), tensor(gradients, name), name, 1e-5);
  }
});

Deno.test("BYOL: exchanging the views changes nothing", () => {
  const shape = { inputChannels: 2, width: 1, hiddenSize: 5, projectionSize: 3 };
  const state = goldenFill(byolParameters(shape));
  addByolBuffers(state, shape);
  const [first, second] = [draws(4 * 21 * 2, 3), draws(4 * 21 * 2, 4)];
  const loss = (views: readonly [Float64Array, Float64Array]) =>
    byolLoss(shape, structuredClone(state), views, 4).loss;
  assertAlmostEquals(loss([first, second]), loss([second, first]), close);
});

Deno.test("SimCLR: gradients of a small one through the loss", () => {
  const shape = { inputChannels: 2, width: 2, hiddenSize: 5, projectionSize: 3 };
  const state = goldenFill(simclrParameters(shape));
  addSimclrBuffers(state, shape);
  const x = draws(6 * 21 * 2, 3);
  const forward = () => simclrForward(shape, structuredClone(state), x, 6, true);
  const f = () => ntXent(forward().embeddings, 3, 0.5).loss;
  const result = forward();
  const gradients = simclrBackward(result, ntXent(result.embeddings, 3, 0.5).gradient);
  for (const { name } of simclrParameters(shape)) {
    assertGradient(f, tensor(state, name), tensor(gradients, name), name, 1e-5);
  }
});

Deno.test("reconstruction: gradients of a small one through the loss, cropped from 24 samples to 19", () => {
  const shape = { inputChannels: 2, width: 2 };
  const state = goldenFill(reconstructionParameters(shape));
  addReconstructionBuffers(state, shape);
  const x = draws(3 * 19 * 2, 1);
  const wanted = draws(3 * 19 * 2, 2);
  const forward = () => reconstructionForward(shape, structuredClone(state), x, 3, true);
  const f = () => meanSquaredError(forward().output, wanted).loss;
  const result = forward();
  assertEquals([result.output.length, result.last.shape.inputLength], [3 * 19 * 2, 24]);
  const gradients = reconstructionBackward(
    result,
    meanSquaredError(result.output, wanted).gradient,
  );
  assertEquals(
    [...gradients.keys()].sort(),
    reconstructionParameters(shape).map(({ name }) => name).sort(),
  );
  for (const { name } of reconstructionParameters(shape)) {
    assertGradient(f, tensor(state, name), tensor(gradients, name), name, 1e-5);
  }
});
