/**
 * `train-multiseed` as a person sees it.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { writeFileAtomically } from "../checkpoint/atomic_write.ts";
import type { CommandContext } from "../console/flags/command.ts";
import { formatDuration, formatScore } from "../text/format.ts";
import { ownCommand } from "../console/flags/own_command.ts";
import { Progress } from "../console/progress.ts";
import { quote } from "../text/shell_words.ts";
import { renderTable } from "../text/table.ts";
import type { DataOptions, DeviceOptions } from "../console/flags/training_flags.ts";
import type { Balancing } from "../data/sampling/balancing.ts";
import { UsageError, UserError } from "../errors.ts";
import { METHODS } from "../methods/registry.ts";
import { epochCost } from "../experiments/epoch_cost.ts";
import {
  type MultiseedOutcome,
  type MultiseedRun,
  runTask,
  runTasks,
} from "../experiments/multiseed.ts";
import {
  configurationName,
  type MultiseedConfiguration,
  type MultiseedMethod,
  type MultiseedOptions,
  type MultiseedTask,
  planMultiseed,
  taskTitle,
} from "../experiments/multiseed_plan.ts";
import {
  describeMultiseed,
  type MetricSummary,
  runsOf,
  significanceOf,
  summarizeConfiguration,
} from "../experiments/multiseed_results.ts";
import { TaskTimes, type TimedTask } from "../experiments/task_times.ts";
import type { Workspace } from "../runs/workspace.ts";
import type { ClassificationLoss } from "../losses/classification_loss.ts";
import {
  assertEachOnce,
  assertFolderWritable,
  printSettings,
  stoppedToRepeat,
  workspaceSettings,
} from "../console/console.ts";
import { isWorker, MultiseedWorker, serveTasks } from "../console/multiseed_worker.ts";
import { openWorkspace } from "../console/open_workspace.ts";

/** The options of `train-multiseed`. */
export interface MultiseedFlags extends DataOptions, DeviceOptions {
  readonly method: readonly MultiseedMethod[];
  readonly loss: ClassificationLoss["name"] | undefined;
  readonly balanceStrategy: Balancing | undefined;
  readonly seeds: readonly number[] | undefined;
  readonly quick: boolean;
  readonly labelFraction: number;
  readonly epochs: number | undefined;
  readonly batchSize: number;
  readonly lr: number;
  readonly pretrainEpochs: number | undefined;
  readonly pretrainBatchSize: number | undefined;
  readonly pretrainOnce: boolean;
  readonly normalize: "train" | "none";
  readonly jobs: number;
  readonly out: string;
  readonly checkpointDir: string;
  readonly runRoot: string;
}

const SEEDS = [42, 52, 62, 72, 82, 92, 102, 112, 122, 132];
const QUICK_SEEDS = 3;

/** Runs the command. */
export async function runMultiseed(flags: MultiseedFlags, context: CommandContext): Promise<void> {
  const started = performance.now();
  const options = readOptions(flags, context.given);
  assertFolderWritable(flags.out, "--out");
  assertFolderWritable(join(flags.checkpointDir, "multiseed.pt"), "--checkpoint-dir");
  assertFolderWritable(join(flags.runRoot, "done.json"), "--run-root");
  const { normalize: normalization } = flags;
  const workspace = await openWorkspace({ flags, context, normalization, allParts: true });
  let inUse = true;
  try {
    const tasks = planMultiseed(workspace, options);
    const { commandLine } = context;
    if (isWorker()) {
      return await serveTasks(
        tasks,
        (task, events, signal) =>
          runTask(workspace, task, { ...options, commandLine, events, signal }),
        context.signal,
      );
    }
    if (flags.jobs > 1) {
      // The device's memory is for the workers.
      workspace.destroy();
      inUse = false;
    }
    const { failures } = await train(workspace, tasks, options, flags, context, started);
    if (failures.length > 0) {
      const list = failures.map(({ task }) => taskTitle(task)).join("; ");
      throw new UserError(
        `${failures.length} of ${options.seeds.length * options.configurations.length} runs ` +
          `failed: ${list}. The same command tries them again: ${context.commandLine}`,
      );
    }
  } finally {
    if (inUse) workspace.destroy();
  }
}

