import { assert, assertEquals } from "@std/assert";
import { chooseDevice } from "../../src/gpu/device.ts";
import { KernelLibrary } from "../../src/gpu/kernels.ts";
import { measurePeaks } from "../../src/gpu/peaks.ts";
import { Recorder } from "../../src/gpu/recorder.ts";
import { Tensor } from "../../src/gpu/tensor.ts";

const gpu = await chooseDevice({ warn() {} });
const kernels = new KernelLibrary(gpu);
globalThis.addEventListener("unload", () => gpu.destroy());

Deno.test("measurePeaks() measures the loop and the copy that it claims, and frees its buffers", async () => {
  const buffers = gpu.liveBuffers;
  const { gflops, gigabytesPerSecond } = await measurePeaks(kernels);
  // Bounds that any machine keeps: 0.1 GFLOP/s to 1 PFLOP/s, 0.1 GB/s to 100 TB/s.
  assert(gflops > 0.1 && gflops < 1e6, `${gflops} GFLOP/s`);
  assert(gigabytesPerSecond > 0.1 && gigabytesPerSecond < 1e5, `${gigabytesPerSecond} GB/s`);
  assertEquals(gpu.liveBuffers, buffers);
});

Deno.test("peak_multiply_add does every multiply-add", async () => {
  const recorder = new Recorder(kernels);
  const y = recorder.transient("y", [64, 4]);
  recorder.dispatch("peak_multiply_add", {
    tensors: { y },
    dims: { rounds: 3, factor: 0.75, increment: 0.5 },
    grid: [1],
  });
  const program = await recorder.plan([y]);
  program.run();
  const values = await y.read();
  for (let id = 0; id < 64; id++) {
    for (let lane = 0; lane < 4; lane++) {
      let sum = 0;
      for (let chain = 0; chain < 4; chain++) {
        let a = (lane === 0 ? id : lane) + chain;
        for (let step = 0; step < 3 * 16; step++) a = a * 0.75 + 0.5;
        sum += a;
      }
      // 48 steps, each halving the error of the ones before and adding one rounding.
      assert(Math.abs(values[id * 4 + lane] - sum) < 1e-5);
    }
  }
  program.destroy();
});

Deno.test("peak_copy copies every element and nothing else", async () => {
  const size = 300; // more than one workgroup, no multiple of it
  const source = Float32Array.from({ length: 4 * size }, (_, i) => i + 0.5);
  const [x, y] = [1, -7].map((value) =>
    Tensor.from(gpu, [size + 8, 4], new Float32Array(4 * (size + 8)).fill(value))
  );
  x.write(source);
  const recorder = new Recorder(kernels);
  recorder.dispatch("peak_copy", { tensors: { x, y }, dims: { size }, grid: [2] });
  const program = await recorder.plan();
  program.run();
  const copy = await y.read();
  assertEquals(copy.subarray(0, 4 * size), source);
  assertEquals(copy.subarray(4 * size), new Float32Array(32).fill(-7));
  program.destroy();
  for (const tensor of [x, y]) tensor.release();
});
