/** Cutting dispatches where a tensor is larger than a binding, and what the plan makes of it. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { UserError } from "../../src/errors.ts";
import { chooseDevice, Gpu } from "../../src/gpu/device.ts";
import type { Dispatch, Split } from "../../src/gpu/dispatch.ts";
import { KernelLibrary } from "../../src/gpu/kernels.ts";
import { gridFor, Recorder } from "../../src/gpu/recorder.ts";
import { cutDispatch, inParts } from "../../src/gpu/split.ts";
import { Tensor } from "../../src/gpu/tensor.ts";
import { meanPool } from "../../src/layers/mean_pool.ts";
import { download, openGpu, release, upload } from "../support/gpu.ts";

/** A dispatch of `units` units over x [units, perUnit]. */
function dispatchOf(units: number, perUnit: number, split: Partial<Split> = {}): Dispatch {
  const whole = inParts(units, { x: perUnit }, (first, count) => ({
    dims: { first, size: count * perUnit },
    grid: gridFor(count, 1),
  }));
  return {
    kernel: "mean_pool",
    label: "",
    constants: {},
    tensors: { x: new Tensor("x", [units, perUnit]), w: new Tensor("w", [64]) },
    dims: whole.dims!,
    grid: [units, 1, 1],
    flops: units * 10,
    split: { ...whole.split!, ...split },
  };
}

/** First element and number of elements of each part's x. */
function partsOfX(parts: Dispatch[] | undefined): number[][] | undefined {
  const buffer = {} as GPUBuffer;
  return parts?.map(({ tensors: { x } }) => {
    x.root.placement = { gpu: {} as Gpu, buffer, offset: 0 };
    return [x.placement!.offset / 4, x.size];
  });
}

Deno.test("what fits stays the very dispatch", () => {
  const dispatch = dispatchOf(10, 64);
  assertEquals(cutDispatch(dispatch, 10 * 256), [dispatch]);
  assert(cutDispatch(dispatch, 10 * 256)![0] === dispatch);
});

Deno.test("parts are as large as the limit allows, in order, and bind their own ranges", () => {
  const dispatch = dispatchOf(10, 64);
  const parts = cutDispatch(dispatch, 4 * 256 + 255)!;
  assertEquals(partsOfX(parts), [[0, 256], [256, 256], [512, 128]]);
  assertEquals(parts.map(({ dims }) => dims), [
    { first: 0, size: 256 },
    { first: 4, size: 256 },
    { first: 8, size: 128 },
  ]);
  assertEquals(parts.map(({ grid }) => grid), [[4, 1, 1], [4, 1, 1], [2, 1, 1]]);
  assertEquals(parts.map(({ flops }) => flops), [40, 40, 20]);
  for (const { tensors } of parts) {
    assert(tensors.w === dispatch.tensors.w, "a tensor that is not cut is bound whole");
    assert(tensors.x.root === dispatch.tensors.x);
  }
});

Deno.test("parts begin where a binding may begin", () => {
  // 48 elements are 192 bytes: every fourth unit begins at a multiple of 256.
  assertEquals(partsOfX(cutDispatch(dispatchOf(10, 48), 7 * 192)), [[0, 192], [192, 288]]);
  // Of odd sizes, every 64th.
  assertEquals(partsOfX(cutDispatch(dispatchOf(130, 3), 100 * 12)), [[0, 192], [192, 198]]);
  assertEquals(cutDispatch(dispatchOf(130, 3), 63 * 12), undefined);
});

Deno.test("a range may reach back to where a binding may begin", () => {
  // Each unit needs 40 elements, from the multiple of 64 before them on.
  const range = (first: number, count: number) =>
    [Math.floor(first * 40 / 64) * 64, Math.min(400, (first + count) * 40)] as const;
  const parts = cutDispatch(dispatchOf(10, 40, { tensors: { x: range } }), 4 * 160);
  assertEquals(parts!.map(({ dims }) => dims.first), [0, 4, 7]);
  assertEquals(partsOfX(parts), [[0, 160], [128, 152], [256, 144]]);
});

Deno.test("what is needed whole, or cannot be cut, does not fit", () => {
  const dispatch = dispatchOf(10, 64);
  assertEquals(cutDispatch({ ...dispatch, split: undefined }, 1024), undefined);
  const large = { ...dispatch.tensors, w: new Tensor("w", [512]) };
  assertEquals(cutDispatch({ ...dispatch, tensors: large }, 1024), undefined);
  assertEquals(cutDispatch(dispatch, 255), undefined, "not even one unit");
});

