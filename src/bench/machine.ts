/** What a benchmark ran on. */

import { cpus, release, totalmem } from "node:os";
import type { Gpu } from "../gpu/device.ts";
import { VERSION } from "../version.ts";

/** Hardware and software of a benchmark. */
export type Machine = Readonly<ReturnType<typeof describeMachine>>;

/** Describes the machine and the adapter in use. */
export function describeMachine(gpu: Gpu) {
  const { vendor, architecture, description } = gpu.adapter.info;
  const driverSettings = Object.entries(Deno.env.toObject())
    .filter(([name]) => /^(LP_|GALLIVM_|MESA_|WGPU_|DENO_WEBGPU_)/.test(name));
  return {
    adapter: {
      name: gpu.name,
      vendor,
      architecture,
      // What the driver says of itself; WebGPU tells no more.
      description,
      software: gpu.software,
      // Lanes of a subgroup where kernels use them, else 0.
      subgroupSize: gpu.subgroupSize,
      timestamps: gpu.canTime,
    },
    processor: cpus()[0]?.model.trim() ?? "unknown processor",
    // Those that this process may use.
    threads: navigator.hardwareConcurrency,
    memoryBytes: totalmem(),
    system: `${Deno.build.os} ${release()} ${Deno.build.arch}`,
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    version: VERSION,
    environment: Object.fromEntries(driverSettings),
  };
}

/** An adapter's name as part of a file name. */
export function adapterSlug(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "adapter";
}
