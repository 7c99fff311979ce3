import { assert, assertAlmostEquals, assertEquals, assertLess, assertThrows } from "@std/assert";
import { augmentationConfig } from "../../src/augment/augmentations.ts";
import { Recorder } from "../../src/gpu/recorder.ts";
import { type HostValues, ParameterStore } from "../../src/layers/parameters.ts";
import { ByolMethod } from "../../src/methods/byol.ts";
import { embeddingSpread } from "../../src/metrics/embedding_spread.ts";
import { SimclrMethod } from "../../src/methods/simclr.ts";
import { Byol } from "../../src/models/byol.ts";
import { Simclr } from "../../src/models/simclr.ts";
import { followedBy } from "../reference/models/byol.ts";
import { makeSamples } from "../augment/pipeline.ts";
import { download, openGpu, release, upload } from "../support/gpu.ts";
import { pretrainingSteps } from "./pretraining_step.ts";

const SIZES = { width: 8, hidden: 32, projection: 16 };

function build(settings: Partial<ByolMethod["settings"]> = {}): ByolMethod {
  const store = new ParameterStore();
  return new ByolMethod(store, new Byol(store, SIZES), {
    momentum: 0.999,
    schedule: "constant",
    augmentations: augmentationConfig("full"),
    ...settings,
  });
}

Deno.test("BYOL: a constant momentum stays, with or without a known number of steps", () => {
  const method = build({ momentum: 0.97 });
  for (const [step, total] of [[0, 0], [7, 10], [10, 10]]) {
    assertEquals(method.momentum(step, total), 0.97);
  }
});

Deno.test("BYOL: the cosine schedule runs from the momentum to 1", () => {
  const method = build({ momentum: 0.99, schedule: "cosine" });
  // 1 − 0.01 · (cos(π k / K) + 1) / 2
  for (
    const [step, share] of [[0, 1], [25, 0.8535533905932737], [50, 0.5], [75, 0.1464466094067262], [
      100,
      0,
    ]]
  ) {
    assertAlmostEquals(method.momentum(step, 100), 1 - 0.01 * share, 1e-15, `step ${step}`);
  }
  assertEquals(method.momentum(130, 100), 1, "past the end");
  assertThrows(() => method.momentum(0, 0), RangeError, "needs the number of steps, got 0");
});

Deno.test("BYOL refuses a momentum outside 0 to 1", () => {
  for (const momentum of [-0.1, 1.1, NaN]) {
    assertThrows(() => build({ momentum }), RangeError, `from 0 to 1, got ${momentum}`);
  }
});

Deno.test("BYOL learns and does not collapse, with the same bits every time", async () => {
  const { gpu, kernels } = await openGpu();
  const before = gpu.liveBuffers;
  const run = async (steps: number) => {
    const method = build({ momentum: 0.9 });
    method.store.allocate(gpu, 4);
    const training = await pretrainingSteps(method, 3e-3);
    const losses: number[] = [];
    for (let i = 0; i < steps; i++) losses.push((await training.step()).loss);
    const state = await method.store.state();
    const recorder = new Recorder(kernels);
    const x = upload(gpu, "x", [16, 128, 12], makeSamples(16, 128).map((unit) => unit / 1000));
    const { z } = method.model.evaluate(recorder, x);
    const program = await recorder.plan([z]);
    program.run();
    const spread = embeddingSpread(await download(gpu, z), 16, SIZES.projection);
    for (const owner of [program, training, method.store]) owner.destroy();
    release(gpu, x);
    return { losses, state, spread };
  };
  const { losses, spread } = await run(25);
  // Unrelated directions have a loss of 4, two times 2.
  assert(losses[0] > 3 && losses[0] < 5, `${losses[0]}`);
  assertLess(Math.min(...losses.slice(-3)), 2, `${losses}`);
  // Collapsed embeddings would make the loss fall too.
  assert(spread * Math.sqrt(SIZES.projection) > 0.5, `${spread}`);
  const [first, second] = [await run(3), await run(3)];
  assertEquals(first.state, second.state);
  assertEquals(gpu.liveBuffers, before);
});

Deno.test("BYOL: the target follows the updated online network and gets no gradient", async () => {
  const { gpu } = await openGpu();
  const method = build({ momentum: 0.75 });
  method.store.allocate(gpu, 4);
  const training = await pretrainingSteps(method);
  const start = byName(await method.store.state());
  let gradients: Promise<HostValues[]> | undefined;
  await training.step({ beforeUpdate: () => gradients = method.store.gradients() });
  for (const { name, data } of await gradients!) {
    const zero = (data as Float32Array).every((value) => value === 0);
    assertEquals(zero, name.startsWith("target_"), name);
  }
  const after = byName(await method.store.state());
  for (const { name } of method.store.parameters.slice(method.trainedTo)) {
    const [from, online, target] = [
      start.get(name)!,
      after.get(followedBy(name)!)!,
      after.get(name)!,
    ];
    target.forEach((value, j) =>
      assertAlmostEquals(value, from[j] + 0.25 * (online[j] - from[j]), 3e-7, name)
    );
  }
  // The target's running statistics come from its own passes: the weights of step 1 are the same.
  for (const [name, values] of after) {
    if (!/^target_.*running/.test(name)) continue;
    assertEquals(values, after.get(followedBy(name)!), name);
    assert(values.some((value, j) => value !== start.get(name)![j]), name);
  }
  training.destroy();
  method.store.destroy();
});

Deno.test("BYOL: after a skipped update the target steps towards the online network as it was", async () => {
  const { gpu } = await openGpu();
  const method = build({ momentum: 0.5 });
  method.store.allocate(gpu, 4);
  const training = await pretrainingSteps(method);
  await training.step(); // so that target and online network differ
  const start = byName(await method.store.state());
  const { gradient } = method.store.parameters[0];
  const { skipped } = await training.step({
    beforeUpdate: () => gradient.write([NaN]),
  });
  assertEquals(skipped, true);
  const after = byName(await method.store.state());
  method.store.parameters.forEach(({ name }, index) => {
    const [from, values] = [start.get(name)!, after.get(name)!];
    if (index < method.trainedTo) return assertEquals(values, from, name);
    const online = start.get(followedBy(name)!)!;
    values.forEach((value, j) =>
      assertAlmostEquals(value, from[j] + 0.5 * (online[j] - from[j]), 3e-7, name)
    );
  });
  training.destroy();
  method.store.destroy();
});

Deno.test("BYOL keeps the activations of one view at a time: less memory than SimCLR", async () => {
  const { gpu } = await openGpu();
  const store = new ParameterStore();
  const simclr = new SimclrMethod(store, new Simclr(store, SIZES), {
    temperature: 0.1,
    augmentations: augmentationConfig("none"),
  });
  const byol = build({ augmentations: augmentationConfig("none") });
  const bytes: number[] = [];
  for (const method of [simclr, byol]) {
    method.store.allocate(gpu, 1);
    const training = await pretrainingSteps(method);
    bytes.push(training.arenaBytes);
    training.destroy();
    method.store.destroy();
  }
  assertLess(bytes[1], 0.8 * bytes[0]);
});

function byName(state: readonly HostValues[]): Map<string, Float32Array> {
  return new Map(
    state.filter(({ dtype }) => dtype === "float32")
      .map(({ name, data }) => [name, data as Float32Array]),
  );
}
