/**
 * A planned recording: memory assigned by lifetime, bind groups built, ready to be replayed in one
 * compute pass and one submit.
 */

import { UserError } from "../errors.ts";
import { type Gpu, megabytes } from "./device.ts";
import type { Dispatch } from "./dispatch.ts";
import type { CompiledKernel, KernelDimension, KernelLibrary } from "./kernels.ts";
import { bindingBytes, cutDispatch } from "./split.ts";
import type { Tensor } from "./tensor.ts";

interface Slab {
  bytes: number;
  readonly tensors: Tensor[];
  /** Index of the dispatch after which the slab is free again. */
  busyUntil: number;
}

interface Launch {
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly grid: readonly [number, number, number];
}

/** Time of one dispatch, from timestamp queries. */
export interface DispatchTime {
  readonly dispatch: Dispatch;
  readonly milliseconds: number;
}

/** Uniform blocks start at multiples of this many bytes (WebGPU's default offset alignment). */
const UNIFORM_STRIDE = 256;

/** A recorded, planned step. */
export class Program {
  readonly #launches: readonly Launch[];
  readonly #buffers: readonly GPUBuffer[];

  private constructor(
    readonly gpu: Gpu,
    /** What is launched, in order; a dispatch too large for one binding is here in its parts. */
    readonly dispatches: readonly Dispatch[],
    launches: readonly Launch[],
    buffers: readonly GPUBuffer[],
    /** Bytes of transient memory. */
    readonly arenaBytes: number,
  ) {
    this.#launches = launches;
    this.#buffers = buffers;
  }

  /** See {@linkcode Recorder.plan}. */
  static async plan(
    kernels: KernelLibrary,
    recorded: readonly Dispatch[],
    transients: readonly Tensor[],
    keep: readonly Tensor[],
    batchSize?: number,
  ): Promise<Program> {
    const gpu = kernels.gpu;
    const dispatches = cutToFit(gpu, recorded, batchSize);
    const compiled: CompiledKernel[] = [];
    for (const { kernel, constants, snippets } of dispatches) {
      compiled.push(await kernels.compile(kernel, constants, snippets));
    }
    const slabs = assignSlabs(dispatches, transients, keep);
    const buffers: GPUBuffer[] = [];
    try {
      for (const slab of slabs) {
        const buffer = gpu.storage(slab.bytes, `arena ${slab.tensors[0].name}`);
        buffers.push(buffer);
        for (const tensor of slab.tensors) tensor.placement = { gpu, buffer, offset: 0 };
      }
      const uniforms = gpu.allocate(
        dispatches.length * UNIFORM_STRIDE,
        GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
        "dispatch dimensions",
      );
      buffers.push(uniforms);
      const block = new ArrayBuffer(dispatches.length * UNIFORM_STRIDE);
      const launches = dispatches.map((dispatch, i) => {
        packDimensions(dispatch, compiled[i].dimensions, new DataView(block, i * UNIFORM_STRIDE));
        return {
          pipeline: compiled[i].pipeline,
          bindGroup: bind(gpu, dispatch, compiled[i], uniforms, i * UNIFORM_STRIDE),
          grid: dispatch.grid,
        };
      });
      gpu.write(uniforms, new Uint8Array(block));
      const arenaBytes = slabs.reduce((sum, slab) => sum + slab.bytes, 0);
      return new Program(gpu, dispatches, launches, buffers, arenaBytes);
    } catch (error) {
      for (const buffer of buffers) gpu.release(buffer);
      throw error;
    }
  }

  /** Replays every dispatch: one compute pass, one submit, no waiting. */
  run(): void {
    const encoder = this.gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    let pipeline: GPUComputePipeline | undefined;
    for (const launch of this.#launches) {
      if (launch.pipeline !== pipeline) pass.setPipeline(launch.pipeline);
      pipeline = launch.pipeline;
      pass.setBindGroup(0, launch.bindGroup);
      pass.dispatchWorkgroups(...launch.grid);
    }
    pass.end();
    this.gpu.device.queue.submit([encoder.finish()]);
  }

