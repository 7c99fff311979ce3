/** A dispatch: one kernel launch as plain data, and how it can be cut into several. */

import type { KernelConstants, KernelSnippets } from "./preprocess.ts";
import type { Tensor } from "./tensor.ts";

/** One kernel launch, as plain data: it can be printed, timed, or compared with a float64 twin. */
export interface Dispatch {
  /** Base name of the file in `kernels/`. */
  readonly kernel: string;
  /** What this launch is for, such as "head backward weight". */
  readonly label: string;
  /** Specialization of the kernel's `const` declarations and `#ifdef` names. */
  readonly constants: KernelConstants;
  /** Parts that the kernel is composed of, where they are chosen at run time. */
  readonly snippets?: KernelSnippets;
  /** Tensors by the names of the kernel's bindings. */
  readonly tensors: Readonly<Record<string, Tensor>>;
  /** Values by the fields of the kernel's `struct Dims`. */
  readonly dims: Readonly<Record<string, number>>;
  /** Workgroups in x, y, z; at most 65,535 each. */
  readonly grid: readonly [number, number, number];
  /** Multiply-adds count as two; for reports. */
  readonly flops: number;
  /** How it can be cut where a tensor is larger than a binding; absent: not at all. */
  readonly split?: Split;
}

/** What a layer says of a dispatch; the rest has defaults. */
export interface DispatchRequest {
  label?: string;
  constants?: KernelConstants;
  snippets?: KernelSnippets;
  tensors: Record<string, Tensor>;
  dims?: Record<string, number>;
  grid: readonly [number, number?, number?];
  flops?: number;
  split?: Split;
}

/** What a part of a dispatch is launched with. */
export interface Part {
  readonly dims?: Record<string, number>;
  readonly grid: DispatchRequest["grid"];
}

/** The elements `[from, end)` of a tensor that some units need. */
export type UnitRange = (first: number, count: number) => readonly [from: number, end: number];

/**
 * How a dispatch can be cut. A unit is what the parts share out: a sample, a tile of rows, a chunk of
 * a sum. Units are independent of each other, or add to a result that is bound whole.
 */
export interface Split {
  /** Units of the whole dispatch. */
  readonly units: number;
  /**
   * Tensors of which a part binds its own range: elements of a unit, where unit follows unit, else
   * the range itself. A tensor that is not named is bound whole in every part.
   */
  readonly tensors: Readonly<Record<string, number | UnitRange>>;
  /** Dimensions and grid for `count` units from `first` on, in tensors that start at their ranges. */
  readonly part: (first: number, count: number) => Part;
}
