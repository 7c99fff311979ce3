/** Tensors of one's own, and what can be read of a recording's. */

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Recorder } from "../../src/gpu/recorder.ts";
import { Tensor } from "../../src/gpu/tensor.ts";
import { meanPool } from "../../src/layers/mean_pool.ts";
import { openGpu } from "../support/gpu.ts";

Deno.test("a tensor is filled, written to, read and released", async () => {
  const { gpu } = await openGpu();
  const before = [gpu.liveBuffers, gpu.liveBytes];
  const x = Tensor.from(gpu, [2, 3], [1, 2, 3, 4, 5, 6], "x");
  x.write([8, 9], 4);
  assertEquals(await x.read(), Float32Array.of(1, 2, 3, 4, 8, 9));
  assertEquals(await Tensor.zeros(gpu, [3]).read(), new Float32Array(3));
  const words = Tensor.from(gpu, [2], Uint32Array.of(7, 2 ** 31));
  assertEquals(new Uint32Array((await words.read()).buffer), Uint32Array.of(7, 2 ** 31));
  assertThrows(() => x.write([1], 6), RangeError, "1 values into x [2,3] from 6 on");
  assertThrows(() => Tensor.from(gpu, [2], [1, 2, 3]), RangeError, "with 3 values");
  x.release();
  assertThrows(() => x.write([1]), TypeError, "x has no memory");
  assertEquals(gpu.liveBuffers, before[0] + 2);
});

Deno.test("a recording reads tensors of one's own and gives tensors that can be read", async () => {
  const { gpu, kernels } = await openGpu();
  const recorder = new Recorder(kernels);
  const x = Tensor.from(gpu, [1, 2, 4], [1, 2, 3, 4, 5, 6, 7, 8]);
  const { y } = meanPool(recorder, x);
  await assertRejects(() => y.read(), TypeError, "not planned yet");
  const program = await recorder.plan([y]);
  program.run();
  assertEquals(await y.read(), Float32Array.of(3, 4, 5, 6));
  assertThrows(() => y.release(), TypeError, "no buffer of its own");
  assertThrows(() => x.view(0, 4).release(), TypeError, "no buffer of its own");
  program.destroy();
  x.release();
});
