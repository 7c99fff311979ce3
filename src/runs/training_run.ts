/**
 * What surrounds the epochs of every training: run folder, resuming, saving the state, rows of metrics,
 * giving memory back.
 */

import { join } from "node:path";
import type { JsonValue } from "../checkpoint/state_dict.ts";
import type { Method } from "../methods/method.ts";
import type { AdamOptions } from "../optim/adam.ts";
import type { LearningRateSchedule } from "../optim/learning_rate.ts";
import { VERSION } from "../version.ts";
import { type MemoryUse, memoryUse } from "./memory_use.ts";
import { CONFIG_FILE, type MetricsRow, STATE_FILE } from "../results/run_files.ts";
import { defaultRunFolder, RunFolder } from "./run_folder.ts";
import {
  assertEpochsLeft,
  assertMayRun,
  type BestSoFar,
  dataSettings,
  readRunState,
  RunStateSaver,
  type StoredRunState,
} from "./run_state.ts";
import { type EpochResult, Trainer, type TrainerOptions } from "./trainer.ts";
import type { Workspace } from "./workspace.ts";

/** Settings that all training runs share. */
export interface RunOptions
  extends Pick<TrainerOptions, "learningRate" | "seed" | "logEvery" | "signal"> {
  /** Default: the method's. */
  readonly epochs?: number;
  /** Records of a step, at most all that an epoch visits. Default: the method's. */
  readonly batchSize?: number;
  /** Default: constant. */
  readonly learningRateSchedule?: LearningRateSchedule;
  /** Whether epochs visit the records in random order; true. */
  readonly shuffle?: boolean;
  /** Checkpoint to write. Default: in the run folder. */
  readonly out?: string;
  /** Checkpoint to start from. */
  readonly init?: string;
  /** Default: `results/<command>-<date>`. */
  readonly runFolder?: string;
  /** Continue from the state in `runFolder`. */
  readonly resume?: boolean;
  /** Seconds between two savings of the state for resuming; 20. */
  readonly saveEverySeconds?: number;
  /** The command line that the run was started with, for `config.json`. */
  readonly commandLine?: string;
}

/** Options with all defaults. */
export type ResolvedRunOptions =
  & RunOptions
  & Required<Omit<RunOptions, "init" | "signal" | "commandLine">>;

/** Fills in what options leave out. @param of The run's command, and what else depends on it. */
export function resolveRunOptions(
  options: RunOptions,
  of: { command: string; epochs: number; batchSize: number; section: "encoder" | "model" },
): ResolvedRunOptions {
  const {
    epochs = of.epochs,
    batchSize = of.batchSize,
    learningRate = 1e-3,
    learningRateSchedule = "constant",
    seed = 42,
    shuffle = true,
    logEvery = 20,
    runFolder = defaultRunFolder(of.command),
    out = join(runFolder, `${of.section}.safetensors`),
    resume = false,
    saveEverySeconds = 20,
  } = options;
  return {
    ...options,
    epochs,
    batchSize,
    learningRate,
    learningRateSchedule,
    seed,
    shuffle,
    logEvery,
    out,
    runFolder,
    resume,
    saveEverySeconds,
  };
}

/** What is known when all steps are recorded and none has run. */
export interface RunFacts {
  /** Memory on the device, all that the run will hold included. */
  readonly memory: MemoryUse;
  /** Epochs that an earlier part of the run has done. */
  readonly resumedAfter: number;
}

/** How a run went, earlier parts included. */
export interface TrainingHistory {
  /** Mean loss of every epoch. */
  readonly epochLosses: readonly number[];
  /** Loss of every step. */
  readonly stepLosses: readonly number[];
  /** Rows of `metrics.jsonl`, one an epoch. */
  readonly epochRows: readonly MetricsRow[];
  /** Records a second of the epochs run now. */
  readonly recordsPerSecond: number;
}

/** What follows from an epoch. */
export interface EpochOutcome {
  /** More for the epoch's row of metrics. */
  readonly row?: MetricsRow;
  /** Best weights so far, where the method selects. */
  readonly best?: BestSoFar;
  /** True where no further epoch is wanted. */
  readonly stop?: boolean;
}

