/**
 * Time left of a sweep, whose runs follow one another, from what it says of its epochs.
 *
 * @module
 */

import type { TimedTask } from "./task_times.ts";
import { TimeLeft } from "./time_left.ts";

/** Follows the runs of a sweep. */
export class SweepTime {
  readonly #time = new TimeLeft();
  readonly #now: () => number;
  /** Of the run at work: epochs done, by kind. */
  readonly #epochs = new Map<string, number>();
  /** Kinds of the run at work whose last epoch is over. */
  readonly #over = new Set<string>();
  #kind: string | undefined;
  /** When something was last heard, ms. */
  #heard = 0;

  /**
   * @param runs Trainings of each run, of different kinds.
   * @param now A clock in milliseconds.
   */
  constructor(readonly runs: readonly (readonly TimedTask[])[], now = () => performance.now()) {
    this.#now = now;
    for (const { kind, epochs, epochCost, overheadCost } of runs.flat()) {
      this.#time.plan(kind, epochs, epochCost);
      this.#time.plan(`behind ${kind}`, 1, overheadCost);
    }
  }

  /** A part of the run at work begins. */
  begin(kind: string): void {
    this.#finishPart();
    this.#kind = kind;
    this.#heard = this.#now();
  }

  /** An epoch of the part at work is over. */
  epoch(): void {
    const kind = this.#kind!;
    this.#epochs.set(kind, (this.#epochs.get(kind) ?? 0) + 1);
    this.#time.done(kind, 1, this.#since());
  }

  /** A run is over: after its last epoch, stopped early, or found done. */
  runDone(index: number): void {
    this.#finishPart();
    for (const { kind, epochs } of this.runs[index]) {
      this.#time.done(kind, epochs - (this.#epochs.get(kind) ?? 0));
      if (!this.#over.has(kind)) this.#time.done(`behind ${kind}`, 1);
    }
    this.#epochs.clear();
    this.#over.clear();
  }

  /** Seconds until the sweep is over; NaN before anything was measured. */
  get secondsLeft(): number {
    return this.#time.seconds;
  }

  #finishPart(): void {
    if (this.#kind === undefined) return;
    this.#time.done(`behind ${this.#kind}`, 1, this.#since());
    this.#over.add(this.#kind);
    this.#kind = undefined;
  }

  #since(): number {
    const now = this.#now();
    const seconds = (now - this.#heard) / 1000;
    this.#heard = now;
    return seconds;
  }
}
