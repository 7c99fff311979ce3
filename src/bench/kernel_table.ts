/**
 * What the launches of a step do, by kind: convolutions by direction, linear layers, the input
 * pipeline, and the rest, which memory bounds.
 *
 * @module
 */

import type { Dispatch } from "../gpu/dispatch.ts";
import type { DispatchTime } from "../gpu/program.ts";

/** Directions of a convolution. */
export const DIRECTIONS = ["forward", "input gradient", "weight gradient"] as const;
/** A direction of a convolution. */
export type Direction = typeof DIRECTIONS[number];

/** What a launch belongs to. */
export type LaunchKind =
  | { readonly kind: "convolution"; readonly direction: Direction }
  | { readonly kind: "linear" }
  | { readonly kind: "input" }
  | { readonly kind: "rest" };

/** Time, arithmetic and traffic of a group of launches in one step. */
export interface Work {
  readonly launches: number;
  readonly milliseconds: number;
  /** Of the step's time on the device, 0 to 1. */
  readonly share: number;
  /** 10⁹ operations a second, a multiply-add counted as two; 0 where none are counted. */
  readonly gflops: number;
  /** 10⁹ bytes a second, every tensor that a launch binds counted once. */
  readonly gigabytesPerSecond: number;
}

/** A step's time on the device, taken apart. */
export interface KernelTable {
  /** Sum over all launches. */
  readonly milliseconds: number;
  readonly convolutions: Readonly<Record<Direction, Work>> & { readonly all: Work };
  /** Linear layers, and the similarities of contrastive losses. */
  readonly linear: Work;
  readonly input: Work;
  /** Neither convolution nor linear layer nor input. */
  readonly rest: Work;
  /** Share of what is no matrix product, input and rest, 0 to 1. */
  readonly outside: number;
  /** By kernel, the longest first. */
  readonly kernels: readonly (Work & { readonly kernel: string })[];
}

/**
 * What each launch of a step belongs to. Packing weights counts to the product that reads them,
 * adding partial sums to the weight gradient that left them.
 */
export function launchKinds(dispatches: readonly Dispatch[]): LaunchKind[] {
  const kinds: LaunchKind[] = [];
  for (let i = 0; i < dispatches.length; i++) {
    const { kernel, label } = dispatches[i];
    if (label.startsWith("input ")) kinds.push({ kind: "input" });
    else if (kernel.startsWith("sum_partials") && i > 0) kinds.push(kinds[i - 1]);
    else if (kernel === "conv1d_pack" && i + 1 < dispatches.length) {
      kinds.push(product(dispatches[i + 1]));
    } else kinds.push(product(dispatches[i]));
  }
  return kinds;
}

function product({ kernel, label, flops, tensors }: Dispatch): LaunchKind {
  if (!kernel.startsWith("conv1d") || flops === 0) return { kind: "rest" };
  // Linear layers share the kernels; only convolutions have x of [N, T, C], or a range of it.
  if (tensors.x.root.shape.length !== 3) return { kind: "linear" };
  const direction = label.endsWith("backward input")
    ? "input gradient"
    : label.endsWith("backward weight")
    ? "weight gradient"
    : "forward";
  return { kind: "convolution", direction };
}

/** Bytes of the tensors that a launch binds, each counted once. */
export function boundBytes({ kernel, tensors, dims }: Dispatch): number {
  let bytes = 0;
  for (const [name, tensor] of Object.entries(tensors)) {
    // Of the resident records a gather touches those of the batch: 12 leads of two bytes.
    bytes += kernel === "gather" && name === "records"
      ? Math.min(tensor.bytes, dims.rows * dims.length * 24)
      : tensor.bytes;
  }
  return bytes;
}

/** Takes a profile apart. */
export function tabulate(times: readonly DispatchTime[]): KernelTable {
  const total = times.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const kinds = launchKinds(times.map(({ dispatch }) => dispatch));
  const where = (matches: (kind: LaunchKind) => boolean) =>
    work(times.filter((_, i) => matches(kinds[i])), total);
  const towards = (direction: Direction) =>
    where((kind) => kind.kind === "convolution" && kind.direction === direction);
  const names = [...new Set(times.map(({ dispatch }) => dispatch.kernel))];
  const input = where(({ kind }) => kind === "input");
  const rest = where(({ kind }) => kind === "rest");
  return {
    milliseconds: total,
    convolutions: {
      "forward": towards("forward"),
      "input gradient": towards("input gradient"),
      "weight gradient": towards("weight gradient"),
      all: where(({ kind }) => kind === "convolution"),
    },
    linear: where(({ kind }) => kind === "linear"),
    input,
    rest,
    outside: input.share + rest.share,
    kernels: names
      .map((kernel) => ({
        kernel,
        ...work(times.filter(({ dispatch }) => dispatch.kernel === kernel), total),
      }))
      .sort((a, b) => b.milliseconds - a.milliseconds),
  };
}

function work(times: readonly DispatchTime[], total: number): Work {
  let milliseconds = 0;
  let flops = 0;
  let bytes = 0;
  for (const time of times) {
    milliseconds += time.milliseconds;
    flops += time.dispatch.flops;
    bytes += boundBytes(time.dispatch);
  }
  const perSecond = (count: number) => milliseconds > 0 ? count / milliseconds / 1e6 : 0;
  return {
    launches: times.length,
    milliseconds,
    share: total > 0 ? milliseconds / total : 0,
    gflops: perSecond(flops),
    gigabytesPerSecond: perSecond(bytes),
  };
}
