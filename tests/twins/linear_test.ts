import { assertEquals } from "@std/assert";
import { linearBackward, linearForward } from "../reference/layers/linear.ts";
import { assertGradient, dot, draws } from "./finite_difference.ts";

Deno.test("linear: a hand-made example with and without ReLU", () => {
  const shape = { rows: 2, inputs: 3, outputs: 2 };
  const input = Float64Array.of(1, 2, 3, -1, 0, 1);
  const weight = Float64Array.of(1, -1, 0, 2, 1, 0); // [In, Out]
  const bias = Float64Array.of(10, -4);
  assertEquals([...linearForward(shape, input, weight, bias)], [14, -1, 10, -3]);
  assertEquals([...linearForward({ ...shape, relu: true }, input, weight, bias)], [14, 0, 10, 0]);
});

for (const relu of [false, true]) {
  Deno.test(`linear: backward is the derivative of forward${relu ? ", with ReLU" : ""}`, () => {
    for (const [rows, inputs, outputs] of [[1, 1, 1], [3, 5, 4], [4, 2, 7]]) {
      const shape = { rows, inputs, outputs, relu };
      const input = draws(rows * inputs, 1);
      const weight = draws(inputs * outputs, 2);
      const bias = draws(outputs, 3);
      const upstream = draws(rows * outputs, 4);
      const f = () => dot(linearForward(shape, input, weight, bias), upstream);
      const output = linearForward(shape, input, weight, bias);
      const gradients = linearBackward(shape, input, weight, output, upstream);
      assertGradient(f, input, gradients.input, "input");
      assertGradient(f, weight, gradients.weight, "weight");
      assertGradient(f, bias, gradients.bias, "bias");
    }
  });
}
