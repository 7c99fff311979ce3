/**
 * Compares a benchmark with a stored one of the same adapter.
 *
 * @module
 */

import { UserError } from "../errors.ts";
import { BENCH_FORMAT, type BenchReport } from "./bench.ts";
import type { StepFigures } from "./measured_step.ts";
import { STEP_TITLES, type StepName, STEPS } from "./steps.ts";

/** Loss of speed from which on a comparison fails. */
export const TOLERATED_LOSS = 0.2;

/** What of a benchmark is compared. */
export type Comparable = Pick<BenchReport, "machine" | "settings" | "steps">;

/** One row of a comparison. */
export interface ComparedStep {
  /** As tables name the step. */
  readonly name: string;
  /** Samples a second, medians. */
  readonly before: number;
  readonly now: number;
  /** now / before. */
  readonly ratio: number;
}

/** Two benchmarks side by side. */
export interface Comparison {
  readonly steps: readonly ComparedStep[];
  /** Names of steps that only the stored benchmark has. */
  readonly onlyBefore: readonly string[];
  /** Names of steps that the stored benchmark has not. */
  readonly onlyNow: readonly string[];
}

/** Benchmarks of the first format had these three steps, each an entry of its own. */
interface FirstFormat extends Omit<BenchReport, "format" | "steps"> {
  readonly format: "ssrl-ecg bench 1";
  readonly simclr: StepFigures;
  readonly finetune: StepFigures;
  readonly inference: StepFigures;
}

/**
 * Reads a stored benchmark, of this format or the one before.
 *
 * @throws {UserError} When the file is none.
 */
export async function readBench(path: string): Promise<Comparable> {
  let parsed: BenchReport | FirstFormat;
  try {
    parsed = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    throw notABench(path, (error as Error).message);
  }
  if (parsed?.format === "ssrl-ecg bench 1") {
    const { machine, settings, simclr, finetune, inference } = parsed;
    return { machine, settings, steps: { simclr, finetune, inference } };
  }
  if (parsed?.format !== BENCH_FORMAT) {
    throw notABench(path, `it has no entry "format": "${BENCH_FORMAT}"`);
  }
  return parsed;
}

function notABench(path: string, reason: string): UserError {
  return new UserError(
    `Cannot compare with ${path}: ${reason}. Give a file that the benchmark wrote`,
  );
}

/**
 * Compares medians of samples/s of the steps that both have.
 *
 * @throws {UserError} When the two are of different adapters or settings, or share no step.
 */
export function compareBenches(before: Comparable, now: Comparable): Comparison {
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
  const steps: ComparedStep[] = [];
  for (const name of STEPS) {
    const from = before.steps[name]?.samplesPerSecond.median;
    const to = now.steps[name]?.samplesPerSecond.median;
    if (from === undefined || to === undefined) continue;
    steps.push({ name: STEP_TITLES[name], before: from, now: to, ratio: to / from });
  }
  const missing = (one: Comparable, other: Comparable) =>
    STEPS.filter((name: StepName) => one.steps[name] && !other.steps[name])
      .map((name) => STEP_TITLES[name]);
  const [onlyBefore, onlyNow] = [missing(before, now), missing(now, before)];
  if (steps.length === 0) {
    throw new UserError(
      `Cannot compare: the stored benchmark has ${onlyBefore.join(", ") || "no steps"}, this one ` +
        `${onlyNow.join(", ")}. Measure a step that both have`,
    );
  }
  return { steps, onlyBefore, onlyNow };
}

/** @throws {UserError} When a step lost more than {@linkcode TOLERATED_LOSS} of its speed. */
export function assertNoRegression({ steps }: Comparison): void {
  const slower = steps.filter(({ ratio }) => ratio < 1 - TOLERATED_LOSS);
  if (slower.length === 0) return;
  const list = slower
    .map(({ name, before, now }) => `${name} ${before.toFixed(1)} to ${now.toFixed(1)} samples/s`)
    .join(", ");
  throw new UserError(
    `Slower by more than ${TOLERATED_LOSS * 100} % than the stored benchmark: ${list}. ` +
      `Run again on a quiet machine, or look for the cause`,
  );
}
