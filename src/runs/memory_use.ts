/** What a run holds on the device, known when its steps are planned and none has run. */

import { formatBytes } from "../text/format.ts";
import type { Trainer } from "./trainer.ts";

/** Bytes on the device by what holds them. */
export interface MemoryUse {
  /** Resident records. */
  readonly records: number;
  /** Parameters, their gradients and running statistics. */
  readonly model: number;
  /** Adam's moments. */
  readonly optimizer: number;
  /** Activations and gradients of the steps. */
  readonly steps: number;
  /** All the rest: labels, evaluation passes, features of a frozen encoder, copies of the weights. */
  readonly rest: number;
  /** Everything allocated on the device. */
  readonly total: number;
}

/** Memory of a trainer whose steps are prepared, and of all else on its device. */
export function memoryUse({ workspace, method, optimizer, arenaBytes }: Trainer): MemoryUse {
  const named = {
    records: workspace.records.bytes,
    model: method.store.bytes,
    optimizer: optimizer.bytes,
    steps: arenaBytes,
  };
  const total = workspace.gpu.liveBytes;
  const rest = Object.values(named).reduce((left, bytes) => left - bytes, total);
  return { ...named, rest, total };
}

/** The parts in words, largest first. */
export function describeMemory({ total, ...parts }: MemoryUse): string {
  const named = Object.entries(parts).sort(([, a], [, b]) => b - a)
    .map(([name, bytes]) => `${name} ${formatBytes(bytes)}`);
  return `${formatBytes(total)}: ${named.join(", ")}`;
}
