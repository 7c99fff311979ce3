/**
 * What a stopped run needs to resume with the same bits: weights, Adam's moments, counters, and the
 * best weights so far. Everything else is a pure function of (seed, epoch).
 *
 * @module
 */

import { existsSync } from "node:fs";
import { readCheckpoint, writeCheckpoint } from "../checkpoint/checkpoint_file.ts";
import { canonicalJson } from "../checkpoint/metadata.ts";
import type { HostTensor, JsonValue, StateDict } from "../checkpoint/state_dict.ts";
import { UserError } from "../errors.ts";
import type { TensorSnapshot } from "../gpu/tensor_snapshot.ts";
import type { HostValues, ParameterSnapshot } from "../layers/parameters.ts";
import { isUnfinished, RESULT_FILE, STATE_FILE } from "../results/run_files.ts";
import type { RunFolder } from "./run_folder.ts";
import type { Trainer } from "./trainer.ts";
import type { Workspace } from "./workspace.ts";

export { isUnfinished };

/** What of the data decides a run's bits. */
export function dataSettings(
  { set, split, normalization }: Pick<Workspace, "set" | "split" | "normalization">,
): Record<string, JsonValue> {
  return {
    records: set.ids.length,
    trainingRecords: split.train.length,
    signalLength: set.signalLength,
    normalisation: normalization.kind,
  };
}

/** Best weights so far, where a method selects. */
export interface BestSoFar {
  readonly epoch: number;
  readonly metrics: Record<string, number | null>;
  readonly weights: ParameterSnapshot;
}

/**
 * Holds the state after the last whole epoch on the GPU, and saves it to disk now and then and when the
 * run is stopped.
 */
export class RunStateSaver {
  readonly #weights: ParameterSnapshot;
  readonly #moments: TensorSnapshot;
  #steps: number;
  #learningRate: number;
  #epoch: number;
  #best: BestSoFar | undefined;
  #savedEpoch: number;
  #savedAt = performance.now();

  /** @param epoch Epochs done so far. */
  constructor(
    readonly folder: RunFolder,
    readonly trainer: Trainer,
    readonly settings: JsonValue,
    epoch: number,
    readonly everySeconds: number,
  ) {
    this.#weights = trainer.method.store.snapshot();
    this.#moments = trainer.optimizer.snapshot();
    this.#steps = trainer.steps;
    this.#learningRate = trainer.learningRate;
    this.#epoch = this.#savedEpoch = epoch;
  }