Deno.test("a view lies in its tensor and is refused outside it or where nothing can be bound", () => {
  const x = new Tensor("x", [4, 64]);
  const view = x.view(64, 192);
  assertEquals([view.shape, view.placement], [[128], undefined]);
  const buffer = {} as GPUBuffer;
  const gpu = {} as Gpu;
  x.placement = { gpu, buffer, offset: 512 };
  assertEquals(view.placement, { gpu, buffer, offset: 768 });
  assertEquals(view.view(64, 128).placement, { gpu, buffer, offset: 1024 });
  assert(view.view(64, 128).root === x);
  assertThrows(() => view.placement = x.placement, TypeError, "is a view of x");
  for (const [from, end] of [[-64, 64], [0, 257], [64, 64], [32, 64]]) {
    assertThrows(() => x.view(from, end), RangeError, `elements ${from} to ${end} of x`);
  }
});

Deno.test("a tensor in parts lives from its first part to its last, beside what lives meanwhile", async () => {
  const { gpu } = await openGpu();
  // [16, 8, 64] is 32 KiB: four parts of four samples.
  const small = new Gpu(gpu.adapter, gpu.device, { binding: 8192 });
  const recorder = new Recorder(new KernelLibrary(small));
  const values = Float32Array.from({ length: 16 * 64 }, (_, j) => j);
  const start = upload(gpu, "start", [16, 64], values);
  /** dy / 8 at all eight times; its mean is dy / 8 again. */
  const spread = (dy: Tensor) => {
    const dx = recorder.transient("dx", [16, 8, 64]);
    recorder.dispatch("mean_pool_backward", {
      tensors: { dy, dx },
      ...inParts(16, { dy: 64, dx: 8 * 64 }, (_first, count) => ({
        dims: { size: count * 8 * 16, length: 8, channels: 16 },
        grid: gridFor(count * 8 * 16, 64),
      })),
    });
    return dx;
  };
  const first = spread(start);
  const second = spread(meanPool(recorder, first).y);
  const [twice, once] = [second, first].map((x) => meanPool(recorder, x).y);
  const program = await recorder.plan([twice, once]);
  assertEquals(program.dispatches.length, 5 * 4);
  program.run();
  assertEquals(await download(gpu, twice), values.map((value) => value / 64));
  assertEquals(await download(gpu, once), values.map((value) => value / 8));
  assert(first.placement!.buffer !== second.placement!.buffer, "both alive at once");
  program.destroy();
  release(gpu, start);
});

Deno.test("what does not fit names the largest batch that does", async () => {
  const { gpu } = await openGpu();
  const attempt = (limits: { binding?: number; buffer?: number }, rows: number, batch?: number) => {
    const small = new Gpu(gpu.adapter, gpu.device, limits);
    const recorder = new Recorder(new KernelLibrary(small));
    const x = recorder.transient("records", [2 * rows, 64]);
    const w = recorder.transient("packed", [3, 512]);
    recorder.dispatch("relu_backward", {
      tensors: { y: x, dy: w, dx: recorder.transient("dx", [2 * rows, 64]) },
      dims: { size: 64 },
      grid: [1],
    });
    return recorder.plan([], batch);
  };
  const fits = await attempt({ binding: 8192 }, 16, 16);
  fits.destroy();
  const cases = [
    // 2 · 16 · 256 bytes fit; of 2 · 50 · 256, 16 / 50.
    [{ binding: 8192 }, 50, 50, "records [100 x 64] takes 0.0 MiB", 16],
    [{ buffer: 8192 }, 50, 50, "in one buffer", 16],
    [{ binding: 8192 }, 50, undefined, "at once", undefined],
    [{ binding: 128 }, 1, 1, "at once", 0],
    // The weights stand in the way, which no batch makes smaller.
    [{ binding: 4096 }, 8, 8, "packed [3 x 512]", undefined],
  ] as const;
  for (const [limits, rows, batch, what, largestBatch] of cases) {
    const error = await assertRejects(() => attempt(limits, rows, batch), UserError);
    assert(error.message.includes(what), error.message);
    assertEquals([error.facts?.remedy, error.facts?.largestBatch], ["smaller-batch", largestBatch]);
  }
});

Deno.test("chooseDevice() keeps to limits below the adapter's", async () => {
  const gpu = await chooseDevice({ warn: () => {}, limits: { binding: 4096, buffer: 65536 } });
  assertEquals([gpu.bindingLimit, gpu.bufferLimit], [4096, 65536]);
  assertThrows(() => gpu.storage(65537, "records"), UserError, "Cannot allocate records");
  gpu.destroy();
});
