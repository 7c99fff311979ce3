import { assertAlmostEquals, assertEquals } from "@std/assert";
import { Recorder } from "../../src/gpu/recorder.ts";
import { ParameterStore } from "../../src/layers/parameters.ts";
import { Encoder1dCnn } from "../../src/models/encoder_1d_cnn.ts";
import { encoder1dCnn } from "../reference/models/encoder_1d_cnn.ts";
import { forward } from "../reference/models/network.ts";
import { golden } from "../support/golden_fill.ts";
import { openGpu, relativeError } from "../support/gpu.ts";
import { draws, GuardedRun } from "../kernels/guarded.ts";
import { assertStart, encoderKeys, runGolden } from "./golden_network.ts";
import { fill } from "./small_network.ts";

Deno.test("encoder: 538,624 parameters and PyTorch's 36 state keys", () => {
  const store = new ParameterStore();
  const encoder = new Encoder1dCnn(store);
  assertEquals(store.count, 538_624);
  assertEquals(store.stateShapes.map(({ name }) => name), encoderKeys(""));
  assertEquals(store.stateShapes.length, 36);
  assertEquals([encoder.inputs, encoder.width, encoder.outputs], [12, 64, 256]);
  const shapes = Object.fromEntries(store.stateShapes.map(({ name, shape }) => [name, shape]));
  for (const { name, shape } of encoder1dCnn({}).parameters) {
    assertEquals(shapes[name], shape, name);
  }
  assertEquals(shapes["features.5.block.1.running_var"], [256]);
  assertEquals(shapes["features.5.block.1.num_batches_tracked"], []);
});

Deno.test("encoder, evaluation: golden values", () =>
  runGolden(
    (store) => new Encoder1dCnn(store),
    (encoder, recorder, x) => [encoder.evaluate(recorder, x)],
    ([output]) => {
      assertEquals(output.length, 2 * 125 * 256);
      const { mean, sumOfSquares, lastElement } = golden.encoder;
      assertStart([output.reduce((sum, y) => sum + y, 0) / output.length], [mean], "mean", 1e-6);
      assertStart([output.reduce((sum, y) => sum + y * y, 0)], [sumOfSquares], "sum of squares");
      assertStart([output[output.length - 1]], [lastElement], "last element", 2e-6);
    },
  ));

Deno.test("encoder, training: output, running statistics and gradients of a small one", () =>
  GuardedRun.with(async (run) => {
    const [batch, length, width] = [3, 61, 4]; // odd lengths all the way: 61, 31, 16, 8
    const store = new ParameterStore();
    const encoder = new Encoder1dCnn(store, "", { width });
    store.allocate(run.gpu, 0);
    const twin = encoder1dCnn({ width });
    const state = fill(store, twin);
    const x = draws(batch * length * 12, 1);
    const { y, backward } = encoder.forward(run.recorder, run.place("x", [batch, length, 12], x));
    const upstream = draws(y.size, 2, -3, 3);
    backward(run.place("dy", y.shape, upstream));
    await run.run();

    const expected = forward(twin, state, x, batch, true);
    assertEquals(y.shape, [batch, 8, 4 * width]);
    // Six normalizations over 24 to 93 rows: rounding grows threefold in each at worst, 3^6 · 2^-24.
    const tolerance = 5e-5;
    const error = relativeError(run.get(y), expected.output);
    assertAlmostEquals(error, 0, tolerance, "output");
    assertEquals(expected.output.length, y.size);
    const gradients = expected.backward(upstream);
    for (const { name, data } of await store.gradients()) {
      assertAlmostEquals(
        relativeError(data as Float32Array, gradients.get(name)!),
        0,
        tolerance,
        name,
      );
    }
    for (const { name, data } of await store.state()) {
      if (!name.includes("running")) continue;
      assertAlmostEquals(relativeError(data as Float32Array, state.get(name)!), 0, tolerance, name);
    }
    store.destroy();
  }));

Deno.test("encoder, evaluation: running statistics stay as they are, and no gradient is recorded", async () => {
  const { kernels } = await openGpu();
  const recorder = new Recorder(kernels);
  const encoder = new Encoder1dCnn(new ParameterStore(), "", { width: 4 });
  encoder.evaluate(recorder, recorder.transient("x", [1, 8, 12]));
  assertEquals(
    new Set(recorder.dispatches.map(({ kernel }) => kernel.replace(/^conv1d_.*/, "conv1d"))),
    new Set(["batch_norm_fold", "conv1d"]),
  );
});
