/**
 * Time left of a list of trainings, from when they start, what they say of their epochs, and when they
 * end.
 *
 * @module
 */

import { TimeLeft } from "./time_left.ts";

/** A training, as far as its time goes. */
export interface TimedTask {
  /** Tasks of one kind take equally long an epoch: `simclr`, `classifier`. */
  readonly kind: string;
  readonly epochs: number;
  /** What an epoch costs in comparison with other kinds, as long as it was not measured. */
  readonly epochCost: number;
  /** The same for all that a run does before and after its epochs. */
  readonly overheadCost: number;
}

/** A task at work. */
interface Working {
  /** When something was last heard of it, ms. */
  heard: number;
  /** Epochs done by then; undefined before its first word. */
  epochs: number | undefined;
  /** Seconds before its first word. */
  setup: number;
}

const OVERHEAD = "around the epochs";

/** Follows tasks that run one after the other or several at a time. */
export class TaskTimes<Task extends TimedTask> {
  readonly #time = new TimeLeft();
  readonly #working = new Map<Task, Working>();
  readonly #jobs: number;
  readonly #now: () => number;

  /**
   * @param tasks All that is left to do.
   * @param options.jobs How many run at a time; default 1.
   * @param options.now A clock in milliseconds.
   */
  constructor(
    tasks: readonly Task[],
    { jobs = 1, now = () => performance.now() }: { jobs?: number; now?: () => number } = {},
  ) {
    this.#jobs = jobs;
    this.#now = now;
    for (const { kind, epochs, epochCost, overheadCost } of tasks) {
      this.#time.plan(kind, epochs, epochCost);
      this.#time.plan(OVERHEAD, 1, overheadCost);
    }
  }

  /** The task begins to work. */
  started(task: Task): void {
    this.#working.set(task, { heard: this.#now(), epochs: undefined, setup: 0 });
  }

  /**
   * The task has done so many epochs, with a fraction of the one at work. What it says first are the
   * epochs of an earlier start, or little more than none.
   */
  progress(task: Task, epochs: number): void {
    const working = this.#working.get(task);
    if (working === undefined || epochs <= (working.epochs ?? -1)) return;
    const seconds = this.#since(working);
    if (working.epochs === undefined) {
      working.setup = seconds;
      this.#time.done(task.kind, epochs);
    } else {
      this.#time.done(task.kind, epochs - working.epochs, seconds);
    }
    working.epochs = epochs;
  }

  /** The task has ended, with or without an error, before or after its last epoch. */
  ended(task: Task): void {
    const working = this.#working.get(task);
    this.#working.delete(task);
    const { epochs = 0, setup } = working ?? { setup: 0 };
    this.#time.done(task.kind, Math.max(0, task.epochs - epochs));
    const whole = working !== undefined && working.epochs !== undefined && epochs >= task.epochs;
    // What failed on its way tells nothing of how long a run takes around its epochs.
    this.#time.done(OVERHEAD, 1, whole ? setup + this.#since(working) : undefined);
  }

  /** Seconds until all are done; NaN before anything was measured. */
  get secondsLeft(): number {
    return this.#time.seconds / this.#jobs;
  }

  #since(working: Working): number {
    const now = this.#now();
    const seconds = (now - working.heard) / 1000;
    working.heard = now;
    return seconds;
  }
}