/** Prints, trains, writes. */
async function train(
  workspace: Workspace,
  tasks: readonly MultiseedTask[],
  options: MultiseedOptions,
  flags: MultiseedFlags,
  context: CommandContext,
  started: number,
): Promise<MultiseedOutcome> {
  const { set } = workspace;
  const { commandLine } = context;
  const facts = { options, quick: flags.quick, data: set.source, classes: set.classNames };
  const write = (outcome: MultiseedOutcome) =>
    writeFileAtomically(
      flags.out,
      JSON.stringify(describeMultiseed(outcome, facts), null, 2) + "\n",
    );
  const timed = new Map(tasks.map((task) => [task, timedTask(task, workspace, options)]));
  let times = new TaskTimes<TimedTask>([]);
  const workers = flags.jobs > 1
    ? Array.from(
      { length: flags.jobs },
      () => new MultiseedWorker(ownCommand("train-multiseed", context.args), context.signal),
    )
    : undefined;
  const here = {
    run: (task: MultiseedTask, events: object) =>
      runTask(workspace, task, { ...options, commandLine, events, signal: context.signal }),
  };
  const done = new Map<MultiseedTask, number>(); // epochs
  const working = new Set<MultiseedTask>();
  using progress = new Progress({
    label: "Training",
    total: 1,
    unit: "epochs",
    left: () => times.secondsLeft,
  });
  const show = () =>
    progress.update(
      [...done.values()].reduce((sum, epochs) => sum + epochs, 0),
      [...working].map(taskTitle).join(" | "),
    );
  try {
    const outcome = await runTasks(tasks, workers ?? [here], {
      signal: context.signal,
      events: {
        async planned(pending, outcome) {
          const left = pending.filter(({ kind }) => kind === "classifier").length;
          const all = tasks.filter(({ kind }) => kind === "classifier").length;
          printSettings([
            ["Command", "train-multiseed"],
            ...workspaceSettings(workspace),
            ...describeOptions(options, flags),
            ["Runs", `${all}` + (left < all ? `, of which ${all - left} are done` : "")],
          ]);
          times = new TaskTimes(pending.map((task) => timed.get(task)!), { jobs: flags.jobs });
          progress.update(
            0,
            undefined,
            pending.reduce((sum, task) => sum + task.epochs, 0),
          );
          for (const run of outcome.runs) progress.log(`${runLine(run)}  done before`);
          if (outcome.runs.length > 0) await write(outcome);
        },
        started(task) {
          working.add(task);
          times.started(timed.get(task)!);
          show();
        },
        progress(task, epochs) {
          done.set(task, epochs);
          times.progress(timed.get(task)!, epochs);
          show();
        },
        warning: (task, text) => progress.log(`${taskTitle(task)}: ${text}`),
        async ended(task, error, outcome) {
          working.delete(task);
          times.ended(timed.get(task)!);
          done.set(task, task.epochs);
          show();
          if (error !== undefined) progress.log(`${taskTitle(task)}: failed. ${error}`);
          if (task.kind === "pretraining") {
            if (error === undefined) progress.log(`${taskTitle(task)}: ${task.out}`);
            return;
          }
          const run = outcome.runs.find((run) => run.task === task);
          if (run) progress.log(runLine(run));
          await write(outcome);
        },
      },
    });
    progress.finish();
    printOutcome(outcome, options, flags, context, started);
    return outcome;
  } catch (error) {
    if (context.signal.aborted) throw stoppedToRepeat(context);
    throw error;
  } finally {
    await Promise.all((workers ?? []).map((worker) => worker.close()));
  }
}

/** A task with what it costs, as long as nothing is measured. */
function timedTask(
  task: MultiseedTask,
  { split: { train, validation, test } }: Workspace,
  { labelFraction }: MultiseedOptions,
): TimedTask {
  const kind = task.kind === "pretraining" ? task.method : "classifier";
  const trained = task.kind === "pretraining" ? train.length : labelFraction * train.length;
  return {
    kind,
    epochs: task.epochs,
    epochCost: epochCost(kind, { trained, validated: validation.length }),
    // Probes and metrics look at every record about twice.
    overheadCost: 2 * (train.length + validation.length + test.length),
  };
}

function readOptions(flags: MultiseedFlags, given: ReadonlySet<string>): MultiseedOptions {
  const { method: methods, loss, balanceStrategy, quick } = flags;
  const seeds = flags.seeds ?? (quick ? SEEDS.slice(0, QUICK_SEEDS) : SEEDS);
  assertEachOnce({ seeds, method: methods });
  const pretraining = ["pretrain-epochs", "pretrain-batch-size", "pretrain-once"]
    .find((name) => given.has(name));
  if (pretraining !== undefined && methods.every((method) => method === "supervised")) {
    throw new UsageError(
      `--${pretraining} is for methods that pretrain: give one of them with --method, or leave it`,
    );
  }
  const documented = loss === undefined && balanceStrategy === undefined;
  const configurations = methods.flatMap((method): MultiseedConfiguration[] => {
    const own: MultiseedConfiguration = {
      method,
      loss: loss ?? "focal",
      balancing: balanceStrategy ?? "oversample",
    };
    return method === "supervised" && documented
      ? [{ method, loss: "bce", balancing: "standard" }, own]
      : [own];
  });
  return {
    configurations,
    seeds,
    labelFraction: flags.labelFraction,
    epochs: flags.epochs ?? (quick ? 5 : 30),
    batchSize: flags.batchSize,
    learningRate: flags.lr,
    pretraining: {
      epochs: flags.pretrainEpochs ?? (quick ? 5 : 20),
      ...(flags.pretrainBatchSize === undefined ? {} : { batchSize: flags.pretrainBatchSize }),
      once: flags.pretrainOnce,
    },
    folder: flags.runRoot,
    checkpointFolder: flags.checkpointDir,
  };
}

