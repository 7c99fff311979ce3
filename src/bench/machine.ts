/**
 * What a benchmark ran on.
 *
 * @module
 */

import { cpus, release, totalmem } from "node:os";
import type { Gpu } from "../gpu/device.ts";
import { VERSION } from "../version.ts";

/** Hardware and software of a benchmark. */
export interface Machine {
  readonly adapter: {
    readonly name: string;
    readonly vendor: string;
    readonly architecture: string;
    /** What the driver says of itself; WebGPU tells no more. */
    readonly description: string;
    readonly software: boolean;
    /** Lanes of a subgroup where kernels use them, else 0. */
    readonly subgroupSize: number;
    readonly timestamps: boolean;
  };
  readonly processor: string;
  /** Hardware threads that this process may use. */
  readonly threads: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly deno: string;
  readonly v8: string;
  /** Version of this project. */
  readonly version: string;
  /** Settings of software drivers, where there are any. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Describes the machine and the adapter in use. */
export function describeMachine(gpu: Gpu): Machine {
  const { vendor, architecture, description } = gpu.adapter.info;
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(Deno.env.toObject())) {
    if (/^(LP_|GALLIVM_|MESA_|WGPU_|DENO_WEBGPU_)/.test(name)) environment[name] = value;
  }
  return {
    adapter: {
      name: gpu.name,
      vendor,
      architecture,
      description,
      software: gpu.software,
      subgroupSize: gpu.subgroupSize,
      timestamps: gpu.canTime,
    },
    processor: cpus()[0]?.model.trim() ?? "unknown processor",
    threads: navigator.hardwareConcurrency,
    memoryBytes: totalmem(),
    system: `${Deno.build.os} ${release()} ${Deno.build.arch}`,
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    version: VERSION,
    environment,
  };
}

/** An adapter's name as part of a file name. */
export function adapterSlug(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "adapter";
}
