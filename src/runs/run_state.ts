/**
 * What a stopped run needs to resume with the same bits: weights, Adam's moments, counters, and the
 * best weights so far. Everything else is a pure function of (seed, epoch).
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
import { stateDictOf } from "./checkpoints.ts";
import type { Trainer } from "./trainer.ts";
import type { Workspace } from "./workspace.ts";

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
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly weights: ParameterSnapshot;
}

/**
 * Holds the state after the last whole epoch on the GPU, and saves it to disk now and then and when the
 * run is stopped.
 */
export class RunStateSaver {
  readonly #weights: ParameterSnapshot;
  readonly #moments: TensorSnapshot;
  #noted: { steps: number; learningRate: number; epoch: number; best?: BestSoFar };
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
    const { steps, learningRate } = trainer;
    this.#noted = { steps, learningRate, epoch };
    this.#savedEpoch = epoch;
  }

  /** Notes a whole epoch; writes the state where the last writing is long ago. */
  async noteEpoch(epoch: number, best?: BestSoFar): Promise<void> {
    this.#weights.take();
    this.#moments.take();
    const { steps, learningRate } = this.trainer;
    this.#noted = { steps, learningRate, epoch, best };
    if (performance.now() - this.#savedAt > this.everySeconds * 1000) await this.#save();
  }

  /** Writes the state after the last whole epoch of a run that was stopped within the next one. */
  async saveLast(): Promise<void> {
    if (this.#noted.epoch > this.#savedEpoch) await this.#save();
  }

  destroy(): void {
    this.#weights.destroy();
    this.#moments.destroy();
  }

  async #save(): Promise<void> {
    const { trainer } = this;
    const { store } = trainer.method;
    const { epoch, steps, learningRate, best } = this.#noted;
    best?.weights.restore();
    const bestState = best && stateDictOf(await store.state());
    this.#weights.restore();
    this.#moments.restore();
    trainer.steps = steps;
    const { first, second } = await trainer.optimizer.state();
    const flat = (data: Float32Array): HostTensor => ({
      dtype: "float32",
      shape: [data.length],
      data,
    });
    const sections = new Map<string, StateDict>([
      ["model", stateDictOf(await store.state())],
      ["optimizer", new Map([["first", flat(first)], ["second", flat(second)]])],
    ]);
    if (bestState) sections.set("best", bestState);
    await writeCheckpoint(this.folder.file(STATE_FILE), {
      sections,
      metadata: {
        extra: {
          epoch,
          steps,
          learning_rate: learningRate,
          settings: this.settings,
          ...(best && { best: { epoch: best.epoch, metrics: best.metrics } }),
        },
      },
    });
    this.#savedEpoch = epoch;
    this.#savedAt = performance.now();
  }
}

/** The state of a run after its last whole epoch, read back. */
export interface StoredRunState {
  /** Epochs done. */
  readonly epoch: number;
  /** Best epoch so far, its metrics (null: not defined) and weights, where a method selects. */
  readonly best?: Omit<BestSoFar, "weights"> & { readonly values: readonly HostValues[] };
  /** Puts weights, moments and counters into a trainer. */
  restore(trainer: Trainer): void;
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
    best?: Omit<BestSoFar, "weights">;
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
  const optimizer = sections.get("optimizer")!;
  const best = sections.get("best");
  return {
    epoch: extra.epoch,
    ...(extra.best && best ? { best: { ...extra.best, values: hostValues(best) } } : {}),
    restore(trainer) {
      trainer.method.store.load(hostValues(sections.get("model")!));
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
 * Checks that a run may begin, or be resumed, in its folder.
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

function hostValues(state: StateDict): HostValues[] {
  return [...state].map(([name, tensor]) => ({ name, ...tensor }) as HostValues);
}
