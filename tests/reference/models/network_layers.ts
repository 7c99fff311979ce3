/**
 * The layers that networks are chained from: each takes its tensors by name, calls its twin in
 * `../layers/` and converts weights from and to PyTorch's layouts.
 */

import { batchNormBackward, batchNormEvaluate, batchNormTrain } from "../layers/batch_norm.ts";
import { conv1dBackwardInput, conv1dBackwardWeight, conv1dForward } from "../layers/conv1d.ts";
import { convTranspose1dBackward, convTranspose1dForward } from "../layers/conv_transpose1d.ts";
import { dropoutFactors } from "../layers/dropout.ts";
import { convWeightFromTorch, convWeightToTorch, transpose } from "../layers/layout.ts";
import { linearBackward, linearForward } from "../layers/linear.ts";
import { maxPoolBackward, maxPoolForward } from "../layers/max_pool.ts";
import { meanMaxPoolBackward, meanMaxPoolForward } from "../layers/mean_max_pool.ts";
import { meanPoolBackward, meanPoolForward } from "../layers/mean_pool.ts";
import { type Layer, tensor } from "./network.ts";

/** Sizes of a convolution. */
export type ConvSizes = readonly [
  inputs: number,
  outputs: number,
  kernelSize: number,
  stride: number,
];

/** Convolution with zero padding ⌊K / 2⌋ of signals [N, T, inputs]. */
export function convolution(
  name: string,
  [inputs, outputs, kernelSize, stride]: ConvSizes,
  { bias = false } = {},
): Layer {
  const sizes = [outputs, inputs, kernelSize] as const;
  const weightShape = { name: `${name}.weight`, shape: sizes };
  return {
    parameters: bias ? [weightShape, { name: `${name}.bias`, shape: [outputs] }] : [weightShape],
    norms: [],
    forward(input, { state, batch }) {
      const shape = {
        batch,
        inputLength: input.length / (batch * inputs),
        inputChannels: inputs,
        outputChannels: outputs,
        kernelSize,
        stride,
        padding: Math.floor(kernelSize / 2),
      };
      const weight = convWeightFromTorch(tensor(state, `${name}.weight`), sizes);
      return {
        output: conv1dForward(
          shape,
          input,
          weight,
          bias ? tensor(state, `${name}.bias`) : undefined,
        ),
        backward(g, gradients) {
          const parameters = conv1dBackwardWeight(shape, input, g);
          gradients.set(`${name}.weight`, convWeightToTorch(parameters.weight, sizes));
          if (bias) gradients.set(`${name}.bias`, parameters.bias);
          return conv1dBackwardInput(shape, weight, g);
        },
      };
    },
  };
}

/** Transposed convolution with ReLU that doubles the length: K = 4, stride 2, padding 1. */
export function doubling(name: string, inputs: number, outputs: number): Layer {
  const sizes = [inputs, outputs, 4] as const;
  return {
    parameters: [
      { name: `${name}.weight`, shape: sizes },
      { name: `${name}.bias`, shape: [outputs] },
    ],
    norms: [],
    forward(input, { state, batch }) {
      const shape = {
        batch,
        inputLength: input.length / (batch * inputs),
        inputChannels: inputs,
        outputChannels: outputs,
        kernelSize: 4,
        stride: 2,
        padding: 1,
        relu: true,
      };
      const weight = convWeightFromTorch(tensor(state, `${name}.weight`), sizes);
      const output = convTranspose1dForward(shape, input, weight, tensor(state, `${name}.bias`));
      return {
        output,
        backward(g, gradients) {
          const back = convTranspose1dBackward(shape, input, weight, output, g);
          gradients.set(`${name}.weight`, convWeightToTorch(back.weight, sizes));
          gradients.set(`${name}.bias`, back.bias);
          return back.input;
        },
      };
    },
  };
}

