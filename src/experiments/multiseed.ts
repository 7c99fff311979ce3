/**
 * One experiment with many seeds: classifiers from random weights or on pretrained encoders, each run
 * with its own labels, weights and order.
 *
 * @module
 */

import { readCheckpoint } from "../checkpoint/checkpoint_file.ts";
import type { JsonValue } from "../checkpoint/state_dict.ts";
import { UserError } from "../errors.ts";
import { VERSION } from "../version.ts";
import {
  type ClassifierTask,
  type MultiseedOptions,
  type MultiseedTask,
  planMultiseed,
  type PretrainTask,
} from "./multiseed_plan.ts";
import type { PretrainingMethod } from "../methods/pretraining_method.ts";
import { METHODS } from "../methods/registry.ts";
import { pretrain } from "../training/pretrain.ts";
import { isUnfinished } from "../runs/run_state.ts";
import { earlierResult, runOnce } from "./sweep.ts";
import { trainClassifier } from "../training/train_classifier.ts";
import type { Workspace } from "../runs/workspace.ts";

/** The four documented metrics and the mean binary cross-entropy; null where not defined. */
export type MultiseedScores = {
  readonly auroc_macro: number | null;
  readonly f1_macro: number;
  readonly sensitivity_micro: number;
  readonly specificity_micro: number;
  readonly loss: number;
};

/** What a run of a classifier leaves in its folder. */
export type ClassifierResult = {
  /** The epoch that was best by macro AUROC on fold 9; all numbers are of its weights. */
  readonly best_epoch: number;
  /** On fold 9. */
  readonly validation: MultiseedScores;
  /** On fold 10. */
  readonly test: MultiseedScores;
  /** On fold 10; null where not defined. */
  readonly per_class: {
    readonly [name: string]: {
      readonly support: number;
      readonly auroc: number | null;
      readonly auprc: number | null;
      readonly f1: number | null;
    };
  };
  readonly adapter: string;
  readonly version: string;
};

/** A finished run. */
export interface MultiseedRun {
  readonly task: ClassifierTask;
  readonly result: ClassifierResult;
}

/** A run that failed; it is tried again the next time. */
export interface MultiseedFailure {
  readonly task: ClassifierTask;
  readonly error: string;
}

/** Where an experiment stands; in the order of the plan. */
export interface MultiseedOutcome {
  readonly runs: readonly MultiseedRun[];
  readonly failures: readonly MultiseedFailure[];
}

/** What an experiment tells whoever watches it. */
export interface MultiseedEvents {
  /** What is left to do, the encoders that it needs included. */
  planned?(pending: readonly MultiseedTask[], outcome: MultiseedOutcome): void | Promise<void>;
  started?(task: MultiseedTask): void;
  /** @param epochs Epochs done, with a fraction of the one at work. */
  progress?(task: MultiseedTask, epochs: number): void;
  /** Something is wrong with a run, in a sentence. */
  warning?(task: MultiseedTask, text: string): void;
  /** A task has ended: with an error, or without. */
  ended?(
    task: MultiseedTask,
    error: string | undefined,
    outcome: MultiseedOutcome,
  ): void | Promise<void>;
}

/** What is told of a task at work. */
export type TaskEvents = Pick<MultiseedEvents, "progress" | "warning">;

/**
 * Does one task at a time. What fails for a reason that a person can act on, such as a run that
 * diverges, throws a `UserError`.
 */
export interface TaskRunner {
  run(task: MultiseedTask, events: TaskEvents): Promise<JsonValue>;
}

