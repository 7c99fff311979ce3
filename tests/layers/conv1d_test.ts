/**
 * The convolution layer against float64, forward and both gradients, as the adapter's best guess
 * computes them (`tests/kernels/windowed_product_test.ts` has every variant).
 *
 * Tolerance: a sum of n products of numbers below `largest` is off by at most
 * (n + 2) · 2^-24 · n · largest in float32 (Higham 2002, section 3.1).
 */

import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { Recorder } from "../../src/gpu/recorder.ts";
import { Conv1d } from "../../src/layers/conv1d.ts";
import { ParameterStore } from "../../src/layers/parameters.ts";
import {
  conv1dBackwardInput,
  conv1dBackwardWeight,
  conv1dForward,
  conv1dOutputLength,
} from "../reference/layers/conv1d.ts";
import { convWeightFromTorch, convWeightToTorch } from "../reference/layers/layout.ts";
import { openGpu } from "../support/gpu.ts";
import { assertClose, draws, GuardedRun, largest, UNIT_ROUNDOFF } from "../kernels/guarded.ts";

function tolerance(terms: number, most: number): number {
  return (terms + 2) * UNIT_ROUNDOFF * terms * most;
}

const cases = [
  // [batch, length, inputs, outputs, kernelSize, stride]
  [1, 1, 12, 16, 11, 2], // one sample: only the middle of the kernel sees it
  [3, 1, 4, 4, 3, 1],
  [2, 2, 16, 12, 7, 2],
  [3, 37, 12, 20, 11, 2], // odd length
  [2, 50, 12, 16, 11, 2], // even length
  [2, 33, 16, 16, 7, 1],
  [2, 66, 20, 12, 5, 2],
  [5, 13, 20, 20, 3, 1],
  [3, 10, 12, 16, 3, 3], // three phases
  [2, 9, 3, 5, 5, 2], // no multiples of four
  [2, 10, 12, 16, 1, 2], // a kernel smaller than the stride: every second sample is read by no window
  [3, 9, 16, 12, 1, 4],
  [2, 11, 3, 5, 1, 3],
] as const;

for (const [batch, inputLength, inputs, outputs, kernelSize, stride] of cases) {
  const name =
    `conv1d [${batch}, ${inputLength}, ${inputs}] -> ${outputs}, kernel size ${kernelSize}, stride ${stride}`;
  Deno.test(`${name}: forward and gradients, which add up over two passes`, () =>
    GuardedRun.with(async (run) => {
      const padding = (kernelSize - 1) / 2;
      const shape = {
        batch,
        inputLength,
        inputChannels: inputs,
        outputChannels: outputs,
        kernelSize,
        stride,
        padding,
      };
      const positions = conv1dOutputLength(shape);
      const store = new ParameterStore();
      const layer = new Conv1d(store, "layer", { inputs, outputs, kernelSize, stride, padding });
      store.allocate(run.gpu, 0);
      const weight = draws(outputs * inputs * kernelSize, 1); // PyTorch's [Out, In, K]
      store.load([{
        name: "layer.weight",
        shape: [outputs, inputs, kernelSize],
        dtype: "float32",
        data: Float32Array.from(weight),
      }]);
      const x = draws(batch * inputLength * inputs, 2);
      const upstream = draws(batch * positions * outputs, 3, -3, 3);
      assertEquals(layer.outputLength(inputLength), positions);

      const { y, statistics, backward } = layer.forward(
        run.recorder,
        run.place("x", [batch, inputLength, inputs], x),
        { statistics: true },
      );
      const dx = backward(run.place("dy", [batch, positions, outputs], upstream))!;
      await run.run(2);

      assertEquals(y.shape, [batch, positions, outputs]);
      const own = convWeightFromTorch(weight, [outputs, inputs, kernelSize]);
      const expected = conv1dForward(shape, x, own);
      assertClose(run.get(y), expected, tolerance(inputs * kernelSize, 1), "y");
      assertClose(
        run.get(dx),
        conv1dBackwardInput(shape, own, upstream),
        tolerance(outputs * Math.ceil(kernelSize / stride), 3),
        "dx",
      );
      const [dw] = await store.gradients();
      const gradient = conv1dBackwardWeight(shape, x, upstream).weight;
      assertClose(
        dw.data as Float32Array,
        convWeightToTorch(gradient, [outputs, inputs, kernelSize]).map((value) => 2 * value),
        2 * tolerance(batch * positions, 3),
        "dw",
      );
      store.destroy();

      if (!statistics) return;
      // Mean and squared deviations of the first channel, joined over the tiles.
      const moments = run.get(statistics.moments);
      const rows = batch * positions;
      assertEquals(statistics.rows, rows);
      let sum = 0;
      for (let tile = 0; tile * statistics.tileRows < rows; tile++) {
        const count = Math.min(statistics.tileRows, rows - tile * statistics.tileRows);
        sum += count * moments[tile * 2 * outputs];
      }
      const channel = expected.filter((_, j) => j % outputs === 0);
      assertAlmostEquals(
        sum,
        channel.reduce((a, b) => a + b, 0),
        tolerance(rows * kernelSize, largest(expected)),
      );
    }));
}

