/**
 * The transposed convolution against float64, forward and all gradients. Tolerance: a sum of n
 * products of numbers below `largest` is off by at most (n + 2) · 2^-24 · n · largest in float32
 * (Higham 2002, section 3.1).
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { Recorder } from "../../src/gpu/recorder.ts";
import { ConvTranspose1d } from "../../src/layers/conv_transpose1d.ts";
import { ParameterStore } from "../../src/layers/parameters.ts";
import {
  convTranspose1dBackward,
  convTranspose1dForward,
  convTranspose1dOutputLength,
} from "../reference/layers/conv_transpose1d.ts";
import { convWeightFromTorch, convWeightToTorch } from "../reference/layers/layout.ts";
import { openGpu } from "../support/gpu.ts";
import { assertClose, draws, GuardedRun, largest, UNIT_ROUNDOFF } from "../kernels/guarded.ts";

function tolerance(terms: number, most: number): number {
  return (terms + 2) * UNIT_ROUNDOFF * terms * most;
}

const cases = [
  // [batch, length, inputs, outputs, kernelSize, stride, padding, relu]
  [1, 1, 4, 4, 4, 2, 1, true], // one sample, two out
  [2, 32, 16, 8, 4, 2, 1, true],
  [3, 33, 20, 12, 4, 2, 1, false],
  [2, 75, 32, 4, 4, 2, 1, true],
  [1, 130, 4, 12, 4, 2, 1, true], // a bias over more than 256 rows
  [2, 19, 12, 16, 3, 1, 1, false], // a single phase
  [2, 7, 8, 8, 5, 3, 0, true], // phases with two kernel positions and with one
  [2, 6, 8, 8, 2, 4, 0, true], // empty phases hold max(0, bias)
  [2, 5, 3, 6, 4, 2, 1, true], // no multiples of four
] as const;

for (const [batch, inputLength, inputs, outputs, kernelSize, stride, padding, relu] of cases) {
  const name = `transposed conv1d [${batch}, ${inputLength}, ${inputs}] -> ${outputs}, ` +
    `kernel size ${kernelSize}, stride ${stride}${relu ? ", ReLU" : ""}`;
  Deno.test(`${name}: forward and gradients, which add up over two passes`, () =>
    GuardedRun.with(async (run) => {
      const shape = {
        batch,
        inputLength,
        inputChannels: inputs,
        outputChannels: outputs,
        kernelSize,
        stride,
        padding,
        relu,
      };
      const length = convTranspose1dOutputLength(shape);
      const store = new ParameterStore();
      const layer = new ConvTranspose1d(store, "layer", {
        inputs,
        outputs,
        kernelSize,
        stride,
        padding,
      });
      store.allocate(run.gpu, 0);
      const weight = draws(inputs * outputs * kernelSize, 1); // PyTorch's [In, Out, K]
      const bias = draws(outputs, 2);
      store.load([
        {
          name: "layer.weight",
          shape: [inputs, outputs, kernelSize],
          dtype: "float32",
          data: Float32Array.from(weight),
        },
        { name: "layer.bias", shape: [outputs], dtype: "float32", data: Float32Array.from(bias) },
      ]);
      const x = draws(batch * inputLength * inputs, 3);
      const upstream = draws(batch * length * outputs, 4, -3, 3);
      assertEquals(layer.outputLength(inputLength), length);

      const { y, backward } = layer.forward(
        run.recorder,
        run.place("x", [batch, inputLength, inputs], x),
        { relu },
      );
      const dx = backward(run.place("dy", [batch, length, outputs], upstream));
      await run.run(2);

      assertEquals(y.shape, [batch, length, outputs]);
      const own = convWeightFromTorch(weight, [inputs, outputs, kernelSize]);
      const expected = convTranspose1dForward(shape, x, own, bias);
      const terms = inputs * Math.ceil(kernelSize / stride) + 1;
      assertClose(run.get(y), expected, tolerance(terms, 1), "y");
      const gradients = convTranspose1dBackward(shape, x, own, expected, upstream);
      assertClose(run.get(dx), gradients.input, tolerance(outputs * kernelSize, 3), "dx");
      const [dw, db] = await store.gradients();
      const twice = (values: Float64Array) => values.map((value) => 2 * value);
      assertClose(
        dw.data as Float32Array,
        twice(convWeightToTorch(gradients.weight, [inputs, outputs, kernelSize])),
        2 * tolerance(batch * inputLength, 3),
        "dw",
      );
      assertClose(
        db.data as Float32Array,
        twice(gradients.bias),
        2 * tolerance(batch * length, 3),
        "db",
      );
      store.destroy();
    }));
}

Deno.test("transposed conv1d: PyTorch's names, shapes and bound 1 / sqrt(out k)", () => {
  const store = new ParameterStore();
  new ConvTranspose1d(store, "decoder.0", {
    inputs: 16,
    outputs: 4,
    kernelSize: 4,
    stride: 2,
    padding: 1,
  });
  const [weight, bias] = store.initialValues(3);
  assertEquals([weight.name, weight.shape], ["decoder.0.weight", [16, 4, 4]]);
  assertEquals([bias.name, bias.shape], ["decoder.0.bias", [4]]);
  const most = largest(weight.data as Float32Array);
  // 256 draws from [-0.25, 0.25): all within ±0.24 with a probability of 3e-5.
  assert(most > 0.24 && most < 0.25, `${most}`);
  assert(largest(bias.data as Float32Array) < 0.25);
});

Deno.test("transposed conv1d: an error for other channels", async () => {
  const { kernels } = await openGpu();
  const layer = new ConvTranspose1d(new ParameterStore(), "decoder.0", {
    inputs: 16,
    outputs: 4,
    kernelSize: 4,
    stride: 2,
    padding: 1,
  });
  const recorder = new Recorder(kernels);
  assertThrows(
    () => layer.forward(recorder, recorder.transient("x", [3, 16, 8])),
    RangeError,
    "Transposed convolution decoder.0 needs 16 channels, got [3,16,8]",
  );
});