/** What one kind of training does within a run. */
export interface TrainingRun<Result> {
  /** Name of the command, for `config.json`. */
  readonly command: string;
  readonly workspace: Workspace;
  readonly method: Method;
  readonly options: ResolvedRunOptions;
  /** What the run's bits depend on besides data and {@linkcode RunOptions}. */
  readonly settings: Readonly<Record<string, JsonValue>>;
  /** Records that an epoch visits. */
  readonly records: number;
  readonly adam?: AdamOptions;
  /** Rows that an epoch visits, in order. */
  order(epoch: number): Int32Array;
  /** Sees the state of an earlier part before it is put into the trainer. */
  restore?(stored: StoredRunState): void;
  /** Records what runs besides the steps, before memory is counted. */
  prepare?(): Promise<void>;
  /** After all recording, before the first step runs. */
  prepared?(facts: RunFacts, run: RunInProgress): void | Promise<void>;
  steps?(epoch: number, done: number, total: number, loss: number): void;
  afterEpoch(epoch: number, result: EpochResult, run: RunInProgress): Promise<EpochOutcome>;
  /** Writes checkpoint and results. The state for resuming is kept until it has ended. */
  finish(history: TrainingHistory, run: RunInProgress): Promise<Result>;
}

/** Trainer and folder of a run in progress. */
export interface RunInProgress {
  readonly trainer: Trainer;
  readonly folder: RunFolder;
}

/**
 * Runs the epochs of a training, from the start or from where it stopped.
 *
 * @throws {UserError} When the step does not fit the adapter, the folder is no good, the run to
 * resume had other settings, or training diverges. The reason of the signal, when it aborts.
 */
export async function runTraining<Result>(run: TrainingRun<Result>): Promise<Result> {
  const { workspace, method, options, records, adam } = run;
  const { epochs, resume, runFolder, learningRateSchedule: schedule, signal } = options;
  const settings = { ...sharedSettings(options), ...run.settings, ...dataSettings(workspace) };
  const trainer = new Trainer(workspace, method, { ...options, records, schedule, adam });
  let folder: RunFolder | undefined;
  let saver: RunStateSaver | undefined;
  try {
    assertMayRun(runFolder, resume);
    const stored = resume ? await readRunState(runFolder, settings) : undefined;
    const done = stored?.epoch ?? 0;
    assertEpochsLeft(runFolder, done, epochs);
    const started = resume ? startOf(runFolder) : new Date();
    folder = await RunFolder.open(runFolder, { keepEpochs: done, started });
    const progress = { trainer, folder };
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
    await trainer.prepare();
    await run.prepare?.();
    if (stored) {
      run.restore?.(stored);
      stored.restore(trainer);
    }
    saver = new RunStateSaver(folder, trainer, settings, done, options.saveEverySeconds);
    await run.prepared?.({ memory: memoryUse(trainer), resumedAfter: done }, progress);
    const epochRows = folder.kept.filter((row) => row.train_loss !== undefined);
    const stepLosses = folder.kept.flatMap(({ step, loss }) =>
      step === undefined ? [] : [Number(loss)]
    );
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
      const { row, best, stop } = await run.afterEpoch(epoch, result, progress);
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
      if (epoch < epochs) await saver.noteEpoch(epoch, best);
    }
    const history = {
      epochLosses: epochRows.map((row) => Number(row.train_loss)),
      stepLosses,
      epochRows,
      recordsPerSecond: visited / seconds,
    };
    const result = await run.finish(history, progress);
    folder.noteEnd();
    await Deno.remove(folder.file(STATE_FILE)).catch(() => {});
    return result;
  } catch (error) {
    if (signal?.aborted) await saver?.saveLast();
    throw error;
  } finally {
    folder?.close();
    saver?.destroy();
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

function sharedSettings(options: ResolvedRunOptions): Record<string, JsonValue> {
  const { batchSize, learningRate, learningRateSchedule, seed, shuffle, init = null } = options;
  return { batchSize, learningRate, learningRateSchedule, seed, shuffle, init };
}