Deno.test("conv1d: scale, shift and ReLU of an evaluated normalization", () =>
  GuardedRun.with(async (run) => {
    const [batch, inputLength, inputs, outputs, kernelSize] = [2, 21, 12, 16, 7];
    const store = new ParameterStore();
    const layer = new Conv1d(store, "layer", {
      inputs,
      outputs,
      kernelSize,
      stride: 2,
      padding: 3,
    });
    store.allocate(run.gpu, 5);
    const [{ data }] = await store.state();
    const x = draws(batch * inputLength * inputs, 1);
    const scale = draws(outputs, 2, -2, 2);
    const shift = draws(outputs, 3);
    const { y } = layer.forward(run.recorder, run.place("x", [batch, inputLength, inputs], x), {
      epilogue: {
        affine: run.place("affine", [2, outputs], [...scale, ...shift]),
        relu: true,
      },
    });
    await run.run();
    const expected = conv1dForward(
      {
        batch,
        inputLength,
        inputChannels: inputs,
        outputChannels: outputs,
        kernelSize,
        stride: 2,
        padding: 3,
      },
      x,
      convWeightFromTorch(data as Float32Array, [outputs, inputs, kernelSize]),
    ).map((value, j) => Math.max(0, value * scale[j % outputs] + shift[j % outputs]));
    // 84 products of numbers below 1 and 0.11, times a scale below 2.
    assertClose(run.get(y), expected, 2 * tolerance(inputs * kernelSize, 0.11), "y");
    store.destroy();
  }));

for (const [kernelSize, stride] of [[7, 2], [1, 2], [3, 1]]) {
  Deno.test(`conv1d, kernel size ${kernelSize}, stride ${stride}: adds a gradient that reaches x by another way`, () =>
    GuardedRun.with(async (run) => {
      const [batch, inputLength, inputs, outputs] = [2, 11, 12, 16];
      const padding = (kernelSize - 1) / 2;
      const store = new ParameterStore();
      const layer = new Conv1d(store, "layer", { inputs, outputs, kernelSize, stride, padding });
      store.allocate(run.gpu, 0);
      const shape = [batch, inputLength, inputs];
      const x = run.place("x", shape, draws(batch * inputLength * inputs, 1));
      const { y, backward } = layer.forward(run.recorder, x);
      const upstream = draws(y.size, 2, -3, 3);
      const dy = run.place("dy", y.shape, upstream);
      const other = draws(batch * inputLength * inputs, 3, -3, 3);
      const alone = backward(dy)!;
      const added = backward(dy, { input: true, add: run.place("other", shape, other) })!;
      await run.run();
      // The same sum and one addition more.
      const expected = Float64Array.from(run.get(alone), (value, j) => value + other[j]);
      assertClose(run.get(added), expected, 2 ** -22, "dx");
      store.destroy();
    }));
}

