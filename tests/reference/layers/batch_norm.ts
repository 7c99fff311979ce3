/**
 * Batch normalization (Ioffe & Szegedy 2015) in float64 with PyTorch's conventions, optionally
 * followed by ReLU. Twin of `kernels/batch_norm*.wgsl`.
 *
 * The input is read as rows [M, C], M = batch · time.
 *
 *     x̂ = (x − μ_c) / √(σ²_c + ε),   y = γ_c · x̂ + β_c,   with ReLU: y = max(0, y)
 *
 * Training: μ and σ² are those of the batch, σ² with divisor M; the running variance takes the one
 * with divisor M − 1: running = (1 − m) · running + m · batch. A single row has none and leaves it as
 * it is (PyTorch refuses that case). Evaluation: μ and σ² are the running ones.
 */

import type { Gradients } from "./linear.ts";

/** Options of {@linkcode batchNormTrain} and {@linkcode batchNormEvaluate}. */
export interface BatchNormOptions {
  /** Apply ReLU to the output; default false. */
  readonly relu?: boolean;
  /** ε; default 1e-5. */
  readonly epsilon?: number;
}

/** What the forward pass returns and the backward pass needs. */
export interface BatchNormResult {
  /** [M, C] */
  readonly output: Float64Array;
  /** [C]: μ used to normalize. */
  readonly mean: Float64Array;
  /** [C]: 1 / √(σ² + ε) used to normalize. */
  readonly inverseDeviation: Float64Array;
}

/**
 * Mean and variance [C] of every channel of `input` [M, C], in two passes; the biased variance has
 * divisor M, the unbiased one M − 1 (NaN where M = 1).
 */
export function batchStatistics(input: Float64Array, channels: number) {
  const rows = input.length / channels;
  const mean = new Float64Array(channels);
  for (let j = 0; j < input.length; j++) mean[j % channels] += input[j];
  for (let c = 0; c < channels; c++) mean[c] /= rows;
  const squares = new Float64Array(channels);
  for (let j = 0; j < input.length; j++) {
    squares[j % channels] += (input[j] - mean[j % channels]) ** 2;
  }
  return {
    mean,
    biasedVariance: squares.map((sum) => sum / rows),
    unbiasedVariance: squares.map((sum) => sum / (rows - 1)),
  };
}

/**
 * Training mode: normalizes with the statistics of the batch.
 *
 * @param input [M, C]
 * @param weight γ [C]
 * @param bias β [C]
 * @param running running mean and variance [C], updated in place when given; m is 0.1 by default
 */
export function batchNormTrain(
  input: Float64Array,
  weight: Float64Array,
  bias: Float64Array,
  running?: { mean: Float64Array; variance: Float64Array; momentum?: number },
  options: BatchNormOptions = {},
): BatchNormResult {
  const statistics = batchStatistics(input, weight.length);
  if (running) {
    const momentum = running.momentum ?? 0.1;
    for (let c = 0; c < weight.length; c++) {
      running.mean[c] += momentum * (statistics.mean[c] - running.mean[c]);
      if (input.length === weight.length) continue;
      running.variance[c] += momentum * (statistics.unbiasedVariance[c] - running.variance[c]);
    }
  }
  return normalize(input, weight, bias, statistics.mean, statistics.biasedVariance, options);
}

/**
 * Evaluation mode: normalizes with the running statistics.
 *
 * @param input [M, C]
 * @param weight γ [C]
 * @param bias β [C]
 * @param running running mean and variance [C]
 */
export function batchNormEvaluate(
  input: Float64Array,
  weight: Float64Array,
  bias: Float64Array,
  running: { readonly mean: Float64Array; readonly variance: Float64Array },
  options: BatchNormOptions = {},
): BatchNormResult {
  return normalize(input, weight, bias, running.mean.slice(), running.variance, options);
}

function normalize(
  input: Float64Array,
  weight: Float64Array,
  bias: Float64Array,
  mean: Float64Array,
  variance: Float64Array,
  { relu = false, epsilon = 1e-5 }: BatchNormOptions,
): BatchNormResult {
  const channels = weight.length;
  const inverseDeviation = variance.map((v) => 1 / Math.sqrt(v + epsilon));
  const output = new Float64Array(input.length);
  for (let j = 0; j < input.length; j++) {
    const c = j % channels;
    const y = weight[c] * ((input[j] - mean[c]) * inverseDeviation[c]) + bias[c];
    output[j] = relu && !(y > 0) ? 0 : y;
  }
  return { output, mean, inverseDeviation };
}

/**
 * Backward through ReLU (if any) and the normalization. With g = dy where ReLU let pass, else 0:
 *
 *     dβ = Σ g,   dγ = Σ g · x̂
 *     evaluation:  dx = γ · r · g                              (r = 1 / √(σ² + ε))
 *     training:    dx = γ · r · (g − dβ / M − x̂ · dγ / M)      (μ and σ² depend on x)
 *
 * @param input [M, C], as in the forward pass
 * @param weight γ [C]
 * @param saved what the forward pass returned
 * @param outputGradient dy [M, C]
 * @param mode `training` when the statistics were those of the batch; `relu` as in the forward pass
 */
export function batchNormBackward(
  input: Float64Array,
  weight: Float64Array,
  saved: BatchNormResult,
  outputGradient: Float64Array,
  mode: { readonly training: boolean; readonly relu?: boolean },
): Gradients {
  const channels = weight.length;
  const rows = input.length / channels;
  const { output, mean, inverseDeviation } = saved;
  const weightGradient = new Float64Array(channels);
  const biasGradient = new Float64Array(channels);
  const passed = (j: number) => (mode.relu && !(output[j] > 0) ? 0 : outputGradient[j]);
  const normalized = (j: number, c: number) => (input[j] - mean[c]) * inverseDeviation[c];
  for (let j = 0; j < input.length; j++) {
    const c = j % channels;
    weightGradient[c] += passed(j) * normalized(j, c);
    biasGradient[c] += passed(j);
  }
  const inputGradient = new Float64Array(input.length);
  for (let j = 0; j < input.length; j++) {
    const c = j % channels;
    const throughStatistics = mode.training
      ? (biasGradient[c] + normalized(j, c) * weightGradient[c]) / rows
      : 0;
    inputGradient[j] = weight[c] * inverseDeviation[c] * (passed(j) - throughStatistics);
  }
  return { input: inputGradient, weight: weightGradient, bias: biasGradient };
}