/** Batch norm of rows [M, channels]. */
export function batchNorm(name: string, channels: number, { relu = false } = {}): Layer {
  return {
    parameters: ["weight", "bias"].map((part) => ({ name: `${name}.${part}`, shape: [channels] })),
    norms: [[name, channels]],
    forward(input, { state, training: mode }) {
      const training = mode !== false;
      const weight = tensor(state, `${name}.weight`);
      const bias = tensor(state, `${name}.bias`);
      const running = {
        mean: tensor(state, `${name}.running_mean`),
        variance: tensor(state, `${name}.running_var`),
      };
      const result = training
        ? batchNormTrain(input, weight, bias, running, { relu })
        : batchNormEvaluate(input, weight, bias, running, { relu });
      if (training) tensor(state, `${name}.num_batches_tracked`)[0]++;
      return {
        output: result.output,
        backward(g, gradients) {
          const back = batchNormBackward(input, weight, result, g, { training, relu });
          gradients.set(`${name}.weight`, back.weight);
          gradients.set(`${name}.bias`, back.bias);
          return back.input;
        },
      };
    },
  };
}

/** Linear layer of rows [N, inputs]. */
export function linear(
  name: string,
  inputs: number,
  outputs: number,
  { relu = false } = {},
): Layer {
  return {
    parameters: [
      { name: `${name}.weight`, shape: [outputs, inputs] },
      { name: `${name}.bias`, shape: [outputs] },
    ],
    norms: [],
    forward(input, { state }) {
      const shape = { rows: input.length / inputs, inputs, outputs, relu };
      const weight = transpose(tensor(state, `${name}.weight`), outputs, inputs);
      const output = linearForward(shape, input, weight, tensor(state, `${name}.bias`));
      return {
        output,
        backward(g, gradients) {
          const back = linearBackward(shape, input, weight, output, g);
          gradients.set(`${name}.weight`, transpose(back.weight, inputs, outputs));
          gradients.set(`${name}.bias`, back.bias);
          return back.input;
        },
      };
    },
  };
}

/** Dropout, number `layer` of its network; the identity unless a seed and a step are given. */
export function dropout(layer: number, probability: number): Layer {
  return plain((input, { training }) => {
    if (typeof training === "boolean") return { output: input, backward: (g) => g };
    const factors = dropoutFactors(input.length, { ...training, layer, probability });
    const scaled = (values: Float64Array) => values.map((value, j) => value * factors[j]);
    return { output: scaled(input), backward: scaled };
  });
}

/** y = max(0, x). */
export function rectifier(): Layer {
  return plain((input) => ({
    output: input.map((x) => x > 0 ? x : 0),
    backward: (g) => g.map((value, j) => input[j] > 0 ? value : 0),
  }));
}

/** Mean over time: [N, T, channels] → [N, channels]. */
export function meanPool(channels: number): Layer {
  return plain((input, { batch }) => {
    const shape = { batch, length: input.length / (batch * channels), channels };
    return { output: meanPoolForward(shape, input), backward: (g) => meanPoolBackward(shape, g) };
  });
}

/** Maximum over windows of time. */
export function maxPool(
  channels: number,
  window: { kernelSize: number; stride: number; padding: number },
): Layer {
  return plain((input, { batch }) => {
    const shape = { batch, length: input.length / (batch * channels), channels, ...window };
    const { output, indices } = maxPoolForward(shape, input);
    return { output, backward: (g) => maxPoolBackward(shape, indices, g) };
  });
}

/** Mean and maximum over time: [N, T, channels] → [N, 2·channels]. */
export function meanMaxPool(channels: number): Layer {
  return plain((input, { batch }) => {
    const shape = { batch, length: input.length / (batch * channels), channels };
    const pooled = meanMaxPoolForward(shape, input);
    return { output: pooled.output, backward: (g) => meanMaxPoolBackward(shape, pooled, g) };
  });
}

/** A layer without parameters. */
function plain(forward: Layer["forward"]): Layer {
  return { parameters: [], norms: [], forward };
}