  /**
   * Runs the step once with a timestamp around every dispatch.
   *
   * @returns Times in order of launch; empty where the adapter has no timestamp queries.
   */
  async profile(): Promise<DispatchTime[]> {
    if (!this.gpu.canTime) {
      this.run();
      await this.gpu.finish();
      return [];
    }
    const device = this.gpu.device;
    const count = this.#launches.length;
    const times: DispatchTime[] = [];
    // A query set holds at most 4,096 timestamps.
    for (let first = 0; first < count; first += 2048) {
      const part = this.#launches.slice(first, first + 2048);
      const querySet = device.createQuerySet({ type: "timestamp", count: 2 * part.length });
      const resolved = this.gpu.allocate(
        16 * part.length,
        GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
        "timestamps",
      );
      const encoder = device.createCommandEncoder();
      part.forEach((launch, i) => {
        const pass = encoder.beginComputePass({
          timestampWrites: {
            querySet,
            beginningOfPassWriteIndex: 2 * i,
            endOfPassWriteIndex: 2 * i + 1,
          },
        });
        pass.setPipeline(launch.pipeline);
        pass.setBindGroup(0, launch.bindGroup);
        pass.dispatchWorkgroups(...launch.grid);
        pass.end();
      });
      encoder.resolveQuerySet(querySet, 0, 2 * part.length, resolved, 0);
      device.queue.submit([encoder.finish()]);
      const ticks = new BigUint64Array(await this.gpu.read(resolved, 16 * part.length));
      this.gpu.release(resolved);
      querySet.destroy();
      part.forEach((_, i) =>
        times.push({
          dispatch: this.dispatches[first + i],
          milliseconds: Number(ticks[2 * i + 1] - ticks[2 * i]) / 1e6,
        })
      );
    }
    return times;
  }

