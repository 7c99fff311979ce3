/** Kernels by name: loads the WGSL, specializes and compiles it, and keeps the pipeline. */

import type { Gpu } from "./device.ts";
import * as sources from "./kernel_sources.ts";
import { type KernelConstants, type KernelSnippets, preprocess } from "./preprocess.ts";
import { type TuningOptions, TuningTable } from "./tuning.ts";

/** One storage or uniform binding as the kernel declares it. */
export interface KernelBinding {
  readonly index: number;
  readonly name: string;
  readonly access: "uniform" | "read" | "read_write";
}

/** One field of the kernel's `struct Dims`. */
export interface KernelDimension {
  readonly name: string;
  readonly type: "u32" | "i32" | "f32";
}

/** A specialized kernel, ready to dispatch. */
export interface CompiledKernel {
  readonly source: string;
  readonly bindings: readonly KernelBinding[];
  readonly dimensions: readonly KernelDimension[];
  readonly pipeline: GPUComputePipeline;
}

/** Texts of `kernels/`: of kernels by their base name, of shared files by their path. */
export const kernelSources: Readonly<Record<string, string>> = sources;

/** Text of a kernel with imports, conditions, constants and unrolled loops resolved. */
export function expandKernel(
  name: string,
  constants: KernelConstants = {},
  { sources, lists }: KernelSnippets = { sources: {}, lists: {} },
  source = kernelSources[name],
): string {
  if (source === undefined) throw new RangeError(`There is no kernel "${name}"`);
  const find = (path: string) => sources[path] ?? kernelSources[path];
  return preprocess(name, source, constants, find, lists);
}

/** The bindings that a kernel's text declares. */
export function parseBindings(source: string): KernelBinding[] {
  const pattern =
    /@group\(0\)\s*@binding\((\d+)\)\s*var<\s*(uniform|storage)\s*(?:,\s*(read_write|read))?\s*>\s*(\w+)/g;
  return [...source.matchAll(pattern)].map(([, index, space, access, name]) => ({
    index: Number(index),
    name,
    access: space === "uniform" ? "uniform" : access === "read_write" ? "read_write" : "read",
  }));
}

/** The fields of `struct Dims`, the small uniform block of shapes and scalars of a dispatch. */
export function parseDimensions(source: string): KernelDimension[] {
  const body = source.match(/struct Dims \{([^}]*)\}/)?.[1] ?? "";
  return [...body.matchAll(/^\s*(\w+)\s*:\s*(u32|i32|f32)\s*,/gm)].map(([, name, type]) => ({
    name,
    type: type as KernelDimension["type"],
  }));
}

/** Compiles kernels for one device and keeps every pipeline it made. */
export class KernelLibrary {
  readonly #compiled = new Map<string, CompiledKernel>();
  readonly #added = new Map<string, string>();
  /** Which variants were measured to be fastest on this device. */
  readonly tuning = new TuningTable();

  constructor(
    readonly gpu: Gpu,
    /** How variants are measured; see `tuner.ts`. */
    readonly tuningOptions: TuningOptions = {},
  ) {}

  /**
   * Adds a kernel to those of `kernels/`, such as an own loss.
   *
   * @param source WGSL in the form of the files there: bindings with names, a `struct Dims`, `main`.
   */
  add(name: string, source: string): void {
    this.#added.set(name, source);
  }

  /**
   * The pipeline of a kernel under some constants.
   *
   * @throws {SyntaxError} With file, line and source when the shader does not compile.
   */
  async compile(
    name: string,
    constants: KernelConstants = {},
    snippets?: KernelSnippets,
  ): Promise<CompiledKernel> {
    const given = [Object.entries(constants).sort(), snippets];
    const key = `${name} ${JSON.stringify(given)}`;
    const known = this.#compiled.get(key);
    if (known) return known;
    const source = expandKernel(name, constants, snippets, this.#added.get(name));
    const device = this.gpu.device;
    device.pushErrorScope("validation");
    const module = device.createShaderModule({ code: source, label: name });
    const bindings = parseBindings(source);
    const layout = device.createBindGroupLayout({
      entries: bindings.map(({ index, access }) => ({
        binding: index,
        visibility: GPUShaderStage.COMPUTE,
        buffer: {
          type: access === "uniform"
            ? "uniform"
            : access === "read"
            ? "read-only-storage"
            : "storage",
        },
      })),
    });
    const pipeline = device.createComputePipeline({
      label: name,
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: "main" },
    });
    const error = await device.popErrorScope();
    if (error) throw new SyntaxError(await describeFailure(name, source, module, error.message));
    const kernel = { source, bindings, dimensions: parseDimensions(source), pipeline };
    this.#compiled.set(key, kernel);
    return kernel;
  }
}

async function describeFailure(
  name: string,
  source: string,
  module: GPUShaderModule,
  message: string,
): Promise<string> {
  const lines = source.split("\n");
  const parts = [`Cannot compile kernel ${name}: ${message}`];
  const { messages } = await module.getCompilationInfo();
  for (const { lineNum, linePos, message } of messages) {
    parts.push(`  line ${lineNum}:${linePos}: ${message}`, `    ${lines[lineNum - 1] ?? ""}`);
  }
  return parts.join("\n");
}
