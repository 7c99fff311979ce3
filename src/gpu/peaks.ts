/** What an adapter reaches at best: the yardstick that benchmarks hold kernels against. */

import type { KernelLibrary } from "./kernels.ts";
import { gridFor, Recorder } from "./recorder.ts";
import { timeProgram } from "./time_program.ts";

/** Measured ceilings of an adapter. */
export interface Peaks {
  /** 10⁹ float32 operations a second of a register-only multiply-add loop (one counts as two). */
  readonly gflops: number;
  /** 10⁹ bytes a second of a copy from buffer to buffer, reads and writes added. */
  readonly gigabytesPerSecond: number;
}

/** Measures both ceilings; takes well below a second on a GPU, one or two on a processor. */
export async function measurePeaks(kernels: KernelLibrary): Promise<Peaks> {
  return {
    gflops: await multiplyAddPeak(kernels),
    gigabytesPerSecond: await copyPeak(kernels),
  };
}

async function multiplyAddPeak(kernels: KernelLibrary): Promise<number> {
  // 2^20 invocations fill any GPU several times over; a processor has few lanes.
  const invocations = kernels.gpu.software ? 2 ** 12 : 2 ** 20;
  // Rounds grow until a run is long enough to judge: 20 ms.
  for (let rounds = 16;; rounds *= 4) {
    const recorder = new Recorder(kernels);
    const y = recorder.transient("peak", [invocations, 4]);
    recorder.dispatch("peak_multiply_add", {
      tensors: { y },
      dims: { rounds, factor: 0.999, increment: 0.001 },
      grid: [invocations / 64],
      flops: 2 * invocations * rounds * 16 * 4 * 4,
    });
    const program = await recorder.plan();
    const best = Math.min(...await timeProgram(program, 3));
    program.destroy();
    if (best >= 20 || rounds >= 2 ** 20) return recorder.dispatches[0].flops / best / 1e6;
  }
}

async function copyPeak(kernels: KernelLibrary): Promise<number> {
  // Far beyond the caches: 256 MiB on a GPU (its L2 may hold 50), 64 on a processor.
  const wanted = (kernels.gpu.software ? 64 : 256) * 2 ** 20;
  const size = Math.floor(Math.min(wanted, kernels.gpu.bindingLimit) / 16);
  const recorder = new Recorder(kernels);
  recorder.dispatch("peak_copy", {
    tensors: {
      x: recorder.transient("source", [size, 4]),
      y: recorder.transient("copy", [size, 4]),
    },
    dims: { size },
    grid: gridFor(size, 256),
  });
  const program = await recorder.plan();
  const best = Math.min(...await timeProgram(program, 5));
  program.destroy();
  return 32 * size / best / 1e6;
}
