import {
  assert,
  assertEquals,
  assertLess,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { UserError } from "../../src/errors.ts";
import { kernelSources } from "../../src/gpu/kernels.ts";
import { Recorder } from "../../src/gpu/recorder.ts";
import { Tensor } from "../../src/gpu/tensor.ts";
import { download, openGpu, release, upload } from "../support/gpu.ts";
import { smallStep } from "./small_step.ts";

/** y = rectified gradient through `steps` layers, each in a transient of its own. */
function recordChain(recorder: Recorder, x: Tensor, steps: number): Tensor[] {
  const chain: Tensor[] = [];
  let from = x;
  for (let i = 0; i < steps; i++) {
    const to = recorder.transient(`link ${i}`, [x.size]);
    recorder.dispatch("relu_backward", {
      tensors: { y: x, dy: from, dx: to },
      dims: { size: x.size },
      grid: [Math.ceil(x.size / 64)],
    });
    chain.push(to);
    from = to;
  }
  return chain;
}

Deno.test("plan: two tensors of a SimCLR step that are alive at once never share memory", async () => {
  const { gpu, kernels } = await openGpu();
  const before = gpu.liveBytes;
  const { program, transients, destroy } = await smallStep(kernels, 1);
  const life = new Map<Tensor, { first: number; last: number }>();
  program.dispatches.forEach(({ tensors }, i) => {
    for (const tensor of Object.values(tensors)) {
      life.set(tensor, { first: life.get(tensor)?.first ?? i, last: i });
    }
  });
  const bySlab = Map.groupBy(transients, ({ placement }) => placement!.buffer);
  for (const tensors of bySlab.values()) {
    const sorted = tensors.toSorted((a, b) => life.get(a)!.first - life.get(b)!.first);
    for (let i = 1; i < sorted.length; i++) {
      const [former, later] = [sorted[i - 1], sorted[i]];
      assertLess(
        life.get(former)!.last,
        life.get(later)!.first,
        `${former.name} and ${later.name} share memory`,
      );
    }
    for (const { bytes, placement } of tensors) assert(bytes <= placement!.buffer.size);
  }
  // Activations are kept for the backward pass, gradients are not: memory is used again.
  const total = transients.reduce((sum, { bytes }) => sum + bytes, 0);
  assertLess(program.arenaBytes, 0.75 * total);
  assertLess(bySlab.size, 0.6 * transients.length);
  destroy();
  assertEquals(gpu.liveBytes, before);
});

Deno.test("plan: tensors to keep outlast the step, others are overwritten", async () => {
  const { gpu, kernels } = await openGpu();
  const values = Float32Array.from({ length: 100 }, (_, j) => j - 50);
  const x = upload(gpu, "x", [100], values);
  const expected = values.map((value) => Math.max(0, value));
  const recorder = new Recorder(kernels);
  const chain = recordChain(recorder, x, 6);
  const program = await recorder.plan([chain[0], chain[3]]);
  program.run();
  assertEquals(await download(gpu, chain[0]), expected);
  assertEquals(await download(gpu, chain[3]), expected);
  const slab = (i: number) => chain[i].placement!.buffer;
  for (const kept of [0, 3]) {
    for (let i = kept + 1; i < 6; i++) assert(slab(i) !== slab(kept), `${i} over ${kept}`);
  }
  assertEquals(new Set(chain.map(({ placement }) => placement!.buffer)).size, 4);
  program.destroy();
  release(gpu, x);
});

Deno.test("plan: a missing or unknown binding or dimension names kernel and field, and frees all", async () => {
  const { gpu, kernels } = await openGpu();
  const before = gpu.liveBuffers;
  const attempt = (
    change: (request: {
      tensors: Record<string, Tensor>;
      dims: Record<string, number>;
    }) => void,
    message: string,
  ) => {
    const recorder = new Recorder(kernels);
    const t = (name: string) => recorder.transient(name, [8]);
    const request = {
      tensors: { y: t("y"), dy: t("dy"), dx: t("dx") },
      dims: { size: 8 },
      grid: [1] as [number],
    };
    change(request);
    recorder.dispatch("relu_backward", request);
    return assertRejects(() => recorder.plan(), RangeError, message);
  };
  await attempt(
    ({ tensors }) => delete tensors.dy,
    'Kernel "relu_backward" (relu_backward) needs a tensor for binding "dy"',
  );
  await attempt(
    ({ tensors }) => tensors.dz = tensors.dx,
    'Kernel "relu_backward" has no binding "dz"',
  );
  await attempt(
    ({ dims }) => delete dims.size,
    'Kernel "relu_backward" needs dimension "size", got undefined',
  );
  await attempt(({ dims }) => dims.rows = 3, 'Kernel "relu_backward" has no dimension "rows"');
  await attempt(
    ({ dims }) => dims.size = NaN,
    'Kernel "relu_backward" needs dimension "size", got NaN',
  );
  await attempt(
    ({ dims }) => dims.size = 2.5,
    'Kernel "relu_backward" needs dimension "size" as u32, got 2.5',
  );
  await attempt(
    ({ dims }) => dims.size = -1,
    'Kernel "relu_backward" needs dimension "size" as u32, got -1',
  );
  await attempt(
    ({ dims }) => dims.size = 2 ** 32,
    'Kernel "relu_backward" needs dimension "size" as u32',
  );
  await attempt(
    ({ tensors }) => tensors.dy = new Tensor("foreign", [8]),
    'needs a tensor for binding "dy"',
  );
  assertEquals(gpu.liveBuffers, before);
});

Deno.test("plan: what the adapter cannot bind is a UserError that advises a smaller batch", async () => {
  const { gpu, kernels } = await openGpu();
  const before = gpu.liveBuffers;
  const recorder = new Recorder(kernels);
  const size = Math.floor(gpu.bindingLimit / 4) + 4;
  const small = recorder.transient("small", [4]);
  recorder.dispatch("relu_backward", {
    tensors: { y: small, dy: small, dx: recorder.transient("encoder.0 y", [size]) },
    dims: { size: 4 },
    grid: [1],
  });
  const error = await assertRejects(() => recorder.plan(), UserError);
  assertStringIncludes(error.message, `encoder.0 y [${size}] takes`);
  assertEquals(error.facts?.remedy, "smaller-batch");
  assertEquals(gpu.liveBuffers, before);
});

Deno.test("compile: an error names file, line and source, and the device works on", async () => {
  const { gpu, kernels } = await openGpu();
  const error = await assertRejects(
    () => kernels.compile("batch_norm_statistics", { P: 0.5 }),
    SyntaxError,
    "Cannot compile kernel batch_norm_statistics",
  );
  assertStringIncludes(error.message, "const P = 0.5u;");
  const line = kernelSources
    .batch_norm_statistics.split("\n").findIndex((text) => text.startsWith("const P"));
  assertStringIncludes(error.message, `${line + 1}:`);
  await assertRejects(() => kernels.compile("nothing"), RangeError, 'There is no kernel "nothing"');
  await kernels.compile("batch_norm_statistics", { P: 16 });
  await gpu.finish();
});

Deno.test("compile: one kernel under the same constants is compiled once", async () => {
  const { kernels } = await openGpu();
  const first = await kernels.compile("batch_norm_backward_reduce", { P: 64, RELU: true });
  assert(first === await kernels.compile("batch_norm_backward_reduce", { RELU: true, P: 64 }));
  assert(first !== await kernels.compile("batch_norm_backward_reduce", { P: 64 }));
  assertEquals(first.dimensions.map(({ name }) => name), ["rows", "channels"]);
  assertEquals(first.bindings.map(({ index, name, access }) => `${index} ${name} ${access}`), [
    "0 dims uniform",
    "1 x read",
    "2 dy read",
    "3 affine read",
    "4 partial read_write",
  ]);
});

Deno.test("profile() times every dispatch, where the adapter can, and computes the same", async () => {
  const { gpu, kernels } = await openGpu();
  const x = upload(gpu, "x", [100], Float32Array.from({ length: 100 }, (_, j) => j - 50));
  const recorder = new Recorder(kernels);
  const [, , last] = recordChain(recorder, x, 3);
  const before = gpu.liveBuffers;
  const program = await recorder.plan([last]);
  const times = await program.profile();
  assertEquals(times.length, gpu.canTime ? 3 : 0);
  times.forEach(({ dispatch, milliseconds }, i) => {
    assert(dispatch === program.dispatches[i]);
    assert(milliseconds >= 0 && milliseconds < 1000);
  });
  assertEquals((await download(gpu, last))[99], 49);
  program.destroy();
  assertEquals(gpu.liveBuffers, before);
  release(gpu, x);
});

Deno.test("2,000 steps keep buffers and memory flat; destroy() frees all", async () => {
  const { gpu, kernels } = await openGpu();
  const start = { buffers: gpu.liveBuffers, bytes: gpu.liveBytes };
  // Mostly the head alone: software adapters need as long for a small dispatch as for a middling one.
  const pretraining = await smallStep(kernels, 1);
  const tuning = await smallStep(kernels, 1, "head");
  const planned = { buffers: gpu.liveBuffers, bytes: gpu.liveBytes };
  let settled = 0;
  for (let i = 0; i < 2000; i++) {
    tuning.run(i);
    if (i % 10 === 0) pretraining.run(i / 10);
    if (i % 200 !== 199) continue;
    for (const { step } of [tuning, pretraining]) {
      const metrics = await step.read();
      assertEquals(metrics.length, step === tuning.step ? 200 : 20);
      assert(metrics.every(({ loss, skipped }) => Number.isFinite(loss) && !skipped), `step ${i}`);
    }
    assertEquals({ buffers: gpu.liveBuffers, bytes: gpu.liveBytes }, planned);
    if (i === 399) settled = Deno.memoryUsage().rss;
  }
  // 1,600 more steps, 32,000 dispatches: a kilobyte leaked a dispatch would make 31 MiB, a leaked
  // arena 18. The heap's own breathing stays below 16 MiB.
  const growth = (Deno.memoryUsage().rss - settled) / 2 ** 20;
  assertLess(growth, 16, `${growth.toFixed(1)} MiB`);
  for (const training of [pretraining, tuning]) training.destroy();
  assertEquals({ buffers: gpu.liveBuffers, bytes: gpu.liveBytes }, start);
});

Deno.test("ten steps from one seed give the same bits, from another seed others", async () => {
  const { kernels } = await openGpu();
  const course = async (seed: number) => {
    const training = await smallStep(kernels, seed);
    for (let i = 0; i < 10; i++) training.run(i);
    const metrics = await training.step.read();
    const state = await training.store.state();
    training.destroy();
    return { metrics, state };
  };
  const first = await course(1);
  assertEquals(await course(1), first);
  const other = await course(2);
  first.metrics.forEach(({ loss }, i) => assertNotEquals(other.metrics[i].loss, loss));
  first.state.forEach(({ name, data }, i) => {
    if (name.endsWith("num_batches_tracked")) return;
    assertNotEquals(other.state[i].data, data, name);
  });
});
