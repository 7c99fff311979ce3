import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  batchNormBackward,
  batchNormEvaluate,
  batchNormTrain,
  batchStatistics,
} from "../reference/layers/batch_norm.ts";
import { assertGradient, dot, draws } from "./finite_difference.ts";

Deno.test("batch norm: biased variance normalizes, unbiased variance runs", () => {
  const input = Float64Array.of(1, 10, 2, 10, 3, 10, 6, 10); // [4, 2]
  const running = { mean: Float64Array.of(0, 0), variance: Float64Array.of(1, 1) };
  const result = batchNormTrain(
    input,
    Float64Array.of(2, 1),
    Float64Array.of(-1, 0.5),
    running,
  );
  // Channel 0: mean 3, squares 4 + 1 + 0 + 9 = 14, biased 3.5, unbiased 14/3.
  assertAlmostEquals(result.output[0], 2 * (1 - 3) / Math.sqrt(3.5 + 1e-5) - 1, 1e-14);
  assertAlmostEquals(running.mean[0], 0.3, 1e-15);
  assertAlmostEquals(running.variance[0], 0.9 + 0.1 * 14 / 3, 1e-15);
  // Channel 1 is constant: normalized to 0, so only β is left.
  assertEquals(result.output[1], 0.5);
  assertAlmostEquals(running.variance[1], 0.9, 1e-15);
});

Deno.test("batch norm: training output has mean β and deviation γ", () => {
  const channels = 3;
  const input = draws(200 * channels, 1, -3, 5);
  const weight = Float64Array.of(0.5, 2, 3);
  const bias = Float64Array.of(-1, 0, 4);
  const { output } = batchNormTrain(input, weight, bias);
  const { mean, biasedVariance } = batchStatistics(output, channels);
  for (let c = 0; c < channels; c++) {
    assertAlmostEquals(mean[c], bias[c], 1e-12);
    // ε takes a share of 1e-5 / (2 · 5.3) of the deviation.
    assertAlmostEquals(Math.sqrt(biasedVariance[c]), weight[c], 1e-5);
  }
});

Deno.test("batch norm: evaluation after enough identical batches equals training", () => {
  const input = draws(60, 2);
  const weight = draws(3, 3);
  const bias = draws(3, 4);
  const { mean, biasedVariance } = batchStatistics(input, 3);
  const training = batchNormTrain(input, weight, bias);
  const evaluation = batchNormEvaluate(input, weight, bias, { mean, variance: biasedVariance });
  assertEquals(evaluation.output, training.output);
});

for (const training of [true, false]) {
  for (const relu of [true, false]) {
    const name = `batch norm: backward, ${training ? "training" : "evaluation"}${
      relu ? ", with ReLU" : ""
    }`;
    Deno.test(name, () => {
      const channels = 3;
      const rows = 7;
      const input = draws(rows * channels, 10);
      const weight = draws(channels, 11, 0.5, 1.5);
      const bias = draws(channels, 12);
      const upstream = draws(rows * channels, 13);
      const running = { mean: draws(channels, 14), variance: draws(channels, 15, 0.5, 2) };
      const forward = () =>
        training
          ? batchNormTrain(input, weight, bias, undefined, { relu })
          : batchNormEvaluate(input, weight, bias, running, { relu });
      const f = () => dot(forward().output, upstream);
      const saved = forward();
      const gradients = batchNormBackward(input, weight, saved, upstream, { training, relu });
      assertGradient(f, input, gradients.input, "input");
      assertGradient(f, weight, gradients.weight, "weight");
      assertGradient(f, bias, gradients.bias, "bias");
    });
  }
}

Deno.test("batch norm: the training gradient sums to zero and is orthogonal to x̂", () => {
  const input = draws(40, 20);
  const weight = draws(2, 21, 0.5, 1.5);
  const saved = batchNormTrain(input, weight, draws(2, 22));
  const gradient = batchNormBackward(input, weight, saved, draws(40, 23), { training: true }).input;
  for (let c = 0; c < 2; c++) {
    let sum = 0;
    let along = 0;
    for (let j = c; j < 40; j += 2) {
      sum += gradient[j];
      along += gradient[j] * (input[j] - saved.mean[c]) * saved.inverseDeviation[c];
    }
    assertAlmostEquals(sum, 0, 1e-13);
    // Exactly orthogonal but for ε: x̂ has variance 1 − ε/(σ² + ε), about 3e-5 short of 1.
    assertAlmostEquals(along, 0, 1e-3);
  }
});
