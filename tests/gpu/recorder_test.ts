import { assert, assertEquals, assertThrows } from "@std/assert";
import type { KernelLibrary } from "../../src/gpu/kernels.ts";
import { gridFor, Recorder } from "../../src/gpu/recorder.ts";
import { Tensor } from "../../src/gpu/tensor.ts";

/** Recording needs no device. */
const kernels = {} as KernelLibrary;

Deno.test("gridFor() covers every element and folds beyond 65,535 workgroups", () => {
  assertEquals(gridFor(0, 64), [1, 1, 1]);
  assertEquals(gridFor(1, 64), [1, 1, 1]);
  assertEquals(gridFor(64, 64), [1, 1, 1]);
  assertEquals(gridFor(65, 64), [2, 1, 1]);
  assertEquals(gridFor(65535 * 64, 64), [65535, 1, 1]);
  assertEquals(gridFor(65535 * 64 + 1, 64), [32768, 2, 1]);
  for (const groups of [65536, 131071, 999_983, 2 ** 28 + 1]) {
    const [x, y, z] = gridFor(groups * 64, 64);
    assert(x <= 65535 && y <= 65535 && z === 1);
    // All of them, and less than one row of surplus.
    assert(x * y >= groups && x * y - groups < y, `${groups}: ${x} x ${y}`);
  }
});

Deno.test("dispatch() refuses grids that WebGPU cannot launch", () => {
  const recorder = new Recorder(kernels);
  for (const grid of [[65536], [1, 65536], [1, 1, 65536], [0], [-1], [1.5], [NaN]]) {
    assertThrows(
      () => recorder.dispatch("adam", { tensors: {}, grid: grid as [number] }),
      RangeError,
      'Cannot dispatch "adam" over [',
    );
  }
  recorder.dispatch("adam", { tensors: {}, grid: [65535, 65535, 65535] });
  assertEquals(recorder.dispatches.length, 1);
});

Deno.test("a dispatch is plain data that later changes do not reach", () => {
  const recorder = new Recorder(kernels);
  const tensors: Record<string, Tensor> = { x: recorder.transient("x", [2, 3]) };
  const dims: Record<string, number> = { size: 6 };
  recorder.scope("encoder", () =>
    recorder.scope("0", () => {
      recorder.dispatch("relu_backward", { label: "backward", tensors, dims, grid: [2], flops: 7 });
    }));
  delete tensors.x;
  dims.size = 0;
  recorder.dispatch("adam", { tensors: {}, grid: [1] });
  const [first, second] = recorder.dispatches;
  assertEquals(first.label, "encoder 0 backward");
  assertEquals(Object.keys(first.tensors), ["x"]);
  assertEquals([first.dims.size, first.grid, first.flops], [6, [2, 1, 1], 7]);
  assertEquals([second.label, second.constants, second.dims, second.flops], ["adam", {}, {}, 0]);
});

Deno.test("scope() ends where its body throws", () => {
  const recorder = new Recorder(kernels);
  assertThrows(
    () =>
      recorder.scope("a", () => {
        throw new Error("stop");
      }),
    Error,
    "stop",
  );
  recorder.dispatch("adam", { tensors: {}, grid: [1] });
  assertEquals(recorder.dispatches[0].label, "adam");
});

Deno.test("a tensor needs a shape of positive integers", () => {
  const tensor = new Tensor("x", [2, 3, 4]);
  assertEquals([tensor.size, tensor.bytes], [24, 96]);
  assertEquals(new Tensor("scalar", []).size, 1);
  for (const shape of [[0], [2, -1], [1.5], [NaN], [0.5, 4], [-2, -3]]) {
    assertThrows(() => new Tensor("x", shape), RangeError, `Cannot shape tensor "x" as [${shape}]`);
  }
});