/**
 * Trains every configuration with every seed, one run after the other. What is done already is read
 * from the folder; what was stopped goes on to the same bits. A run that fails is kept among the
 * failures, and the others go on.
 *
 * @throws {UserError} When the folder holds runs with other settings. The reason of `signal`, when it
 * aborts.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { multiseed, synthesizeCohort, Workspace } from "ssrl-ecg";
 * const folder = Deno.makeTempDirSync();
 * const set = synthesizeCohort({ records: 60, seed: 42, duration: 1.28 });
 * const workspace = await Workspace.open(set, { normalization: "train" });
 * const { runs } = await multiseed(workspace, {
 *   configurations: [{ method: "supervised", loss: "bce", balancing: "standard" }],
 *   seeds: [42, 52],
 *   labelFraction: 1,
 *   epochs: 1,
 *   batchSize: 64,
 *   learningRate: 1e-3,
 *   pretraining: { epochs: 1, once: false },
 *   folder: `${folder}/runs`,
 *   checkpointFolder: folder,
 * });
 * assert(runs.length === 2);
 * workspace.destroy();
 * Deno.removeSync(folder, { recursive: true });
 * ```
 */
export function multiseed(
  workspace: Workspace,
  options: MultiseedOptions & {
    /** Seconds between two savings of a run's state; default 20. */
    readonly saveEverySeconds?: number;
    readonly signal?: AbortSignal;
    readonly events?: MultiseedEvents;
  },
): Promise<MultiseedOutcome> {
  const runner: TaskRunner = {
    run: (task, events) => runTask(workspace, task, { ...options, events }),
  };
  return runTasks(planMultiseed(workspace, options), [runner], options);
}

/**
 * Does the tasks of a plan that are not done yet, as many at a time as there are runners.
 *
 * @throws {UserError} Before any work, when a folder holds a run with other settings.
 */
export async function runTasks(
  tasks: readonly MultiseedTask[],
  runners: readonly TaskRunner[],
  { signal, events }: { readonly signal?: AbortSignal; readonly events?: MultiseedEvents },
): Promise<MultiseedOutcome> {
  const results = new Map<MultiseedTask, JsonValue>();
  const errors = new Map<MultiseedTask, string>();
  for (const task of tasks) {
    const result = earlierResult(task.runFolder, task.settings);
    if (result !== undefined) results.set(task, result);
  }
  const outcome = () => outcomeOf(tasks, results, errors);
  const needed = new Set(
    tasks.flatMap((task) =>
      task.kind === "classifier" && !results.has(task) ? task.pretraining : []
    ),
  );
  const waiting = tasks.filter((task) =>
    !results.has(task) && (task.kind === "classifier" || needed.has(task))
  );
  await events?.planned?.([...waiting], outcome());
  const idle = [...runners];
  const running = new Map<MultiseedTask, Promise<() => MultiseedTask>>();
  const start = (task: MultiseedTask, runner: TaskRunner) => {
    events?.started?.(task);
    return runner.run(task, events ?? {}).then(
      (result) => () => void results.set(task, result),
      (error) => () => {
        if (signal?.aborted) throw signal.reason;
        if (!(error instanceof UserError)) throw error;
        errors.set(task, error.message);
      },
    ).then((settle) => () => {
      running.delete(task);
      idle.push(runner);
      settle();
      return task;
    });
  };
  try {
    while (waiting.length + running.size > 0) {
      signal?.throwIfAborted();
      const at = waiting.findIndex((task) => {
        const encoder = task.kind === "classifier" ? task.pretraining : undefined;
        return encoder === undefined || results.has(encoder) || errors.has(encoder);
      });
      const next = waiting[at];
      const lost = next?.kind === "classifier" && next.pretraining !== undefined
        ? errors.get(next.pretraining)
        : undefined;
      let ended: MultiseedTask;
      if (lost !== undefined) {
        [ended] = waiting.splice(at, 1);
        errors.set(ended, `The pretraining failed: ${lost}`);
      } else if (next !== undefined && idle.length > 0) {
        waiting.splice(at, 1);
        running.set(next, start(next, idle.shift()!));
        continue;
      } else {
        ended = (await Promise.race(running.values()))();
      }
      await events?.ended?.(ended, errors.get(ended), outcome());
    }
  } catch (error) {
    // They are saving what they have done.
    if (signal?.aborted) await Promise.allSettled(running.values());
    throw error;
  }
  return outcome();
}

