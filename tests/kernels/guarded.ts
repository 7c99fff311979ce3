/**
 * Runs a recording with guard bands: every tensor that the recording names gets a buffer of its own
 * in which `GUARD` sentinels follow it, inside the range that the kernel may write, and a page of
 * sentinels stands before it. Transient tensors start as NaN, so an element that is read before it is
 * written, or never written, shows. Grids that may be folded are.
 */

import { assert, assertEquals } from "@std/assert";
import type { Gpu } from "../../src/gpu/device.ts";
import type { Dispatch } from "../../src/gpu/dispatch.ts";
import { kernelSources } from "../../src/gpu/kernels.ts";
import type { KernelLibrary } from "../../src/gpu/kernels.ts";
import { Recorder } from "../../src/gpu/recorder.ts";
import { Tensor } from "../../src/gpu/tensor.ts";
import { CounterRandom, Stream } from "../../src/random/philox.ts";
import { openGpu } from "../support/gpu.ts";

/** 2^-24: half the distance of neighboring float32 numbers around 1, relative. */
export const UNIT_ROUNDOFF = 2 ** -24;

const SENTINEL = -77777.25;
const GUARD = 128;
/** Elements before a tensor: its byte offset has to be a multiple of 256. */
const FRONT = 64;

/** `count` numbers in [low, high) that float32 holds exactly; `item` picks another set. */
export function draws(count: number, item: number, low = -1, high = 1): Float64Array {
  const random = new CounterRandom(11, Stream.synthetic, { item });
  return Float64Array.from({ length: count }, () => Math.fround(random.uniform(low, high)));
}

/** Asserts |actual − expected| <= tolerance for every element. */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number | ((j: number) => number),
  what: string,
): void {
  assertEquals(actual.length, expected.length, `${what}: number of elements`);
  for (let j = 0; j < expected.length; j++) {
    const allowed = typeof tolerance === "number" ? tolerance : tolerance(j);
    assert(
      Math.abs(actual[j] - expected[j]) <= allowed,
      `${what}: element ${j} of ${expected.length} is ${actual[j]}, expected ${
        expected[j]
      } ± ${allowed}`,
    );
  }
}

/** Largest absolute value, at least 1e-30. */
export function largest(values: ArrayLike<number>): number {
  let most = 1e-30;
  for (let j = 0; j < values.length; j++) most = Math.max(most, Math.abs(values[j]));
  return most;
}

/**
 * The grid as it would be beyond 65,535 workgroups: two rows, with a surplus workgroup where the
 * number is odd, which must write nothing.
 */
function foldGrid(kernel: string, grid: Dispatch["grid"]): Dispatch["grid"] {
  const foldable = kernelSources[kernel].includes("folded into x and y") && grid[1] === 1;
  return foldable ? [Math.ceil(grid[0] / 2), 2, 1] : grid;
}

/** One recording under guard. */
export class GuardedRun {
  readonly recorder: Recorder;
  readonly #places = new Map<Tensor, { buffer: GPUBuffer; wide: Tensor }>();
  readonly #read = new Map<Tensor, Float32Array>();

  private constructor(readonly gpu: Gpu, readonly kernels: KernelLibrary) {
    this.recorder = new Recorder(kernels);
  }

  /** Runs `body`, then frees everything, and asserts that nothing is left. */
  static async with(body: (run: GuardedRun) => Promise<void>): Promise<void> {
    const { gpu, kernels } = await openGpu();
    const before = gpu.liveBuffers;
    const run = new GuardedRun(gpu, kernels);
    try {
      await body(run);
    } finally {
      for (const { buffer } of run.#places.values()) gpu.release(buffer);
    }
    assertEquals(gpu.liveBuffers, before, "buffers alive at the end");
  }

  /** A persistent tensor; NaN where no data are given. */
  place(name: string, shape: readonly number[], data?: ArrayLike<number> | Uint32Array): Tensor {
    const tensor = new Tensor(name, shape);
    tensor.placement = { gpu: this.gpu, buffer: this.#guard(tensor, data), offset: 4 * FRONT };
    return tensor;
  }

  /**
   * Plans and runs the recording `times` times, checks the guard bands and reads all tensors.
   *
   * @param before Called before each run, with its number from 0.
   */
  async run(times = 1, before: (i: number) => void = () => {}): Promise<void> {
    const copy = new Recorder(this.kernels);
    for (const { kernel, tensors, grid, ...dispatch } of this.recorder.dispatches) {
      const wide = Object.entries(tensors).map(([name, tensor]) => {
        if (!tensor.placement && !this.#places.has(tensor)) this.#guard(tensor);
        // What a ParameterStore placed stays where it is.
        return [name, this.#places.get(tensor)?.wide ?? tensor] as const;
      });
      copy.dispatch(kernel, {
        ...dispatch,
        tensors: Object.fromEntries(wide),
        grid: foldGrid(kernel, grid),
      });
    }
    const program = await copy.plan();
    for (let i = 0; i < times; i++) {
      before(i);
      program.run();
    }
    await this.#readAll();
    program.destroy();
  }

  /** Writes new content into a placed tensor. */
  write(tensor: Tensor, data: ArrayLike<number>): void {
    tensor.write(data);
  }

  /** Content of a tensor after {@linkcode GuardedRun.run}. */
  get(tensor: Tensor): Float32Array {
    const values = this.#read.get(tensor);
    assert(values, `${tensor.name} is not part of the recording`);
    return values;
  }

  #guard(tensor: Tensor, data?: ArrayLike<number> | Uint32Array): GPUBuffer {
    const all = new Float32Array(FRONT + tensor.size + GUARD).fill(SENTINEL);
    all.fill(NaN, FRONT, FRONT + tensor.size);
    if (data instanceof Uint32Array) new Uint32Array(all.buffer).set(data, FRONT);
    else if (data) all.set(data, FRONT);
    const buffer = this.gpu.storage(all.byteLength, `guarded ${tensor.name}`);
    this.gpu.write(buffer, all);
    const wide = new Tensor(tensor.name, [tensor.size + GUARD], {
      gpu: this.gpu,
      buffer,
      offset: 4 * FRONT,
    });
    this.#places.set(tensor, { buffer, wide });
    return buffer;
  }

  /** One read for all, since every read costs 11 ms or more in Deno. */
  async #readAll(): Promise<void> {
    const total = [...this.#places.values()].reduce((sum, { buffer }) => sum + buffer.size, 0);
    const joined = this.gpu.storage(total, "joined");
    const encoder = this.gpu.device.createCommandEncoder();
    let offset = 0;
    for (const { buffer } of this.#places.values()) {
      encoder.copyBufferToBuffer(buffer, 0, joined, offset, buffer.size);
      offset += buffer.size;
    }
    this.gpu.device.queue.submit([encoder.finish()]);
    const bytes = await this.gpu.read(joined, total);
    this.gpu.release(joined);
    offset = 0;
    for (const [tensor, { buffer }] of this.#places) {
      const all = new Float32Array(bytes, offset, FRONT + tensor.size + GUARD);
      offset += buffer.size;
      const end = FRONT + tensor.size;
      for (let j = 0; j < all.length; j++) {
        if ((j < FRONT || j >= end) && all[j] !== SENTINEL) {
          throw new Error(
            `Element ${j - FRONT} of ${tensor.name} [${tensor.shape}] was written: ${all[j]}`,
          );
        }
      }
      this.#read.set(tensor, all.slice(FRONT, end));
    }
  }
}