  /** Notes a whole epoch; writes the state where the last writing is long ago. */
  async noteEpoch(epoch: number, best?: BestSoFar): Promise<void> {
    this.#weights.take();
    this.#moments.take();
    this.#steps = this.trainer.steps;
    this.#learningRate = this.trainer.learningRate;
    this.#epoch = epoch;
    this.#best = best;
    if (performance.now() - this.#savedAt > this.everySeconds * 1000) await this.#save();
  }

  /** Writes the state after the last whole epoch of a run that was stopped within the next one. */
  async saveLast(): Promise<void> {
    if (this.#epoch > this.#savedEpoch) await this.#save();
  }

  /** Gives the memory back. */
  destroy(): void {
    this.#weights.destroy();
    this.#moments.destroy();
  }

  async #save(): Promise<void> {
    const { store } = this.trainer.method;
    let best: StateDict | undefined;
    if (this.#best) {
      this.#best.weights.restore();
      best = toStateDict(await store.state());
    }
    this.#weights.restore();
    this.#moments.restore();
    this.trainer.steps = this.#steps;
    const moments = await this.trainer.optimizer.state();
    const flat = (data: Float32Array): HostTensor => ({
      dtype: "float32",
      shape: [data.length],
      data,
    });
    const sections = new Map<string, StateDict>([
      ["model", toStateDict(await store.state())],
      ["optimizer", new Map([["first", flat(moments.first)], ["second", flat(moments.second)]])],
    ]);
    if (best) sections.set("best", best);
    await writeCheckpoint(this.folder.file(STATE_FILE), {
      sections,
      metadata: {
        extra: {
          epoch: this.#epoch,
          steps: this.#steps,
          learning_rate: this.#learningRate,
          settings: this.settings,
          ...(this.#best ? { best: { epoch: this.#best.epoch, metrics: this.#best.metrics } } : {}),
        },
      },
    });
    this.#savedEpoch = this.#epoch;
    this.#savedAt = performance.now();
  }
}

/** The state of a run after its last whole epoch, read back. */
export interface StoredRunState {
  /** Epochs done. */
  readonly epoch: number;
  /** Best epoch so far, its metrics (null: not defined) and weights, where a method selects. */
  readonly best?: StoredBest;
  /** Puts weights, moments and counters into a trainer. */
  restore(trainer: Trainer): void;
}

/** See {@linkcode StoredRunState}. */
export interface StoredBest {
  readonly epoch: number;
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly values: readonly HostValues[];
}

/**
 * Reads the state of a run folder, or undefined where the run saved none.
 *
 * @throws {UserError} When the run had other settings.
 */
export async function readRunState(
  runFolder: string,
  settings: JsonValue,
): Promise<StoredRunState | undefined> {
  const path = `${runFolder}/${STATE_FILE}`;
  if (!existsSync(path)) return undefined;
  const { sections, metadata } = await readCheckpoint(path);
  const extra = metadata.extra as {
    epoch: number;
    steps: number;
    learning_rate: number;
    settings: Record<string, JsonValue>;
    best?: Omit<StoredBest, "values">;
  };
  const given = settings as Record<string, JsonValue>;
  const differing = Object.keys({ ...given, ...extra.settings }).filter((name) =>
    canonicalJson(given[name]) !== canonicalJson(extra.settings[name])
  );
  if (differing.length > 0) {
    throw new UserError(
      `Cannot resume ${runFolder}: the run had other settings (${
        differing.map((name) => `${name}: ${JSON.stringify(extra.settings[name])}`).join(", ")
      })`,
      { remedy: "same-settings" },
    );
  }
  const model = sections.get("model")!;
  const optimizer = sections.get("optimizer")!;
  const best = sections.get("best");
  return {
    epoch: extra.epoch,
    ...(extra.best && best ? { best: { ...extra.best, values: toHostValues(best) } } : {}),
    restore(trainer) {
      trainer.method.store.load(toHostValues(model));
      trainer.optimizer.load({
        first: optimizer.get("first")!.data as Float32Array,
        second: optimizer.get("second")!.data as Float32Array,
      });
      trainer.steps = extra.steps;
      trainer.learningRate = extra.learning_rate;
    },
  };
}

/**
 * Checks that a run may begin, or go on, in its folder.
 *
 * @throws {UserError} When a new run would overwrite an unfinished one, or `resume` meets a finished one.
 */
export function assertMayRun(runFolder: string, resume: boolean): void {
  const unfinished = isUnfinished(runFolder);
  if (resume && !unfinished && existsSync(`${runFolder}/${RESULT_FILE}`)) {
    throw new UserError(
      `Cannot resume ${runFolder}: that run is finished`,
      { remedy: "other-run-folder" },
    );
  }
  if (!resume && unfinished) {
    throw new UserError(
      `The folder ${runFolder} holds an unfinished run`,
      { remedy: "resume-or-other-folder" },
    );
  }
}

/** @throws {UserError} When a resumed run has done as many epochs as are wanted. */
export function assertEpochsLeft(runFolder: string, done: number, epochs: number): void {
  if (done < epochs) return;
  throw new UserError(
    `The run in ${runFolder} has done ${done} epochs already`,
    { remedy: "more-epochs", epochs: done + 1 },
  );
}

/** Removes the state of a finished run. */
export async function dropRunState(folder: RunFolder): Promise<void> {
  await Deno.remove(folder.file(STATE_FILE)).catch(() => {});
}

function toStateDict(values: readonly HostValues[]): StateDict {
  return new Map(
    values.map(({ name, shape, dtype, data }) => [name, { dtype, shape, data } as HostTensor]),
  );
}

function toHostValues(state: StateDict): HostValues[] {
  return [...state].map(([name, { dtype, shape, data }]) => ({
    name,
    shape,
    dtype: dtype as HostValues["dtype"],
    data: data as HostValues["data"],
  }));
}