for (const [length, positions] of [[21, 21], [24, 19], [300, 297]]) {
  Deno.test(`conv1d with bias, cropped from ${length} to ${positions} positions`, () =>
    GuardedRun.with(async (run) => {
      const [batch, inputs, outputs, kernelSize] = [2, 8, 12, 3];
      const store = new ParameterStore();
      const layer = new Conv1d(store, "layer", {
        inputs,
        outputs,
        kernelSize,
        stride: 1,
        padding: 1,
        bias: true,
      });
      assertEquals(store.parameters.map(({ name, shape }) => [name, shape]), [
        ["layer.weight", [12, 8, 3]],
        ["layer.bias", [12]],
      ]);
      store.allocate(run.gpu, 5);
      const [{ data: weight }, { data: bias }] = await store.state();
      // PyTorch's bound for both: 1 / sqrt(8 · 3) = 0.2.
      assert(largest(bias as Float32Array) < 0.2042 && largest(bias as Float32Array) > 0.1);
      const x = draws(batch * length * inputs, 1);
      const upstream = draws(batch * positions * outputs, 2, -3, 3);
      const { y, backward } = layer.forward(
        run.recorder,
        run.place("x", [batch, length, inputs], x),
        { positions },
      );
      const dx = backward(run.place("dy", [batch, positions, outputs], upstream))!;
      await run.run(2);

      const shape = {
        batch,
        inputLength: length,
        inputChannels: inputs,
        outputChannels: outputs,
        kernelSize,
        stride: 1,
        padding: 1,
      };
      const own = convWeightFromTorch(weight as Float32Array, [outputs, inputs, kernelSize]);
      const whole = conv1dForward(shape, x, own, Float64Array.from(bias as Float32Array));
      // What is cropped away gets no gradient.
      const size = positions * outputs;
      const expected = new Float64Array(batch * size);
      const padded = new Float64Array(batch * length * outputs);
      for (let n = 0; n < batch; n++) {
        const from = n * length * outputs;
        expected.set(whole.subarray(from, from + size), n * size);
        padded.set(upstream.subarray(n * size, (n + 1) * size), from);
      }
      assertClose(run.get(y), expected, tolerance(inputs * kernelSize + 1, 0.21), "y");
      const dxExpected = conv1dBackwardInput(shape, own, padded);
      assertClose(run.get(dx), dxExpected, tolerance(outputs * kernelSize, 3 * 0.21), "dx");
      const [dw, db] = await store.gradients();
      const gradients = conv1dBackwardWeight(shape, x, padded);
      const terms = 2 * tolerance(batch * positions, 3);
      assertClose(
        dw.data as Float32Array,
        convWeightToTorch(gradients.weight, [outputs, inputs, kernelSize]).map((value) =>
          2 * value
        ),
        terms,
        "dw",
      );
      assertClose(db.data as Float32Array, gradients.bias.map((value) => 2 * value), terms, "db");
      store.destroy();
    }));
}

Deno.test("conv1d: no input gradient where nobody needs it, and an error for other channels", async () => {
  const { kernels } = await openGpu();
  const layer = new Conv1d(new ParameterStore(), "first", {
    inputs: 12,
    outputs: 16,
    kernelSize: 11,
    stride: 2,
    padding: 5,
  });
  const recorder = new Recorder(kernels);
  const { y, backward } = layer.forward(recorder, recorder.transient("x", [3, 8, 12]));
  assertEquals(backward(y, { input: false }), undefined);
  assertEquals(recorder.dispatches.some(({ label }) => label.includes("backward input")), false);
  assertThrows(
    () => layer.forward(recorder, recorder.transient("x", [3, 12, 8])),
    RangeError,
    "Convolution first needs 12 channels, got [3,12,8]",
  );
  const biased = new Conv1d(new ParameterStore(), "biased", { ...layer.options, bias: true });
  assertThrows(
    () => biased.forward(recorder, recorder.transient("x", [3, 8, 12]), { statistics: true }),
    RangeError,
    "Convolution biased has a bias: no statistics, no other epilogue",
  );
});
