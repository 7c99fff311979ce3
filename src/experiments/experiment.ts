/**
 * Many runs that belong together: a plan of cells, of which those are run that are not done yet.
 */

import { UserError } from "../errors.ts";
import { DeviceLostError } from "../gpu/device.ts";
import type { RunOptions } from "../runs/training_run.ts";
import { type CellSettings, storedResult, storeResult, storeStart } from "./stored_result.ts";
import type { Workload } from "./time_left.ts";

/** One run of a plan. */
export interface Cell<Result = unknown> {
  /** Unique within the plan. */
  readonly name: string;
  /** In words, for messages: `focal_oversample, seed 42`. */
  readonly title: string;
  /** Its own folder, where the result is kept. Without one the cell runs every time. */
  readonly folder?: string;
  /** What the result depends on, which may include results of the cells it needs. */
  readonly settings?: CellSettings | ((resultOf: ResultOf) => CellSettings);
  /** Cells of the same plan that are done before. */
  readonly needs?: readonly Cell[];
  /** Run only while a cell that needs it is not done. */
  readonly auxiliary?: boolean;
  readonly work?: Workload;
  /** Gives plain data, NaN where a number is not defined, and no null. */
  run(context: CellContext): Promise<Result>;
  /** False where a kept result is of no more use, because its file is gone, say. */
  usable?(result: Result): boolean | Promise<boolean>;
}

/** The kept result of a cell that is done. */
export type ResultOf = <Result>(cell: Cell<Result>) => Result;

/** What a cell reports while it runs; plain data, so that it can come from another process. */
export type CellEvent =
  /** Epochs done, with a fraction of the present one. */
  | { readonly kind: "progress"; readonly epochs: number; readonly loss?: number }
  | {
    readonly kind: "epoch";
    readonly epoch: number;
    readonly loss: number;
    /** Of classifiers; NaN where a metric is not defined. */
    readonly validation?: { readonly loss: number; auroc_macro: number; f1_macro: number };
    readonly best?: boolean;
  }
  | { readonly kind: "warning"; readonly text: string };

/** How a cell is run. */
export interface CellOptions
  extends Pick<RunOptions, "signal" | "commandLine" | "saveEverySeconds"> {
  readonly report?: (event: CellEvent) => void;
}

/** What the run of a cell gets. */
export interface CellContext extends CellOptions {
  readonly folder: string;
  readonly resultOf: ResultOf;
}

/** Runs one cell at a time, in this process or in another. */
export interface CellRunner {
  /** @throws {UserError} Where the cell fails for a reason that the user can act on. */
  run(cell: Cell, options: CellOptions): Promise<{ result: unknown; fresh: boolean }>;
}

/** Settings of {@linkcode Experiment.run}. */
export interface ExperimentOptions<C extends Cell> extends Omit<CellOptions, "report"> {
  /** As many cells run at a time; default: one, in this process. */
  readonly runners?: readonly CellRunner[];
  /** End at the first failure. Default: note it, run what does not need the cell. */
  readonly stopAtFailure?: boolean;
  readonly events?: {
    started?(cell: C): void;
    reported?(cell: C, event: CellEvent): void;
    /** It has a result or has failed. */
    ended?(cell: C): void | Promise<void>;
  };
}

/**
 * Runs a cell from the start or from where it stopped, unless its result is kept already.
 *
 * @returns The result as it is read back, and whether the cell ran now.
 * @throws {UserError} When the folder holds a run with other settings. What the cell throws.
 */
export async function runCell<Result>(
  cell: Cell<Result>,
  options: CellOptions = {},
): Promise<{ result: Result; fresh: boolean }> {
  const { folder } = cell;
  if (folder === undefined) {
    return { result: await cell.run({ ...options, folder: "", resultOf }), fresh: true };
  }
  const kept = await keptResult(cell);
  if (kept !== undefined) return { result: kept, fresh: false };
  const settings = settingsOf(cell);
  await storeStart(folder, settings);
  const result = await cell.run({ ...options, folder, resultOf });
  return { result: await storeResult(folder, settings, result) as Result, fresh: true };
}

/** Runs cells one after another in this process. */
export const hereRunner: CellRunner = { run: runCell };

/**
 * The cells of a plan, with the results that are there.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { Experiment, type ExperimentCell } from "ssrl-ecg";
 * const folder = Deno.makeTempDirSync();
 * const cells = [1, 2, 3].map((seed): ExperimentCell<number> => ({
 *   name: `seed${seed}`,
 *   title: `seed ${seed}`,
 *   folder: `${folder}/seed${seed}`,
 *   settings: { seed },
 *   run: () => Promise.resolve(seed * seed), // pretrain or trainClassifier
 * }));
 * const experiment = await Experiment.open(cells);
 * await experiment.run();
 * assert(experiment.result(cells[2]) === 9);
 * assert((await Experiment.open(cells)).pending.length === 0); // nothing is done twice
 * Deno.removeSync(folder, { recursive: true });
 * ```
 */
export class Experiment<C extends Cell = Cell> {
  readonly #results = new Map<Cell, unknown>();
  readonly #errors = new Map<Cell, UserError>();
  readonly #fresh = new Set<Cell>();

  /** @param cells In the order in which they run; what a cell needs comes before it. */
  private constructor(readonly cells: readonly C[]) {}

