/**
 * Adapter and device: choosing one, its limits, and the accounting of everything allocated on it.
 */

import { UserError } from "../errors.ts";

/** What {@linkcode chooseDevice} may be asked for. */
export interface DeviceOptions {
  /** Part of the adapter's name; letter case is ignored. */
  adapter?: string;
  /** Receives one warning line when only a software adapter exists. Default: console.warn. */
  warn?: (line: string) => void;
  /** Limits below the adapter's own: to see how a step does on a smaller one. */
  limits?: MemoryLimits;
}

/** Limits that a {@linkcode Gpu} keeps to where they are below its adapter's. */
export interface MemoryLimits {
  /** Largest storage binding, bytes. */
  readonly binding?: number;
  /** Largest buffer, bytes. */
  readonly buffer?: number;
}

/**
 * A WebGPU device with what the engine needs to know about it. All buffers are made and destroyed
 * here, since Deno does not collect dropped GPU buffers.
 */
export class Gpu {
  /** True for adapters that run on the processor (llvmpipe, SwiftShader, WARP). */
  readonly software: boolean;
  /** Adapter's name, such as "NVIDIA H200" or "llvmpipe (LLVM 15.0.6, 512 bits)". */
  readonly name: string;
  /** Lanes of a subgroup where that number is fixed and the driver has subgroup operations, else 0. */
  readonly subgroupSize: number;
  /** Largest storage binding, in bytes; a multiple of 16. */
  readonly bindingLimit: number;
  /** Largest buffer, in bytes. */
  readonly bufferLimit: number;
  /** Buffers alive. */
  liveBuffers = 0;
  /** Bytes alive. */
  liveBytes = 0;
  #failure: string | undefined;
  #lost: string | undefined;
  #destroyed = false;

