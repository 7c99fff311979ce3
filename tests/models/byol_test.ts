import { assertEquals, assertNotEquals } from "@std/assert";
import { Recorder } from "../../src/gpu/recorder.ts";
import { StepState } from "../../src/gpu/step_state.ts";
import { ParameterStore } from "../../src/layers/parameters.ts";
import { Byol } from "../../src/models/byol.ts";
import { byol, followedBy } from "../reference/models/byol.ts";
import { forward } from "../reference/models/network.ts";
import { assertClose, largest } from "../kernels/guarded.ts";
import { goldenInput, goldenState } from "../support/golden_fill.ts";
import { openGpu } from "../support/gpu.ts";
import { encoderKeys, FLOAT32_TOLERANCE, runGolden } from "./golden_network.ts";

const HEAD_KEYS = [
  "net.0.weight",
  "net.0.bias",
  "net.1.weight",
  "net.1.bias",
  "net.1.running_mean",
  "net.1.running_var",
  "net.1.num_batches_tracked",
  "net.3.weight",
  "net.3.bias",
];

Deno.test("BYOL: 4,242,176 parameters, 2,648,576 of them trained, and PyTorch's 99 state keys", () => {
  const store = new ParameterStore();
  const { trainedTo } = new Byol(store);
  assertEquals(store.count, 4_242_176);
  const trained = store.parameters.slice(0, trainedTo);
  assertEquals(trained.reduce((sum, { value }) => sum + value.size, 0), 2_648_576);
  const head = (name: string) => HEAD_KEYS.map((key) => `${name}.${key}`);
  assertEquals(store.stateShapes.map(({ name }) => name), [
    ...encoderKeys("encoder."),
    ...head("online_projector"),
    ...head("online_predictor"),
    ...encoderKeys("target_encoder."),
    ...head("target_projector"),
  ]);
  assertEquals(store.stateShapes.length, 99);
  const shapes = new Map(store.stateShapes.map(({ name, shape }) => [name, shape]));
  for (const name of ["online_projector", "online_predictor", "target_projector"]) {
    assertEquals(shapes.get(`${name}.net.0.weight`), [2048, 256]);
    assertEquals(shapes.get(`${name}.net.3.weight`), [256, 2048]);
  }
  assertEquals(
    store.parameters.map(({ name, shape }) => ({ name, shape })),
    byol({}).parameters,
    "the float64 twin",
  );
});

Deno.test("BYOL: the target starts as a copy of encoder and projector, and of nothing else", () => {
  const store = new ParameterStore();
  new Byol(store, { width: 4, hidden: 8, projection: 16 });
  const values = new Map(store.initialValues(3).map(({ name, data }) => [name, data]));
  const targets = [...values.keys()].filter((name) => name.startsWith("target_"));
  assertEquals(targets.length, 36 + 9);
  for (const name of targets) {
    assertEquals(values.get(name), values.get(followedBy(name)!), name);
  }
  const weight = (module: string) => values.get(`${module}.net.0.weight`);
  assertNotEquals(weight("online_predictor"), weight("online_projector"));
});

Deno.test("BYOL: a step of momentum 0 copies the followed parameters, all the others stay", async () => {
  const { gpu, kernels } = await openGpu();
  const store = new ParameterStore();
  const model = new Byol(store, { width: 4, hidden: 8, projection: 16 });
  store.allocate(gpu, 1);
  let next = 0;
  const before = store.initialValues(1).map((entry) =>
    entry.dtype === "float32"
      ? { ...entry, data: Float32Array.from(entry.data as Float32Array, () => next++ % 9973) }
      : entry
  );
  store.load(before);
  const step = new StepState(gpu);
  const recorder = new Recorder(kernels);
  model.recordMovingAverage(recorder, step.state);
  const program = await recorder.plan();
  step.begin({ seed: 0, epoch: 0, step: 0, records: 1, momentum: 0 });
  program.run();
  const given = new Map(before.map(({ name, data }) => [name, data]));
  for (const { name, data } of await store.state()) {
    const follows = !/running|tracked/.test(name) && followedBy(name);
    assertEquals(data, given.get(follows || name), name);
  }
  for (const owner of [program, step, store]) owner.destroy();
});

Deno.test("BYOL, evaluation: projections and features equal the float64 twin's", async () => {
  const shape = { hiddenSize: 512, projectionSize: 64 };
  const twin = byol(shape);
  const { output } = forward(twin.online, goldenState(twin), goldenInput(), 2, false);
  await runGolden(
    (store) => new Byol(store, { hidden: 512, projection: 64 }),
    (model, recorder, x) => {
      const { features, z } = model.evaluate(recorder, x);
      return [features, z];
    },
    ([features, z]) => {
      assertEquals(features.length, 2 * 256);
      assertClose(z, output, FLOAT32_TOLERANCE * largest(output), "z");
    },
  );
});
