import { assert, assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { type HostValues, ParameterStore } from "../../src/layers/parameters.ts";
import { Classifier } from "../../src/models/classifier.ts";
import { Simclr } from "../../src/models/simclr.ts";
import { openGpu } from "../support/gpu.ts";

/** One tensor of every layout, buffers and a counter, none a multiple of the 64-element alignment. */
function makeStore(): ParameterStore {
  const store = new ParameterStore();
  const start = { kind: "uniform", bound: 0.5 } as const;
  store.parameter("conv.weight", [5, 3, 7], "convolution", start);
  store.parameter("norm.weight", [5], "plain", { kind: "constant", value: 1 });
  store.buffer("norm.running_mean", [5], 0);
  store.buffer("norm.running_var", [5], 1);
  store.counter("norm.num_batches_tracked");
  store.parameter("head.weight", [3, 67], "linear", start);
  store.parameter("head.bias", [3], "plain", start);
  return store;
}

function counted(store: ParameterStore): HostValues[] {
  let next = 0.25;
  return store.stateShapes.map(({ name, shape }) => {
    if (shape.length === 0) return { name, shape, dtype: "int64", data: BigInt64Array.of(9n) };
    const size = shape.reduce((a, b) => a * b, 1);
    return {
      name,
      shape,
      dtype: "float32",
      data: Float32Array.from({ length: size }, () => next++),
    };
  });
}

Deno.test("state() gives back what load() took, in PyTorch's layout and order", async () => {
  const { gpu } = await openGpu();
  const store = makeStore();
  store.allocate(gpu, 1);
  const values = counted(store);
  store.load(values.toReversed());
  assertEquals(await store.state(), values);
  assertEquals(store.batchesTracked, 9);
  store.destroy();
});

Deno.test("load() leaves absent tensors alone and refuses unknown ones", async () => {
  const { gpu } = await openGpu();
  const store = makeStore();
  store.allocate(gpu, 1);
  const before = await store.state();
  const bias = {
    name: "head.bias",
    shape: [3],
    dtype: "float32",
    data: Float32Array.of(7, 8, 9),
  } as const;
  store.load([bias]);
  assertEquals(await store.state(), before.map((entry) => entry.name === bias.name ? bias : entry));
  assertThrows(
    () => store.load([{ ...bias, name: "tail.bias" }]),
    RangeError,
    'The model has no tensor "tail.bias"',
  );
  store.destroy();
});

Deno.test("the GPU holds convolutions as [k, in, out] and linear weights as [in, out]", async () => {
  const { gpu } = await openGpu();
  const store = makeStore();
  store.allocate(gpu, 1);
  const values = counted(store);
  store.load(values);
  const [convolution, , linear] = store.parameters;
  assertEquals(convolution.value.shape, [7, 3, 5]);
  assertEquals(linear.value.shape, [67, 3]);
  const read = async ({ value }: typeof linear) => await value.read();
  const given = (name: string) => values.find((entry) => entry.name === name)!.data;
  // Position 4, input 1, output 3; input 66, output 2.
  assertEquals(
    (await read(convolution))[(4 * 3 + 1) * 5 + 3],
    given("conv.weight")[(3 * 3 + 1) * 7 + 4],
  );
  assertEquals((await read(linear))[66 * 3 + 2], given("head.weight")[2 * 67 + 66]);
  store.destroy();
});

Deno.test("gradients start at zero and come back in PyTorch's layout", async () => {
  const { gpu } = await openGpu();
  const store = makeStore();
  store.allocate(gpu, 1);
  for (const { data } of await store.gradients()) {
    assertEquals(data.some((value) => value != 0), false);
  }
  const { gradient } = store.parameters[0];
  // Element [position 2, input 1, output 4] alone.
  gradient.write([3], (2 * 3 + 1) * 5 + 4);
  const [{ data, shape }] = await store.gradients();
  assertEquals(shape, [5, 3, 7]);
  assertEquals([...data as Float32Array].flatMap((value, j) => value === 0 ? [] : [j]), [
    (4 * 3 + 1) * 7 + 2,
  ]);
  store.destroy();
});

Deno.test("a parameter that starts as a copy has its original's initial value under every seed", () => {
  const build = (copied: boolean) => {
    const store = makeStore();
    const start = { kind: "uniform", bound: 0.5 } as const;
    const copy = store.parameter("target.weight", [3, 67], "linear", start);
    store.parameter("last.weight", [9], "plain", start);
    const original = store.parameters.find(({ name }) => name === "head.weight")!;
    if (copied) store.startAsCopy(copy, original);
    return new Map(store.initialValues(5).map(({ name, data }) => [name, data]));
  };
  const [plain, copied] = [build(false), build(true)];
  assertEquals(copied.get("target.weight"), copied.get("head.weight"));
  assertNotEquals(plain.get("target.weight"), plain.get("head.weight"));
  // Nobody else draws other numbers for it.
  for (const name of ["head.weight", "last.weight"]) {
    assertEquals(copied.get(name), plain.get(name));
  }
});

Deno.test("a copy needs an original of its shape that stands before it", () => {
  const store = makeStore();
  const [convolution, norm, head, bias] = store.parameters;
  for (const [copy, original] of [[head, convolution], [norm, norm], [norm, bias]]) {
    assertThrows(
      () => store.startAsCopy(copy, original),
      RangeError,
      `${copy.name} [${copy.shape}] cannot start as a copy of ${original.name}`,
    );
  }
});

Deno.test("initial values: within bounds, of the whole width, each parameter and seed its own", () => {
  const store = makeStore();
  const values = store.initialValues(5);
  const get = (name: string, of = values) =>
    of.find((entry) => entry.name === name)!.data as Float32Array;
  for (const name of ["conv.weight", "head.weight", "head.bias"]) {
    assert(get(name).every((value) => value >= -0.5 && value < 0.5), name);
  }
  const head = get("head.weight");
  // 201 uniform draws in ±0.5: standard deviation 0.289 ± 0.02 (four standard errors of 0.0065),
  // mean 0 ± 0.08 (four standard errors of 0.0204).
  const mean = head.reduce((a, b) => a + b, 0) / head.length;
  const deviation = Math.sqrt(head.reduce((a, b) => a + (b - mean) ** 2, 0) / head.length);
  assert(Math.abs(mean) < 0.082 && Math.abs(deviation - 0.2887) < 0.026, `${mean} ${deviation}`);
  assertNotEquals(get("conv.weight").slice(0, 3), head.slice(0, 3));
  assertEquals([...get("norm.weight")], [1, 1, 1, 1, 1]);
  assertEquals([...get("norm.running_var")], [1, 1, 1, 1, 1]);
  assertEquals(store.initialValues(5), values);
  assertNotEquals(get("head.bias", store.initialValues(6)), get("head.bias"));
});

Deno.test("one seed gives Classifier and Simclr the same encoder, within PyTorch's bounds", () => {
  const classifier = new ParameterStore();
  const simclr = new ParameterStore();
  new Classifier(classifier, { width: 8 });
  new Simclr(simclr, { width: 8, hidden: 16, projection: 8 });
  const encoder = (store: ParameterStore) =>
    store.initialValues(3).filter(({ name }) => name.startsWith("encoder."));
  assertEquals(encoder(classifier).length, 36);
  assertEquals(encoder(simclr), encoder(classifier));
  for (const { name, shape, data } of classifier.initialValues(3)) {
    if (shape.length < 2) continue;
    // kaiming_uniform with a = √5: within 1 / √(inputs · kernel size), and close to it somewhere.
    const bound = 1 / Math.sqrt(shape.slice(1).reduce((a, b) => a * b, 1));
    const most = Math.max(...Array.from(data as Float32Array, Math.abs));
    assert(most <= bound && most > 0.9 * bound, `${name}: ${most}, bound ${bound}`);
  }
});

Deno.test("a snapshot brings back values and running statistics as they were when taken", async () => {
  const { gpu } = await openGpu();
  const before = gpu.liveBytes;
  const store = makeStore();
  store.allocate(gpu, 1);
  const snapshot = store.snapshot();
  const first = await store.state();
  const changed = counted(store);
  changed.find(({ shape }) => shape.length === 0)!.data[0] = 0n; // the host's counter is no part of it
  store.load(changed);
  snapshot.restore();
  assertEquals(await store.state(), first);
  store.load(changed);
  snapshot.take();
  store.load(first);
  snapshot.restore();
  assertEquals(await store.state(), changed);
  snapshot.destroy();
  store.destroy();
  assertEquals(gpu.liveBytes, before);
});

Deno.test("flat() views the parameters from one of them to the last", async () => {
  const { gpu } = await openGpu();
  const store = makeStore();
  store.allocate(gpu, 1);
  const whole = store.flat();
  const head = store.flat(2);
  assertEquals(whole.values.placement!.offset, 0);
  assertEquals(head.values.placement!.offset, store.parameters[2].value.placement!.offset);
  assertEquals(whole.values.bytes, head.values.placement!.offset + head.values.bytes);
  for (const { values, gradients } of [whole, head]) {
    assertEquals(values.size % 64, 0);
    assertEquals(gradients.size, values.size);
    assert(values.placement!.buffer !== gradients.placement!.buffer);
  }
  store.destroy();
});

Deno.test("a store is allocated once, and read after that only", async () => {
  const { gpu } = await openGpu();
  const store = makeStore();
  assertEquals(store.count, 5 * 3 * 7 + 5 + 3 * 67 + 3);
  await assertRejects(() => store.state(), Error, "not allocated yet");
  store.allocate(gpu, 1);
  assertThrows(() => store.allocate(gpu, 1), Error, "allocated already");
  store.destroy();
});
