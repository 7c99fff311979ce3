/**
 * Which variant of a kernel runs on which shape: a fixed default per kind of adapter, or the winner
 * of a timing on the real shapes, kept on disk. Winners are keyed by adapter, Deno version,
 * problem and a hash of the kernel texts, so that a new driver or a changed kernel is measured again.
 */

import type { Gpu } from "./device.ts";
import type { KernelConstants } from "./preprocess.ts";

/** One way to compute an operation: a kernel file and its specialization. */
export interface Variant {
  readonly kernel: string;
  readonly constants: KernelConstants;
}

/** How `tune` works. */
export interface TuningOptions {
  /**
   * False: keep the best guesses. Default: true on GPUs and false on software adapters, where the
   * best guess is within the noise of the winner and a measurement takes long.
   */
  enabled?: boolean;
  /** The JSON file of the winners; default that of `defaultTuningFile`. */
  file?: string;
  /** Milliseconds after which the problems left keep their best guess. Default: 20,000. */
  budget?: number;
  /** Called before each problem is measured. */
  onProgress?: (done: number, total: number, problem: string) => void;
}

/** Winners by problem key. */
export class TuningTable {
  readonly #winners = new Map<string, Variant>();

  /** The winner of a problem, where it was measured. */
  lookup(problem: string): Variant | undefined {
    return this.#winners.get(problem);
  }

  /** Remembers a winner. */
  remember(problem: string, variant: Variant): void {
    this.#winners.set(problem, variant);
  }

  /** Winners as plain data. */
  toJSON(): Record<string, Variant> {
    return Object.fromEntries([...this.#winners].sort(([a], [b]) => a < b ? -1 : 1));
  }
}

/** What variant choice depends on besides the shape. */
export function adapterKind(gpu: Gpu): "subgroup" | "plain-software" | "gpu" {
  if (!gpu.software) return "gpu";
  // 4, 8 or 16 lanes: processors with 128-, 256- or 512-bit registers.
  return [4, 8, 16].includes(gpu.subgroupSize) ? "subgroup" : "plain-software";
}
