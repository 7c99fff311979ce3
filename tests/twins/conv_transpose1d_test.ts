import { assertAlmostEquals, assertEquals } from "@std/assert";
import { conv1dBackwardInput } from "../reference/layers/conv1d.ts";
import {
  convTranspose1dBackward,
  convTranspose1dForward,
  convTranspose1dOutputLength,
  type ConvTranspose1dShape,
} from "../reference/layers/conv_transpose1d.ts";
import { assertGradient, dot, draws } from "./finite_difference.ts";

const channels = { inputChannels: 3, outputChannels: 2 };
const shapes: ConvTranspose1dShape[] = [
  { batch: 1, inputLength: 1, ...channels, kernelSize: 4, stride: 2, padding: 1 },
  { batch: 2, inputLength: 7, ...channels, kernelSize: 4, stride: 2, padding: 1 },
  { batch: 2, inputLength: 5, ...channels, kernelSize: 3, stride: 1, padding: 1 },
  { batch: 1, inputLength: 4, ...channels, kernelSize: 5, stride: 3, padding: 0 },
  // A kernel smaller than the stride: samples between hold the bias alone.
  { batch: 1, inputLength: 3, ...channels, kernelSize: 1, stride: 2, padding: 0 },
];

Deno.test("transposed conv1d: a hand-made example, kernels overlapping and cut at both ends", () => {
  const shape = {
    batch: 1,
    inputLength: 3,
    inputChannels: 1,
    outputChannels: 1,
    kernelSize: 4,
    stride: 2,
    padding: 1,
  };
  const output = convTranspose1dForward(
    shape,
    Float64Array.of(1, 2, 3),
    Float64Array.of(1, 10, 100, 1000),
    Float64Array.of(0.5),
  );
  // Uncut: 1 10 100+2 1000+20 200+3 2000+30 300 3000.
  assertEquals([...output], [10.5, 102.5, 1020.5, 203.5, 2030.5, 300.5]);
});

Deno.test("transposed conv1d: lengths double with kernel size 4, stride 2, padding 1", () => {
  for (const inputLength of [1, 2, 125, 625]) {
    const shape = { inputLength, kernelSize: 4, stride: 2, padding: 1 };
    assertEquals(convTranspose1dOutputLength(shape), 2 * inputLength);
  }
});

Deno.test("transposed conv1d: it is the input gradient of a convolution", () => {
  for (const shape of shapes) {
    const { batch, inputLength, inputChannels, outputChannels, kernelSize } = shape;
    const x = draws(batch * inputLength * inputChannels, 1);
    const weight = draws(kernelSize * outputChannels * inputChannels, 2);
    const output = convTranspose1dForward(shape, x, weight, new Float64Array(outputChannels));
    const convolution = {
      ...shape,
      inputLength: convTranspose1dOutputLength(shape),
      inputChannels: outputChannels,
      outputChannels: inputChannels,
    };
    const expected = conv1dBackwardInput(convolution, weight, x);
    // The same products, added in another order.
    output.forEach((y, j) => assertAlmostEquals(y, expected[j], 1e-14));
  }
});

Deno.test("transposed conv1d: backward is the derivative of forward", () => {
  for (const plain of shapes) {
    for (const relu of [false, true]) {
      const shape = { ...plain, relu };
      const { batch, inputLength, inputChannels, outputChannels, kernelSize } = shape;
      const x = draws(batch * inputLength * inputChannels, 3);
      const weight = draws(kernelSize * outputChannels * inputChannels, 4);
      const bias = draws(outputChannels, 5);
      const output = convTranspose1dForward(shape, x, weight, bias);
      const upstream = draws(output.length, 6);
      const f = () => dot(convTranspose1dForward(shape, x, weight, bias), upstream);
      const gradients = convTranspose1dBackward(shape, x, weight, output, upstream);
      const name = JSON.stringify(shape);
      assertGradient(f, x, gradients.input, `${name} input`);
      assertGradient(f, weight, gradients.weight, `${name} weight`);
      assertGradient(f, bias, gradients.bias, `${name} bias`);
    }
  }
});