  /**
   * Reads what is done already.
   *
   * @throws {UserError} When a folder holds a run with other settings, or a damaged result.
   */
  static async open<C extends Cell>(cells: readonly C[]): Promise<Experiment<C>> {
    const experiment = new Experiment(cells);
    for (const cell of cells) await experiment.#find(cell);
    return experiment;
  }

  /** What is to be run. */
  get pending(): C[] {
    const wanted = new Set<Cell>();
    for (const cell of this.cells.toReversed()) {
      if (this.#results.has(cell) || cell.auxiliary && !wanted.has(cell)) continue;
      wanted.add(cell);
      cell.needs?.forEach((need) => wanted.add(need));
    }
    return this.cells.filter((cell) => wanted.has(cell) && !this.#results.has(cell));
  }

  /** The result of a cell; undefined while it has none. */
  result<Result>(cell: Cell<Result>): Result | undefined {
    return this.#results.get(cell) as Result | undefined;
  }

  /** Why a cell failed; undefined where it has not. */
  error(cell: Cell): UserError | undefined {
    return this.#errors.get(cell);
  }

  /** True for a cell that has a result. */
  isDone(cell: Cell): boolean {
    return this.#results.has(cell);
  }

  /** False for a cell whose result is of an earlier start. */
  isFresh(cell: Cell): boolean {
    return this.#fresh.has(cell);
  }

  /** Cells that failed; they are tried again the next time. */
  get failures(): C[] {
    return this.cells.filter((cell) => this.#errors.has(cell));
  }

  /**
   * Runs what is pending. A cell that fails for a reason that the user can act on is noted, and the
   * others are run; with `stopAtFailure` the first failure is thrown, the cell's title in front.
   *
   * @throws The reason of `signal`, when it aborts; what was begun is saved and can be continued.
   */
  async run(options: ExperimentOptions<C> = {}): Promise<void> {
    const { runners = [hereRunner], stopAtFailure = false, events, ...shared } = options;
    const { signal } = shared;
    const waiting = this.pending;
    const idle = [...runners];
    const running = new Map<C, Promise<() => C>>();
    const start = (cell: C, runner: CellRunner) => {
      events?.started?.(cell);
      const report = (event: CellEvent) => events?.reported?.(cell, event);
      return runner.run(cell, { ...shared, report }).then(
        ({ result, fresh }) => () => {
          this.#results.set(cell, result);
          if (fresh) this.#fresh.add(cell);
        },
        (error) => () => {
          if (signal?.aborted) throw signal.reason;
          if (!isOfCell(error)) throw error;
          if (stopAtFailure) throw titled(cell, error);
          this.#errors.set(cell, error);
        },
      ).then((settle) => () => {
        running.delete(cell);
        idle.push(runner);
        settle();
        return cell;
      });
    };
    try {
      while (waiting.length + running.size > 0) {
        signal?.throwIfAborted();
        const next = waiting.find(({ needs = [] }) =>
          needs.every((need) => this.#results.has(need) || this.#errors.has(need))
        );
        let ended: C;
        if (next !== undefined && (this.#isLost(next) || await this.#findDerived(next))) {
          ended = next;
          waiting.splice(waiting.indexOf(next), 1);
        } else if (next !== undefined && idle.length > 0) {
          waiting.splice(waiting.indexOf(next), 1);
          running.set(next, start(next, idle.shift()!));
          continue;
        } else {
          ended = (await Promise.race(running.values()))();
        }
        await events?.ended?.(ended);
      }
    } catch (error) {
      // They are saving what they have done.
      if (signal?.aborted) await Promise.allSettled(running.values());
      throw error;
    }
  }

  /** Takes a kept result, if there is one. */
  async #find(cell: C): Promise<boolean> {
    const derived = typeof cell.settings === "function";
    if (derived && !cell.needs?.every((need) => this.#results.has(need))) return false;
    try {
      const result = await keptResult(cell);
      if (result !== undefined) this.#results.set(cell, result);
    } catch (error) {
      throw error instanceof UserError ? titled(cell, error) : error;
    }
    return this.#results.has(cell);
  }

  /** The same for a cell whose settings were not known before the cells that it needs were done. */
  async #findDerived(cell: C): Promise<boolean> {
    return typeof cell.settings === "function" && await this.#find(cell);
  }

  /** Notes a cell as failed where one that it needs is. */
  #isLost(cell: C): boolean {
    const need = cell.needs?.find((need) => this.#errors.has(need));
    if (need === undefined) return false;
    this.#errors.set(cell, titled(need, this.#errors.get(need)!));
    return true;
  }
}

/** True for an error that concerns one cell alone, so that others can be run. */
export function isOfCell(error: unknown): error is UserError {
  return error instanceof UserError && !(error instanceof DeviceLostError);
}

function titled({ title }: Cell, error: UserError): UserError {
  return new UserError(`${title}: ${error.message}`, error.facts, { cause: error });
}

async function keptResult<Result>(
  cell: Cell<Result>,
): Promise<Result | undefined> {
  if (cell.folder === undefined) return undefined;
  const result = storedResult(cell.folder, settingsOf(cell)) as Result | undefined;
  return result === undefined || (await cell.usable?.(result) ?? true) ? result : undefined;
}

function settingsOf({ settings = {} }: Cell): CellSettings {
  return typeof settings === "function" ? settings(resultOf) : settings;
}

function resultOf<Result>(cell: Cell<Result>): Result {
  const result = cell.folder && storedResult(cell.folder, settingsOf(cell));
  if (result === undefined) throw new RangeError(`${cell.name} is not done yet`);
  return result as Result;
}
