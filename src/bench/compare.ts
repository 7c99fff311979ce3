/**
 * Holds a benchmark against a stored one of the same adapter.
 *
 * @module
 */

import { UserError } from "../errors.ts";
import { BENCH_FORMAT, type BenchReport } from "./bench.ts";

/** Loss of speed from which on a comparison fails. */
export const TOLERATED_LOSS = 0.2;

/** One row of a comparison. */
export interface Comparison {
  readonly name: string;
  /** Samples a second, medians. */
  readonly before: number;
  readonly now: number;
  /** now / before. */
  readonly ratio: number;
}

/** Names of what is compared. */
const PARTS = [["SimCLR step", "simclr"], ["Fine-tuning step", "finetune"], [
  "Inference",
  "inference",
]] as const;

/**
 * Reads a stored benchmark.
 *
 * @throws {UserError} When the file is none.
 */
export async function readBench(path: string): Promise<BenchReport> {
  let parsed: BenchReport;
  try {
    parsed = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    throw new UserError(
      `Cannot compare with ${path}: ${(error as Error).message}. ` +
        `Give a file that deno task bench wrote`,
    );
  }
  if (parsed?.format !== BENCH_FORMAT) {
    throw new UserError(
      `Cannot compare with ${path}: it has no entry "format": "${BENCH_FORMAT}". ` +
        `Give a file that deno task bench wrote`,
    );
  }
  return parsed;
}

/**
 * Compares medians of samples/s.
 *
 * @throws {UserError} When the two are of different adapters or settings.
 */
export function compareBenches(before: BenchReport, now: BenchReport): Comparison[] {
  const [past, present] = [before, now].map(({ machine, settings }) => ({
    adapter: machine.adapter.name,
    batch: settings.batch,
    "inference batch": settings.inferenceBatch,
    quick: settings.quick,
  }));
  for (const key of Object.keys(past) as (keyof typeof past)[]) {
    if (past[key] !== present[key]) {
      throw new UserError(
        `Cannot compare: the stored benchmark has ${key} ${past[key]}, this one ${present[key]}. ` +
          `Compare runs of one adapter with the same settings`,
      );
    }
  }
  return PARTS.map(([name, part]) => {
    const from = before[part].samplesPerSecond.median;
    const to = now[part].samplesPerSecond.median;
    return { name, before: from, now: to, ratio: to / from };
  });
}

/** @throws {UserError} When anything lost more than {@linkcode TOLERATED_LOSS} of its speed. */
export function assertNoRegression(comparisons: readonly Comparison[]): void {
  const slower = comparisons.filter(({ ratio }) => ratio < 1 - TOLERATED_LOSS);
  if (slower.length === 0) return;
  const list = slower
    .map(({ name, before, now }) => `${name} ${before.toFixed(1)} to ${now.toFixed(1)} samples/s`)
    .join(", ");
  throw new UserError(
    `Slower by more than ${TOLERATED_LOSS * 100} % than the stored benchmark: ${list}. ` +
      `Run again on a quiet machine, or look for the cause`,
  );
}