function outcomeOf(
  tasks: readonly MultiseedTask[],
  results: ReadonlyMap<MultiseedTask, JsonValue>,
  errors: ReadonlyMap<MultiseedTask, string>,
): MultiseedOutcome {
  const runs = tasks.filter((task) => task.kind === "classifier");
  return {
    runs: runs.flatMap((task) =>
      results.has(task) ? { task, result: results.get(task) as ClassifierResult } : []
    ),
    failures: runs.flatMap((task) => errors.has(task) ? { task, error: errors.get(task)! } : []),
  };
}

/** What {@linkcode runTask} needs besides the task. */
export interface RunTaskOptions
  extends Pick<MultiseedOptions, "labelFraction" | "batchSize" | "learningRate"> {
  /** For the runs' `config.json`. */
  readonly commandLine?: string;
  readonly saveEverySeconds?: number;
  readonly signal?: AbortSignal;
  readonly events?: TaskEvents;
}

/** Does a task, from the start or from where it stopped, unless it is done. */
export async function runTask(
  workspace: Workspace,
  task: MultiseedTask,
  options: RunTaskOptions,
): Promise<JsonValue> {
  const { result } = await runOnce<JsonValue>(
    task.runFolder,
    task.settings,
    () =>
      task.kind === "pretraining"
        ? pretrainEncoder(workspace, task, options)
        : classify(workspace, task, options),
  );
  return result;
}

/** What both kinds of runs share. */
function runOptions(task: MultiseedTask, options: RunTaskOptions) {
  const { commandLine, signal, saveEverySeconds } = options;
  const { epochs, seed, out, runFolder } = task;
  return {
    epochs,
    seed,
    out,
    runFolder,
    learningRate: options.learningRate,
    shuffle: true,
    logEvery: 100,
    resume: isUnfinished(runFolder),
    ...(commandLine === undefined ? {} : { commandLine }),
    ...(signal ? { signal } : {}),
    ...(saveEverySeconds === undefined ? {} : { saveEverySeconds }),
  };
}

async function pretrainEncoder(
  workspace: Workspace,
  task: PretrainTask,
  options: RunTaskOptions,
): Promise<JsonValue> {
  const { events } = options;
  const method: PretrainingMethod = METHODS[task.method];
  await pretrain(workspace, method, {
    ...runOptions(task, options),
    batchSize: task.batchSize,
    events: {
      steps: (epoch, done, total) => events?.progress?.(task, epoch - 1 + done / total),
      warning: (text) => events?.warning?.(task, text),
    },
  });
  return { encoder: task.out };
}

async function classify(
  workspace: Workspace,
  task: ClassifierTask,
  options: RunTaskOptions,
): Promise<JsonValue> {
  const { configuration: { method, loss, balancing }, pretraining } = task;
  const { labelFraction, batchSize, events } = options;
  if (pretraining) await assertReadable(pretraining);
  const trained = await trainClassifier(workspace, {
    ...runOptions(task, options),
    command: "train-multiseed",
    method,
    selection: "auroc_macro",
    batchSize,
    labelFraction,
    loss,
    balancing,
    freezeEncoder: false,
    ...(pretraining ? { encoderCheckpoint: pretraining.out } : {}),
    events: {
      steps: (epoch, done, total) => events?.progress?.(task, epoch - 1 + done / total),
    },
  });
  const result: ClassifierResult = {
    best_epoch: trained.bestEpoch,
    validation: trained.validation,
    test: trained.test,
    per_class: trained.testPerClass,
    adapter: workspace.gpu.name,
    version: VERSION,
  };
  // As it is read back from the folder: JSON has no NaN.
  return JSON.parse(JSON.stringify(result));
}

async function assertReadable({ out, runFolder }: PretrainTask): Promise<void> {
  try {
    await readCheckpoint(out);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`${error.message}. Remove ${runFolder} to pretrain again`);
  }
}
