/**
 * What every training job does around its epochs: run folder, going on after a stop, saving the
 * state, rows of metrics, giving memory back.
 *
 * @module
 */

import { join } from "node:path";
import type { JsonValue } from "../checkpoint/state_dict.ts";
import { batchSizes } from "../data/sampling/batches.ts";
import type { Method } from "../methods/method.ts";
import type { AdamOptions } from "../optim/adam.ts";
import type { LearningRateSchedule } from "../optim/learning_rate.ts";
import { VERSION } from "../version.ts";
import { type MemoryUse, memoryUse } from "./memory_use.ts";
import { CONFIG_FILE, type MetricsRow } from "../results/run_files.ts";
import { RunFolder } from "./run_folder.ts";
import {
  assertEpochsLeft,
  assertMayRun,
  type BestSoFar,
  dataSettings,
  dropRunState,
  readRunState,
  SAVE_EVERY_SECONDS,
  StateKeeper,
  type StoredRunState,
} from "./run_state.ts";
import { type EpochResult, Trainer } from "./trainer.ts";
import type { Workspace } from "./workspace.ts";

/** Settings that all training jobs share. */
export interface RunOptions {
  readonly epochs: number;
  /** Records of a step; at most all that an epoch visits. */
  readonly batchSize: number;
  readonly learningRate: number;
  /** Default: constant. */
  readonly learningRateSchedule?: LearningRateSchedule;
  readonly seed: number;
  readonly shuffle: boolean;
  readonly logEvery: number;
  /** Checkpoint to write. */
  readonly out: string;
  /** Checkpoint to start from. */
  readonly init?: string;
  readonly runFolder: string;
  /** Go on from the state in `runFolder`. */
  readonly resume: boolean;
  /** Seconds between two savings of the state for resuming; default 20. */
  readonly saveEverySeconds?: number;
  readonly signal?: AbortSignal;
  /** The command line that the run was started with, for `config.json`. */
  readonly commandLine?: string;
}

/** What is known when all steps are recorded and none has run. */
export interface RunFacts {
  /** Memory on the device, all that the run will hold included. */
  readonly memory: MemoryUse;
  /** Epochs that an earlier part of the run has done. */
  readonly resumedAfter: number;
}

/** How a run went, earlier parts included. */
export interface Course {
  /** Mean loss of every epoch. */
  readonly epochLosses: readonly number[];
  /** Loss of every step. */
  readonly stepLosses: readonly number[];
  /** Rows of `metrics.jsonl`, one an epoch. */
  readonly epochRows: readonly MetricsRow[];
  /** Records a second of the epochs run now. */
  readonly recordsPerSecond: number;
}

/** What a job has to say after an epoch. */
export interface EpochVerdict {
  /** More for the epoch's row of metrics. */
  readonly row?: MetricsRow;
  /** Best weights so far, where the method selects. */
  readonly best?: BestSoFar;
  /** True where no further epoch is wanted. */
  readonly stop?: boolean;
}

/** A job's own part of a run. */
export interface TrainingRun<Result> {
  /** Name of the command, for `config.json`. */
  readonly command: string;
  readonly workspace: Workspace;
  readonly method: Method;
  readonly options: RunOptions;
  /** What the run's bits depend on besides data and {@linkcode RunOptions}. */
  readonly settings: Readonly<Record<string, JsonValue>>;
  /** Records that an epoch visits. */
  readonly records: number;
  readonly adam?: AdamOptions;
  /** Rows that an epoch visits, in order. */
  order(epoch: number): Int32Array;
  /** Sees the state of an earlier part before it is put into the trainer. */
  restoring?(stored: StoredRunState): void;
  /** Records what the job runs besides the steps, before memory is counted. */
  prepare?(): Promise<void>;
  /** Follows on all recording, before the first step runs. */
  prepared?(facts: RunFacts, run: OpenRun): void | Promise<void>;
  steps?(epoch: number, done: number, total: number, loss: number): void;
  epochDone(epoch: number, result: EpochResult, run: OpenRun): Promise<EpochVerdict>;
  /** Writes checkpoint and results. The state for resuming is kept until it has ended. */
  finish(course: Course, run: OpenRun): Promise<Result>;
}

/** Trainer and folder of a run in progress. */
export interface OpenRun {
  readonly trainer: Trainer;
  readonly folder: RunFolder;
}

/**
 * Runs the epochs of a job, from the start or from where it stopped.
 *
 * @throws {UserError} When the step does not fit the adapter, the folder is no good, the run to go on
 * with had other settings, or training diverges. The reason of the signal, when it aborts.
 */
