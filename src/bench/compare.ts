/** Compares a benchmark with a stored one of the same adapter. */

import { UserError } from "../errors.ts";
import { BENCH_FORMAT, type BenchReport } from "./bench.ts";
import { STEPS } from "./steps.ts";

/** Loss of speed from which on a comparison fails. */
const TOLERATED_LOSS = 0.2;

/** What of a benchmark is compared. */
export type Comparable = Pick<BenchReport, "machine" | "settings" | "steps">;

/** Two benchmarks side by side. */
export type Comparison = Readonly<ReturnType<typeof compareBenches>>;

/**
 * Reads a stored benchmark, of this format or the one before, which had three steps as entries of
 * their own.
 *
 * @throws {UserError} When the file is none.
 */
export async function readBench(path: string): Promise<Comparable> {
  const notABench = (reason: string) =>
    new UserError(`Cannot compare with ${path}: ${reason}. Give a file that the benchmark wrote`);
  let parsed;
  try {
    parsed = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    throw notABench((error as Error).message);
  }
  if (parsed?.format !== BENCH_FORMAT && parsed?.format !== "ssrl-ecg bench 1") {
    throw notABench(`it has no entry "format": "${BENCH_FORMAT}"`);
  }
  const { machine, settings, simclr, finetune, inference } = parsed;
  return { machine, settings, steps: parsed.steps ?? { simclr, finetune, inference } };
}

/**
 * Compares medians of samples/s of the steps that both have.
 *
 * @throws {UserError} When the two are of different adapters or settings, or share no step.
 */
export function compareBenches(before: Comparable, now: Comparable) {
  for (
    const [what, of] of [
      ["adapter", ({ machine }) => machine.adapter.name],
      ["batch", ({ settings }) => settings.batch],
      ["inference batch", ({ settings }) => settings.inferenceBatch],
      ["quick", ({ settings }) => settings.quick],
    ] satisfies [string, (bench: Comparable) => unknown][]
  ) {
    if (of(before) === of(now)) continue;
    throw new UserError(
      `Cannot compare: the stored benchmark has ${what} ${of(before)}, this one ${of(now)}. ` +
        `Compare runs of one adapter with the same settings`,
    );
  }
  const names = Object.keys(STEPS);
  const missing = (one: Comparable, other: Comparable) =>
    names.filter((name) => one.steps[name] && !other.steps[name]).map((name) => STEPS[name].title);
  const [onlyBefore, onlyNow] = [missing(before, now), missing(now, before)];
  const steps = names.flatMap((name) => {
    const [from, to] = [before, now].map((each) => each.steps[name]?.samplesPerSecond.median);
    if (from === undefined || to === undefined) return [];
    return [{ name: STEPS[name].title, before: from, now: to, ratio: to / from }];
  });
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