  constructor(
    readonly adapter: GPUAdapter,
    readonly device: GPUDevice,
    limits: MemoryLimits = {},
  ) {
    const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
    this.bufferLimit = Math.min(maxBufferSize, limits.buffer ?? Infinity);
    // Bindings are made in whole vec4s.
    this.bindingLimit = 16 * Math.floor(
      Math.min(maxStorageBufferBindingSize, this.bufferLimit, limits.binding ?? Infinity) / 16,
    );
    const info = adapter.info as GPUAdapterInfo & {
      isFallbackAdapter?: boolean;
      subgroupMinSize?: number;
      subgroupMaxSize?: number;
    };
    this.name = info.description || info.device || info.vendor || "unnamed adapter";
    this.software = isSoftware(adapter);
    const fixed = info.subgroupMinSize === info.subgroupMaxSize ? info.subgroupMinSize ?? 0 : 0;
    this.subgroupSize = device.features.has("subgroups" as GPUFeatureName) ? fixed : 0;
    device.addEventListener("uncapturederror", (event) => {
      this.#failure ??= (event as GPUUncapturedErrorEvent).error.message;
      event.preventDefault();
    });
    device.lost.then((loss) => {
      if (!this.#destroyed) this.#lost = loss.message || loss.reason || "unknown reason";
    });
  }

  /** True where kernels can be timed. */
  get canTime(): boolean {
    return this.device.features.has("timestamp-query");
  }

  /** Makes a buffer of at least `bytes` bytes. Owner: the caller, who calls {@linkcode release}. */
  allocate(bytes: number, usage: number, label: string): GPUBuffer {
    const size = Math.max(16, Math.ceil(bytes / 16) * 16);
    if (size > this.bufferLimit) {
      throw new UserError(
        `Cannot allocate ${label}: ${megabytes(size)} exceeds the largest buffer of ${this.name} ` +
          `(${megabytes(this.bufferLimit)})`,
        { remedy: "smaller-batch", tensor: label, bytes: size, limit: this.bufferLimit },
      );
    }
    const buffer = this.device.createBuffer({ size, usage, label });
    this.liveBuffers++;
    this.liveBytes += buffer.size;
    return buffer;
  }

  /** A storage buffer that can be copied from and to. */
  storage(bytes: number, label: string): GPUBuffer {
    return this.allocate(
      bytes,
      GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC,
      label,
    );
  }

  /** Destroys a buffer made by {@linkcode allocate}. */
  release(buffer: GPUBuffer): void {
    this.liveBuffers--;
    this.liveBytes -= buffer.size;
    buffer.destroy();
  }

  /** Writes host data at a byte offset. */
  write(buffer: GPUBuffer, data: ArrayBufferView<ArrayBufferLike>, offset = 0): void {
    this.device.queue.writeBuffer(buffer, offset, data as ArrayBufferView<ArrayBuffer>);
  }

  /**
   * Waits for the device and reads bytes back. Costs 11 ms or more in Deno: never inside a step.
   *
   * @throws {UserError} When the device failed or was lost since the last call.
   */
  async read(buffer: GPUBuffer, bytes = buffer.size, offset = 0): Promise<ArrayBuffer> {
    const size = Math.ceil(bytes / 4) * 4;
    const staging = this.allocate(
      size,
      GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
      "staging",
    );
    try {
      const encoder = this.device.createCommandEncoder();
      encoder.copyBufferToBuffer(buffer, offset, staging, 0, size);
      this.device.queue.submit([encoder.finish()]);
      await staging.mapAsync(GPUMapMode.READ);
      const data = staging.getMappedRange().slice(0, bytes);
      staging.unmap();
      this.throwIfFailed();
      return data;
    } catch (error) {
      this.throwIfFailed();
      throw error;
    } finally {
      this.release(staging);
    }
  }

  /** Waits until everything submitted is done. */
  async finish(): Promise<void> {
    await this.device.queue.onSubmittedWorkDone();
    this.throwIfFailed();
  }

  /** Throws what the device reported since the last look; any uncaptured error fails the run. */
  throwIfFailed(): void {
    if (this.#lost !== undefined) throw new DeviceLostError(this.name, this.#lost);
    if (this.#failure !== undefined) {
      const message = this.#failure;
      this.#failure = undefined;
      throw new Error(`The GPU reported an error: ${message}`);
    }
  }

  /** Gives the device back. */
  destroy(): void {
    this.#destroyed = true;
    this.device.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}

/** The driver took the device away (crash, reset, laptop undocked): everything on it is gone. */
export class DeviceLostError extends UserError {
  override name = "DeviceLostError";
  constructor(adapter: string, reason: string) {
    super(`The device ${adapter} was lost: ${reason}`, { remedy: "resume-run", adapter });
  }
}

/** Bytes in MiB, for messages. */
export function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0)} MiB`;
}

function isSoftware(adapter: GPUAdapter): boolean {
  const info = adapter.info as GPUAdapterInfo & { isFallbackAdapter?: boolean };
  return info.isFallbackAdapter === true ||
    /llvmpipe|lavapipe|swiftshader|basic render|warp/i.test(info.description);
}

/**
 * Mesa's llvmpipe computes 8 lanes at a time unless told otherwise; with AVX-512, 16 lanes are
 * 1.4 times as fast in the matrix kernels. The variable is read when the adapter is asked for.
 */
function widenSoftwareLanes(): void {
  if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") return;
  try {
    if (Deno.env.get("LP_NATIVE_VECTOR_WIDTH") !== undefined) return;
    if (/\bavx512f\b/.test(Deno.readTextFileSync("/proc/cpuinfo"))) {
      Deno.env.set("LP_NATIVE_VECTOR_WIDTH", "512");
    }
  } catch {
    // Without permission to look, the driver's own choice remains.
  }
}

/**
 * Picks a WebGPU adapter and opens its device: a hardware one where there is one (high performance
 * first), else a software one with one warning line.
 *
 * @param options `adapter`: take only an adapter whose name contains this text; `limits`: keep to
 * smaller bindings or buffers than it has.
 * @returns The device; the caller owns it and ends with `destroy()`.
 * @throws {UserError} When no adapter exists, or none of that name.
 *
 * @example
 * ```ts
 * import { chooseDevice } from "ssrl-ecg";
 * const gpu = await chooseDevice();
 * console.log(gpu.name);
 * gpu.destroy();
 * ```
 */
export async function chooseDevice(options: DeviceOptions = {}): Promise<Gpu> {
  widenSoftwareLanes();
  const found: GPUAdapter[] = [];
  for (
    const request of [
      { powerPreference: "high-performance" },
      { powerPreference: "low-power" },
      { forceFallbackAdapter: true },
    ] as GPURequestAdapterOptions[]
  ) {
    const adapter = await navigator.gpu?.requestAdapter(request);
    if (adapter && !found.some((a) => a.info.description === adapter.info.description)) {
      found.push(adapter);
    }
  }
  if (found.length === 0) {
    throw new UserError(
      "Found no WebGPU adapter: need a graphics driver with Vulkan, Metal or Direct3D 12. On Linux " +
        "install your GPU's Vulkan driver, or Mesa's software driver (Debian, Ubuntu: " +
        "apt install mesa-vulkan-drivers; Fedora: dnf install mesa-vulkan-drivers; " +
        "Arch: pacman -S vulkan-swrast)",
    );
  }
  const wanted = options.adapter?.toLowerCase();
  const matching = wanted === undefined
    ? found
    : found.filter((adapter) => adapter.info.description.toLowerCase().includes(wanted));
  if (matching.length === 0) {
    const names = found.map((adapter) => `"${adapter.info.description}"`).join(", ");
    throw new UserError(
      `Found no adapter whose name contains "${options.adapter}": there is ${names}`,
    );
  }
  const adapter = matching.find((candidate) => !isSoftware(candidate)) ?? matching[0];
  const limits = adapter.limits;
  const descriptor = (features: string[]): GPUDeviceDescriptor => ({
    requiredFeatures: features as GPUFeatureName[],
    requiredLimits: {
      maxBufferSize: limits.maxBufferSize,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxStorageBuffersPerShaderStage: limits.maxStorageBuffersPerShaderStage,
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
      maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
    },
  });
  const timing = adapter.features.has("timestamp-query") ? ["timestamp-query"] : [];
  let device: GPUDevice;
  try {
    // Deno does not list "subgroups" even where the driver has it, but grants it on request.
    device = await adapter.requestDevice(descriptor([...timing, "subgroups"]));
  } catch {
    device = await adapter.requestDevice(descriptor(timing));
  }
  const gpu = new Gpu(adapter, device, options.limits);
  if (gpu.software) {
    (options.warn ?? console.warn)(
      `No GPU found: computing on the processor with ${gpu.name}. ` +
        `A GPU is 10 to 1,000 times as fast`,
    );
  }
  return gpu;
}
