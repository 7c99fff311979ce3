import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  conv1dBackwardInput,
  conv1dBackwardWeight,
  conv1dForward,
  conv1dOutputLength,
  type Conv1dShape,
} from "../reference/layers/conv1d.ts";
import { assertGradient, dot, draws } from "./finite_difference.ts";

const shapes: Conv1dShape[] = [
  {
    batch: 1,
    inputLength: 1,
    inputChannels: 1,
    outputChannels: 1,
    kernelSize: 1,
    stride: 1,
    padding: 0,
  },
  {
    batch: 2,
    inputLength: 13,
    inputChannels: 3,
    outputChannels: 2,
    kernelSize: 11,
    stride: 2,
    padding: 5,
  },
  {
    batch: 1,
    inputLength: 8,
    inputChannels: 2,
    outputChannels: 3,
    kernelSize: 3,
    stride: 1,
    padding: 1,
  },
  {
    batch: 3,
    inputLength: 7,
    inputChannels: 2,
    outputChannels: 2,
    kernelSize: 4,
    stride: 3,
    padding: 0,
  },
  // Strides leave samples at the end that no window reads: their gradient is 0.
  {
    batch: 1,
    inputLength: 9,
    inputChannels: 1,
    outputChannels: 2,
    kernelSize: 2,
    stride: 4,
    padding: 0,
  },
];

Deno.test("conv1d: output lengths of the encoder at 1000 and 5000 samples", () => {
  const kernels = [[11, 2, 5], [7, 1, 3], [7, 2, 3], [5, 1, 2], [5, 2, 2], [3, 1, 1]];
  for (const [length, expected] of [[1000, 125], [5000, 625], [1, 1], [9, 2]]) {
    let inputLength = length;
    for (const [kernelSize, stride, padding] of kernels) {
      inputLength = conv1dOutputLength({ inputLength, kernelSize, stride, padding });
    }
    assertEquals(inputLength, expected);
  }
});

Deno.test("conv1d: a hand-made example, not flipped, padded with zeros", () => {
  const shape = {
    batch: 1,
    inputLength: 4,
    inputChannels: 1,
    outputChannels: 1,
    kernelSize: 3,
    stride: 2,
    padding: 1,
  };
  const output = conv1dForward(
    shape,
    Float64Array.of(1, 2, 3, 4),
    Float64Array.of(10, 100, 1000),
    Float64Array.of(0.5),
  );
  // [0 1 2]·w = 2100, [2 3 4]·w = 4320
  assertEquals([...output], [2100.5, 4320.5]);
});

Deno.test("conv1d: channels and kernel positions are where the layout says", () => {
  const shape = {
    batch: 1,
    inputLength: 3,
    inputChannels: 2,
    outputChannels: 2,
    kernelSize: 2,
    stride: 1,
    padding: 0,
  };
  const weight = new Float64Array(8);
  weight[(1 * 2 + 0) * 2 + 1] = 1; // position 1, input 0, output 1
  const output = conv1dForward(shape, Float64Array.of(1, 2, 3, 4, 5, 6), weight);
  assertEquals([...output], [0, 3, 0, 5]);
});

Deno.test("conv1d: backward is the derivative of forward", () => {
  shapes.forEach((shape, s) => {
    const input = draws(shape.batch * shape.inputLength * shape.inputChannels, 4 * s);
    const weight = draws(
      shape.kernelSize * shape.inputChannels * shape.outputChannels,
      4 * s + 1,
    );
    const bias = draws(shape.outputChannels, 4 * s + 2);
    const upstream = draws(
      shape.batch * conv1dOutputLength(shape) * shape.outputChannels,
      4 * s + 3,
    );
    const f = () => dot(conv1dForward(shape, input, weight, bias), upstream);
    const name = JSON.stringify(shape);
    assertGradient(f, input, conv1dBackwardInput(shape, weight, upstream), `${name} input`);
    const gradients = conv1dBackwardWeight(shape, input, upstream);
    assertGradient(f, weight, gradients.weight, `${name} weight`);
    assertGradient(f, bias, gradients.bias, `${name} bias`);
  });
});

Deno.test("conv1d: the three directions are adjoint", () => {
  const shape = shapes[1];
  const input = draws(shape.batch * shape.inputLength * shape.inputChannels, 50);
  const weight = draws(shape.kernelSize * shape.inputChannels * shape.outputChannels, 51);
  const upstream = draws(shape.batch * conv1dOutputLength(shape) * shape.outputChannels, 52);
  const forward = dot(conv1dForward(shape, input, weight), upstream);
  // Rounding of a few hundred products of order one.
  assertAlmostEquals(dot(input, conv1dBackwardInput(shape, weight, upstream)), forward, 1e-12);
  assertAlmostEquals(
    dot(weight, conv1dBackwardWeight(shape, input, upstream).weight),
    forward,
    1e-12,
  );
});
