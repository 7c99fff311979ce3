/**
 * Linear layers against float64. Tolerance: a sum of n products of numbers below `largest` is off by
 * at most (n + 2) · 2^-24 · n · largest in float32, whatever the order (Higham 2002, section 3.1); a lost
 * or doubled term is off by a thousand times as much.
 */

import { assertEquals, assertThrows } from "@std/assert";
import { Linear } from "../../src/layers/linear.ts";
import { ParameterStore } from "../../src/layers/parameters.ts";
import { Recorder } from "../../src/gpu/recorder.ts";
import { linearBackward, linearForward } from "../reference/layers/linear.ts";
import { transpose } from "../reference/layers/layout.ts";
import { openGpu } from "../support/gpu.ts";
import { assertClose, draws, GuardedRun, UNIT_ROUNDOFF } from "../kernels/guarded.ts";

function tolerance(terms: number, largest: number): number {
  return (terms + 2) * UNIT_ROUNDOFF * terms * largest;
}

for (
  const [rows, inputs, outputs, relu] of [
    [1, 4, 5, false],
    [7, 20, 5, true],
    [31, 64, 36, true],
    [33, 36, 132, false],
    [5, 7, 3, true],
  ] as const
) {
  const name = `linear ${inputs} -> ${outputs}${relu ? " with ReLU" : ""} on ${rows} rows`;
  Deno.test(`${name}: forward and gradients, which add up over two passes`, () =>
    GuardedRun.with(async (run) => {
      const store = new ParameterStore();
      const layer = new Linear(store, "layer", inputs, outputs);
      store.allocate(run.gpu, 0);
      const weight = draws(outputs * inputs, 1); // PyTorch's [Out, In]
      const bias = draws(outputs, 2);
      store.load([
        {
          name: "layer.weight",
          shape: [outputs, inputs],
          dtype: "float32",
          data: Float32Array.from(weight),
        },
        { name: "layer.bias", shape: [outputs], dtype: "float32", data: Float32Array.from(bias) },
      ]);
      const x = draws(rows * inputs, 3);
      const upstream = draws(rows * outputs, 4, -3, 3);
      const { y, backward } = layer.forward(run.recorder, run.place("x", [rows, inputs], x), {
        relu,
      });
      const dx = backward(run.place("dy", [rows, outputs], upstream))!;
      await run.run(2);

      const shape = { rows, inputs, outputs, relu };
      const turned = transpose(weight, outputs, inputs);
      const expected = linearForward(shape, x, turned, bias);
      assertClose(run.get(y), expected, tolerance(inputs + 1, 1), "y");
      const gradients = linearBackward(shape, x, turned, expected, upstream);
      assertClose(run.get(dx), gradients.input, tolerance(outputs, 3), "dx");
      const [dw, db] = await store.gradients();
      const twice = (values: Float64Array) => values.map((value) => 2 * value);
      assertClose(
        dw.data as Float32Array,
        twice(transpose(gradients.weight, inputs, outputs)),
        2 * tolerance(rows, 3),
        "dw",
      );
      assertClose(db.data as Float32Array, twice(gradients.bias), 2 * tolerance(rows, 3), "db");
      store.destroy();
    }));
}

Deno.test("linear: no input gradient where nobody needs it, and an error for other inputs", async () => {
  const { gpu, kernels } = await openGpu();
  const store = new ParameterStore();
  const layer = new Linear(store, "head", 8, 5);
  const recorder = new Recorder(kernels);
  const { y, backward } = layer.forward(recorder, recorder.transient("x", [3, 8]));
  assertEquals(backward(y, { input: false }), undefined);
  assertEquals(recorder.dispatches.some(({ label }) => label.includes("backward input")), false);
  assertThrows(
    () => layer.forward(recorder, recorder.transient("x", [3, 9])),
    RangeError,
    "Linear layer head needs 8 inputs, got 9",
  );
  assertEquals(gpu.liveBuffers, 0);
});
