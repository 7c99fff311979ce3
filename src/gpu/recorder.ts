/**
 * Records a step once: every layer pushes its dispatches here, and {@linkcode Recorder.plan} turns
 * the list into a {@linkcode Program} that is replayed as often as needed.
 */

import type { Gpu } from "./device.ts";
import type { Dispatch, DispatchRequest } from "./dispatch.ts";
import type { KernelLibrary } from "./kernels.ts";
import { Program } from "./program.ts";
import { Tensor } from "./tensor.ts";
import type { Variant } from "./tuning.ts";

/** A problem that several variants can compute, as a layer notes it while it records. */
export interface Tunable {
  /** Name of the problem: operation and extents. */
  readonly key: string;
  /** Variants, best guess first. */
  readonly candidates: readonly Variant[];
  /** Records one variant on scratch tensors of the real shapes. */
  record(recorder: Recorder, variant: Variant): void;
}

/** Collects dispatches and transient tensors. */
export class Recorder {
  readonly dispatches: Dispatch[] = [];
  /** Problems of this recording that have more than one variant, by key: what `tune` measures. */
  readonly tunables = new Map<string, Tunable>();
  readonly #transients: Tensor[] = [];
  readonly #prefix: string[] = [];

  constructor(readonly kernels: KernelLibrary) {}

  /** The device recorded for. */
  get gpu(): Gpu {
    return this.kernels.gpu;
  }

  /** Declares a tensor that lives within the step; its content is undefined until written. */
  transient(name: string, shape: readonly number[]): Tensor {
    const tensor = new Tensor(name, shape);
    this.#transients.push(tensor);
    return tensor;
  }

  /** Runs `body` with `name` in front of the labels of all its dispatches. */
  scope<T>(name: string, body: () => T): T {
    this.#prefix.push(name);
    try {
      return body();
    } finally {
      this.#prefix.pop();
    }
  }

  /** Notes a problem that more than one variant can compute. */
  noteTunable(tunable: Tunable): void {
    if (tunable.candidates.length > 1 && !this.tunables.has(tunable.key)) {
      this.tunables.set(tunable.key, tunable);
    }
  }

  /** Appends a kernel launch. */
  dispatch(kernel: string, request: DispatchRequest): void {
    const [x, y = 1, z = 1] = request.grid;
    for (const extent of [x, y, z]) {
      if (!(Number.isInteger(extent) && extent >= 1 && extent <= 65535)) {
        throw new RangeError(
          `Cannot dispatch "${kernel}" over [${x}, ${y}, ${z}]: need integers from 1 to 65535`,
        );
      }
    }
    this.dispatches.push({
      kernel,
      label: [...this.#prefix, request.label ?? kernel].join(" "),
      constants: request.constants ?? {},
      snippets: request.snippets,
      tensors: { ...request.tensors },
      dims: { ...request.dims },
      grid: [x, y, z],
      flops: request.flops ?? 0,
      split: request.split,
    });
  }

  /**
   * Plans memory, compiles the kernels and builds the bind groups.
   *
   * @param keep Transient tensors whose content must outlast the step (results to read back).
   * @param batchSize Records of the step, for advice where they are too many.
   * @throws {UserError} When the plan does not fit the adapter.
   */
  plan(keep: readonly Tensor[] = [], batchSize?: number): Promise<Program> {
    return Program.plan(this.kernels, this.dispatches, this.#transients, keep, batchSize);
  }
}

/** `ceil(count / per)` workgroups, folded into two dimensions when one would exceed 65,535. */
export function gridFor(count: number, per: number): [number, number, number] {
  const groups = Math.max(1, Math.ceil(count / per));
  if (groups <= 65535) return [groups, 1, 1];
  const rows = Math.ceil(groups / 65535);
  return [Math.ceil(groups / rows), rows, 1];
}
