/**
 * What the launches of a step do: convolutions by direction, linear layers, the input pipeline, and the
 * rest, which is limited by memory.
 */

import type { Dispatch } from "../gpu/dispatch.ts";
import type { DispatchTime } from "../gpu/program.ts";

/** Directions of a convolution. */
export const DIRECTIONS = ["forward", "input gradient", "weight gradient"] as const;

/** What launches belong to; the similarities of contrastive losses are `linear` too. */
export const GROUPS = [...DIRECTIONS, "linear", "input", "rest"] as const;

/** One of {@linkcode GROUPS}. */
export type Group = typeof GROUPS[number];

/** Time, arithmetic and traffic of a group of launches in one step. */
export type Work = Readonly<ReturnType<typeof work>>;

/** A step's time on the device by what its launches do. */
export type KernelTable = Readonly<ReturnType<typeof tabulate>>;

/**
 * What each launch of a step belongs to. Packing weights counts to the product that reads them,
 * adding partial sums to the weight gradient that left them.
 */
export function launchGroups(dispatches: readonly Dispatch[]): Group[] {
  const groups: Group[] = [];
  for (const [i, dispatch] of dispatches.entries()) {
    const { kernel, label } = dispatch;
    if (label.startsWith("input ")) groups.push("input");
    else if (kernel.startsWith("sum_partials") && i > 0) groups.push(groups[i - 1]);
    else groups.push(productGroup(kernel === "conv1d_pack" ? dispatches[i + 1] : dispatch));
  }
  return groups;
}

function productGroup({ kernel, label, flops, tensors }: Dispatch): Group {
  if (!kernel.startsWith("conv1d") || flops === 0) return "rest";
  // Linear layers share the kernels; only convolutions have x of [N, T, C], or a range of it.
  if (tensors.x.root.shape.length !== 3) return "linear";
  if (label.endsWith("backward input")) return "input gradient";
  return label.endsWith("backward weight") ? "weight gradient" : "forward";
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

/** Sorts the launches of a profile into groups, and by kernel. */
export function tabulate(times: readonly DispatchTime[]) {
  const milliseconds = times.reduce((sum, each) => sum + each.milliseconds, 0);
  const groups = launchGroups(times.map(({ dispatch }) => dispatch));
  const of = (...wanted: Group[]) =>
    work(times.filter((_, i) => wanted.includes(groups[i])), milliseconds);
  const [input, rest] = [of("input"), of("rest")];
  return {
    milliseconds,
    convolutions: {
      "forward": of("forward"),
      "input gradient": of("input gradient"),
      "weight gradient": of("weight gradient"),
      all: of(...DIRECTIONS),
    },
    linear: of("linear"),
    input,
    rest,
    // Share of what is no matrix product, 0 to 1.
    outside: input.share + rest.share,
    // The longest first.
    kernels: [...Map.groupBy(times, ({ dispatch }) => dispatch.kernel)]
      .map(([kernel, launches]) => ({ kernel, ...work(launches, milliseconds) }))
      .sort((a, b) => b.milliseconds - a.milliseconds),
  };
}

function work(times: readonly DispatchTime[], total: number) {
  const sum = (of: (time: DispatchTime) => number) =>
    times.reduce((all, each) => all + of(each), 0);
  const milliseconds = sum((time) => time.milliseconds);
  const perSecond = (count: number) => milliseconds > 0 ? count / milliseconds / 1e6 : 0;
  return {
    launches: times.length,
    milliseconds,
    // Of the step's time on the device, 0 to 1.
    share: total > 0 ? milliseconds / total : 0,
    // 10⁹ operations a second, a multiply-add counted as two; 0 where none are counted.
    gflops: perSecond(sum(({ dispatch }) => dispatch.flops)),
    // 10⁹ bytes a second, every tensor that a launch binds counted once.
    gigabytesPerSecond: perSecond(sum(({ dispatch }) => boundBytes(dispatch))),
  };
}