export async function runTraining<Result>(run: TrainingRun<Result>): Promise<Result> {
  const { workspace, method, options, records } = run;
  const { epochs, seed, resume, runFolder, saveEverySeconds = SAVE_EVERY_SECONDS } = options;
  const batchSize = Math.min(options.batchSize, records);
  const settings = { ...sharedSettings(options), ...run.settings, ...dataSettings(workspace) };
  let folder: RunFolder | undefined;
  let keeper: StateKeeper | undefined;
  const trainer = new Trainer(workspace, method, {
    batchSize,
    learningRate: options.learningRate,
    seed,
    logEvery: options.logEvery,
    totalSteps: epochs * batchSizes(records, batchSize).length,
    schedule: options.learningRateSchedule ?? "constant",
    ...(run.adam ? { adam: run.adam } : {}),
    signal: options.signal,
  });
  try {
    assertMayRun(runFolder, resume);
    const stored = resume ? await readRunState(runFolder, settings) : undefined;
    const done = stored?.epoch ?? 0;
    assertEpochsLeft(runFolder, done, epochs);
    const started = resume ? startOf(runFolder) : new Date();
    folder = await RunFolder.open(runFolder, { keepEpochs: done, started });
    const open = { trainer, folder };
    await folder.writeConfig({
      command: run.command,
      commandLine: options.commandLine ?? null,
      version: VERSION,
      deno: Deno.version.deno,
      started: started.toISOString(),
      data: workspace.set.source,
      dataSource: workspace.set.origin ?? {},
      adapter: workspace.gpu.name,
      ...settings,
      epochs,
      out: options.out,
    });
    await trainer.prepare(records);
    await run.prepare?.();
    if (stored) {
      run.restoring?.(stored);
      stored.restore(trainer);
    }
    keeper = new StateKeeper(folder, trainer, settings, done, saveEverySeconds);
    await run.prepared?.({ memory: memoryUse(trainer), resumedAfter: done }, open);
    const { epochRows, stepLosses } = earlier(folder.kept);
    let seconds = 0;
    let visited = 0;
    for (let epoch = done + 1; epoch <= epochs; epoch++) {
      const order = run.order(epoch);
      const result = await trainer.epoch({
        epoch,
        order,
        onSteps: (steps, total, loss) => run.steps?.(epoch, steps, total, loss),
        onRows: (rows) => folder!.append(rows),
      });
      seconds += result.seconds;
      visited += order.length;
      const { row, best, stop } = await run.epochDone(epoch, result, open);
      const epochRow = {
        epoch,
        train_loss: result.loss,
        seconds: result.seconds,
        records_per_second: result.recordsPerSecond,
        ...row,
      };
      folder.append([epochRow]);
      epochRows.push(epochRow);
      stepLosses.push(...result.losses);
      if (stop) break;
      if (epoch < epochs) await keeper.epochDone(epoch, best);
    }
    const course = {
      epochLosses: epochRows.map((row) => Number(row.train_loss)),
      stepLosses,
      epochRows,
      recordsPerSecond: visited / seconds,
    };
    const result = await run.finish(course, open);
    folder.noteEnd();
    await dropRunState(folder);
    return result;
  } catch (error) {
    if (options.signal?.aborted) await keeper?.stopped();
    throw error;
  } finally {
    folder?.close();
    keeper?.destroy();
    trainer.destroy();
  }
}

/** When the run in a folder began; now, where its settings do not tell. */
function startOf(runFolder: string): Date {
  try {
    const { started } = JSON.parse(Deno.readTextFileSync(join(runFolder, CONFIG_FILE)));
    const date = new Date(started);
    if (!Number.isNaN(date.getTime())) return date;
  } catch {
    // Killed before the settings were written, or a run of an older version.
  }
  return new Date();
}

function sharedSettings(options: RunOptions): Record<string, JsonValue> {
  const { batchSize, learningRate, learningRateSchedule, seed, shuffle, init } = options;
  return {
    batchSize,
    learningRate,
    learningRateSchedule: learningRateSchedule ?? "constant",
    seed,
    shuffle,
    init: init ?? null,
  };
}

/** Epoch rows and step losses of the part of a run that was done before. */
function earlier(rows: readonly MetricsRow[]): {
  epochRows: MetricsRow[];
  stepLosses: number[];
} {
  return {
    epochRows: rows.filter((row) => row.train_loss !== undefined),
    stepLosses: rows.flatMap(({ step, loss }) => step === undefined ? [] : [Number(loss)]),
  };
}