  /** Gives the arena back. Tensors of this recording are dead afterwards. */
  destroy(): void {
    for (const buffer of this.#buffers) this.gpu.release(buffer);
  }
}

/**
 * The dispatches, those whose tensors are larger than a binding cut into parts.
 *
 * @throws {UserError} Where a tensor does not fit a buffer, or a dispatch cannot be cut. Names the
 * tensor that is farthest beyond its limit; its facts hold, where the tensor grows with `batchSize`,
 * the `largestBatch` that fits (0: not even one record).
 */
function cutToFit(gpu: Gpu, recorded: readonly Dispatch[], batchSize?: number): Dispatch[] {
  const excesses: { tensor: Tensor; limit: number; what: string }[] = [];
  const dispatches = recorded.flatMap((dispatch) => {
    for (const tensor of Object.values(dispatch.tensors)) {
      if (bindingBytes(tensor.size) > gpu.bufferLimit) {
        excesses.push({ tensor, limit: gpu.bufferLimit, what: "holds at most ? in one buffer" });
      }
    }
    const parts = cutDispatch(dispatch, gpu.bindingLimit);
    if (parts) return parts;
    const large = Object.entries(dispatch.tensors)
      .filter(([, tensor]) => bindingBytes(tensor.size) > gpu.bindingLimit);
    // A tensor that every part needs whole is in the way, else the grain of the parts does.
    const whole = large.filter(([name]) => !(name in (dispatch.split?.tensors ?? {})));
    for (const [, tensor] of whole.length > 0 ? whole : large) {
      excesses.push({ tensor, limit: gpu.bindingLimit, what: "binds at most ? at once" });
    }
    return [];
  });
  if (excesses.length === 0) return dispatches;
  // What grows with the batch can be helped: tensors of one row, or two views, a record.
  const growing = excesses.filter(({ tensor }) =>
    tensor.shape[0] === batchSize || tensor.shape[0] === 2 * batchSize!
  );
  const { tensor, limit, what } = (growing.length > 0 ? growing : excesses).reduce((worst, each) =>
    each.limit / each.tensor.bytes < worst.limit / worst.tensor.bytes ? each : worst
  );
  const largestBatch = growing.length === 0
    ? undefined
    : Math.floor(batchSize! * limit / tensor.bytes);
  throw new UserError(
    `The step does not fit ${gpu.name}: ${tensor.name} [${tensor.shape.join(" x ")}] takes ` +
      `${megabytes(tensor.bytes)}, the adapter ${what.replace("?", megabytes(limit))}`,
    { remedy: "smaller-batch", tensor: tensor.name, bytes: tensor.bytes, limit, largestBatch },
  );
}

/**
 * Assigns every transient tensor to a slab that no other living tensor uses: first dispatch that
 * names it to last, smallest free slab that holds it, else a new one. Whole buffers rather than
 * ranges of one, because WebGPU refuses a buffer that one dispatch both reads and writes.
 */
function assignSlabs(
  dispatches: readonly Dispatch[],
  transients: readonly Tensor[],
  keep: readonly Tensor[],
): Slab[] {
  const first = new Map<Tensor, number>();
  const last = new Map<Tensor, number>();
  dispatches.forEach(({ tensors }, i) => {
    for (const { root } of Object.values(tensors)) {
      if (!first.has(root)) first.set(root, i);
      last.set(root, i);
    }
  });
  for (const { root } of keep) last.set(root, Infinity);
  const living = transients.filter((tensor) => first.has(tensor))
    .sort((a, b) => first.get(a)! - first.get(b)!);
  const slabs: Slab[] = [];
  for (const tensor of living) {
    const start = first.get(tensor)!;
    const fitting = slabs
      .filter((slab) => slab.busyUntil < start && slab.bytes >= tensor.bytes)
      .sort((a, b) => a.bytes - b.bytes)[0];
    // A far larger slab is left to a tensor that needs it.
    if (fitting && fitting.bytes <= 4 * tensor.bytes) {
      fitting.tensors.push(tensor);
      fitting.busyUntil = last.get(tensor)!;
    } else {
      slabs.push({ bytes: tensor.bytes, tensors: [tensor], busyUntil: last.get(tensor)! });
    }
  }
  return slabs;
}

function packDimensions(
  dispatch: Dispatch,
  dimensions: readonly KernelDimension[],
  view: DataView,
): void {
  for (const name of Object.keys(dispatch.dims)) {
    if (!dimensions.some((field) => field.name === name)) {
      throw new RangeError(`Kernel "${dispatch.kernel}" has no dimension "${name}"`);
    }
  }
  dimensions.forEach(({ name, type }, i) => {
    const value = dispatch.dims[name];
    if (value === undefined || !Number.isFinite(value)) {
      throw new RangeError(`Kernel "${dispatch.kernel}" needs dimension "${name}", got ${value}`);
    }
    if (type !== "f32" && value !== (type === "i32" ? value | 0 : value >>> 0)) {
      throw new RangeError(
        `Kernel "${dispatch.kernel}" needs dimension "${name}" as ${type}, got ${value}`,
      );
    }
    if (type === "f32") view.setFloat32(4 * i, value, true);
    else if (type === "i32") view.setInt32(4 * i, value, true);
    else view.setUint32(4 * i, value, true);
  });
}

function bind(
  gpu: Gpu,
  dispatch: Dispatch,
  kernel: CompiledKernel,
  uniforms: GPUBuffer,
  offset: number,
): GPUBindGroup {
  const used = new Set<string>();
  const entries = kernel.bindings.map(({ index, name, access }): GPUBindGroupEntry => {
    if (access === "uniform") {
      return { binding: index, resource: { buffer: uniforms, offset, size: UNIFORM_STRIDE } };
    }
    const tensor = dispatch.tensors[name];
    if (!tensor?.placement) {
      throw new RangeError(
        `Kernel "${dispatch.kernel}" (${dispatch.label}) needs a tensor for binding "${name}"`,
      );
    }
    used.add(name);
    const size = Math.min(
      Math.ceil(tensor.bytes / 16) * 16,
      tensor.placement.buffer.size - tensor.placement.offset,
    );
    return {
      binding: index,
      resource: { buffer: tensor.placement.buffer, offset: tensor.placement.offset, size },
    };
  });
  for (const name of Object.keys(dispatch.tensors)) {
    if (!used.has(name)) {
      throw new RangeError(`Kernel "${dispatch.kernel}" has no binding "${name}"`);
    }
  }
  return gpu.device.createBindGroup({
    label: dispatch.label,
    layout: kernel.pipeline.getBindGroupLayout(0),
    entries,
  });
}