function describeOptions(
  options: MultiseedOptions,
  flags: MultiseedFlags,
): [string, string | undefined][] {
  const { configurations, seeds, pretraining, learningRate } = options;
  const pretrained = configurations.flatMap(({ method }) => method === "supervised" ? [] : method);
  const batches = pretrained.map((method) =>
    `${method} with batch ${pretraining.batchSize ?? METHODS[method].batchSize}`
  );
  return [
    ["Configurations", configurations.map(configurationName).join(", ")],
    ["Seeds", seeds.join(", ")],
    ["Labels", `${Number((100 * options.labelFraction).toFixed(4))} % of the training records`],
    [
      "Pretraining",
      pretrained.length === 0
        ? undefined
        : `${pretraining.epochs} epochs, ${batches.join(", ")}, Adam ${learningRate}; ` +
          (pretraining.once ? `one encoder, of seed ${seeds[0]}` : "an encoder a seed"),
    ],
    [
      "Training",
      `${options.epochs} epochs, batch ${options.batchSize}, Adam ${learningRate}; the epoch with ` +
      "the best macro AUROC on fold 9",
    ],
    ["Processes", flags.jobs > 1 ? String(flags.jobs) : undefined],
    ["Run folders", options.folder],
  ];
}

function runLine({ task, result: { validation, test, best_epoch } }: MultiseedRun): string {
  return `${taskTitle(task)}  validation AUROC ${score(validation.auroc_macro)}  ` +
    `test AUROC ${score(test.auroc_macro)}  F1 ${score(test.f1_macro)}  ` +
    `best epoch ${best_epoch} of ${task.epochs}`;
}

function printOutcome(
  { runs, failures }: MultiseedOutcome,
  { configurations, checkpointFolder, folder }: MultiseedOptions,
  flags: MultiseedFlags,
  context: CommandContext,
  started: number,
): void {
  const names = configurations.map(configurationName).filter((name) =>
    runsOf(runs, name).length > 0
  );
  if (names.length > 0) {
    console.log("\nMean ± SD over the seeds, with the 95 % t interval of the mean\n");
    console.log(
      renderTable(
        ["configuration", "fold", "n", "AUROC", "interval", "F1", "interval"],
        names.flatMap((name) => {
          const own = summarizeConfiguration(runsOf(runs, name));
          return [
            [name, "validation", String(own.n_seeds), ...cells(own.validation)],
            [name, "test", String(own.n_seeds), ...cells(own)],
          ];
        }),
      ) + "\n",
    );
  }
  const test = significanceOf(runs, names);
  if (test) {
    const { configurations: [first, second], mean_difference, n } = test;
    console.log(
      `Test AUROC of ${second} minus ${first}, paired by seed: ` +
        `${mean_difference < 0 ? "" : "+"}${mean_difference.toFixed(4)}, ` +
        `t ${score(test.t_statistic, 2)}, p ${test.p_value.toPrecision(2)}, ` +
        `d ${score(test.cohens_d, 2)}, n = ${n} seeds\n`,
    );
  }
  printSettings([
    ["Results", flags.out],
    ["Checkpoints", join(checkpointFolder, "multiseed_*.pt")],
    ["Run folders", folder],
    ["Time", formatDuration((performance.now() - started) / 1000)],
    [
      "Next",
      failures.length > 0
        ? undefined
        : `${context.program} statistical-tests --results-dir ${quote(dirname(flags.out))}`,
    ],
  ]);
}

function cells({ auroc, f1 }: { auroc: MetricSummary; f1: MetricSummary }): string[] {
  return [auroc, f1].flatMap(({ mean, std, t_interval_95: [low, high] }) => [
    score(mean) + (std === null ? "" : ` ± ${std.toFixed(4)}`),
    low === null ? "n/a" : `${low.toFixed(4)} to ${score(high)}`,
  ]);
}

function score(value: number | null, decimals = 4): string {
  return formatScore(value ?? NaN, decimals);
}
