/**
 * What a stopped run needs to go on with the same bits: weights, Adam's moments, counters, and the
 * best weights so far. Everything else is a pure function of (seed, epoch).
 *
 * @module
 */

import { existsSync } from "node:fs";
import { readCheckpoint, writeCheckpoint } from "../checkpoint/checkpoint_file.ts";
import type { HostTensor, JsonValue, StateDict } from "../checkpoint/state_dict.ts";
import { UserError } from "../errors.ts";
import type { HostValues } from "../layers/parameters.ts";
import type { RunFolder } from "./run_folder.ts";
import type { Trainer } from "./trainer.ts";
import type { Workspace } from "./workspace.ts";

const FILE = "state.safetensors";

/** Seconds between two savings, unless a job is told otherwise. */
export const SAVE_EVERY_SECONDS = 20;

/** What of the data decides a run's bits. */
export function dataSettings(
  { set, split, normalisation }: Pick<Workspace, "set" | "split" | "normalisation">,
): Record<string, JsonValue> {
  return {
    records: set.ids.length,
    trainingRecords: split.train.length,
    signalLength: set.signalLength,
    normalisation: normalisation.kind,
  };
}

/** State after an epoch. */
export interface RunState {
  /** Epochs done. */
  readonly epoch: number;
  /** Settings that must be the same for the bits to be the same. */
  readonly settings: JsonValue;
  /** Best epoch so far and its metrics (null on disk: not defined), where a method selects. */
  readonly best?: { readonly epoch: number; readonly metrics: Record<string, number | null> };
}

/** Writes the state of a trainer, atomically. */
export async function saveRunState(
  folder: RunFolder,
  trainer: Trainer,
  state: RunState,
  best?: readonly HostValues[],
): Promise<void> {
  const moments = await trainer.optimizer.state();
  const flat = (data: Float32Array): HostTensor => ({
    dtype: "float32",
    shape: [data.length],
    data,
  });
  const sections = new Map<string, StateDict>([
    ["model", toStateDict(await trainer.method.store.state())],
    ["optimizer", new Map([["first", flat(moments.first)], ["second", flat(moments.second)]])],
  ]);
  if (best) sections.set("best", toStateDict(best));
  await writeCheckpoint(folder.file(FILE), {
    sections,
    metadata: {
      extra: {
        epoch: state.epoch,
        steps: trainer.steps,
        settings: state.settings,
        ...(state.best ? { best: state.best } : {}),
      },
    },
  });
}

/** A state read back: see {@linkcode RunState}; `restore` puts it into a trainer. */
export interface StoredRunState extends RunState {
  readonly bestValues?: readonly HostValues[];
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
  const path = `${runFolder}/${FILE}`;
  if (!existsSync(path)) return undefined;
  const { sections, metadata } = await readCheckpoint(path);
  const extra = metadata.extra as {
    epoch: number;
    steps: number;
    settings: Record<string, JsonValue>;
    best?: RunState["best"];
  };
  const given = settings as Record<string, JsonValue>;
  const differing = Object.keys({ ...given, ...extra.settings }).filter((name) =>
    JSON.stringify(given[name]) !== JSON.stringify(extra.settings[name])
  );
  if (differing.length > 0) {
    throw new UserError(
      `Cannot resume ${runFolder}: the run had other settings (${
        differing.map((name) => `${name}: ${JSON.stringify(extra.settings[name])}`).join(", ")
      }). Give the same, or start a new --run-dir`,
    );
  }
  const model = sections.get("model")!;
  const optimizer = sections.get("optimizer")!;
  const best = sections.get("best");
  return {
    epoch: extra.epoch,
    settings,
    ...(extra.best ? { best: extra.best } : {}),
    ...(best ? { bestValues: toHostValues(best) } : {}),
    restore(trainer) {
      trainer.method.store.load(toHostValues(model));
      trainer.optimizer.load({
        first: optimizer.get("first")!.data as Float32Array,
        second: optimizer.get("second")!.data as Float32Array,
      });
      trainer.steps = extra.steps;
    },
  };
}

/** Removes the state of a finished run. */
export async function dropRunState(folder: RunFolder): Promise<void> {
  await Deno.remove(folder.file(FILE)).catch(() => {});
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
