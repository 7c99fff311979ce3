/** Runs an experiment and shows it: settings, a bar over all epochs, a line a run, what failed. */

import { UsageError, UserError } from "../errors.ts";
import { type Cell, Experiment } from "../experiments/experiment.ts";
import { TimeLeft } from "../experiments/time_left.ts";
import type { Workspace } from "../runs/workspace.ts";
import { formatDuration, formatScore } from "../text/format.ts";
import { advised } from "./advice.ts";
import { epochLabel, printSettings, type Settings, stoppedToRepeat } from "./console.ts";
import type { CommandContext } from "./flags/command.ts";
import { ownCommand } from "./flags/own_command.ts";
import { Progress } from "./progress.ts";
import { isWorker, ProcessRunner, serveCells } from "./workers.ts";

/** What a command makes of an experiment. */
export interface ExperimentCommand<C extends Cell> {
  /** Name of the command. */
  readonly name: string;
  /** With the command line that continues the experiment. */
  readonly context: CommandContext;
  /** Processes; default 1, this one. */
  readonly jobs?: number;
  /** Ends with the first failure; else the others are run, and what failed is listed. */
  readonly stopAtFailure?: boolean;
  /** Prints a line an epoch. */
  readonly epochLines?: boolean;
  open(): Promise<Workspace>;
  plan(workspace: Workspace): readonly C[] | Promise<readonly C[]>;
  settings(workspace: Workspace, experiment: Experiment<C>): Settings;
  /** What is printed of a cell that is done. */
  line(cell: C, experiment: Experiment<C>): string;
  /** Writes the results so far, whenever there are more. */
  write?(experiment: Experiment<C>, workspace: Workspace): Promise<void>;
  /**
   * Writes and shows all results.
   *
   * @param time How long it took, a line for the table
   * @returns The last table of settings
   */
  finish(
    experiment: Experiment<C>,
    workspace: Workspace,
    time: Settings[number],
  ): Settings | Promise<Settings>;
}

/** Runs the command, or in a worker process the cells it is told. */
export async function runExperiment<C extends Cell>(command: ExperimentCommand<C>): Promise<void> {
  const { name, context, jobs = 1, stopAtFailure } = command;
  const started = performance.now();
  const workspace = await command.open();
  let inUse = true;
  try {
    const cells = await command.plan(workspace);
    if (isWorker()) return await serveCells(cells, context);
    const experiment = await Experiment.open(cells);
    printSettings([["Command", name], ...command.settings(workspace, experiment)]);
    if (jobs > 1) {
      // The device's memory is for the workers.
      workspace.destroy();
      inUse = false;
    }
    await runCells(command, experiment, workspace);
    const seconds = (performance.now() - started) / 1000;
    printSettings(
      await command.finish(experiment, workspace, ["Time", formatDuration(seconds)]),
    );
    const failed = experiment.failures.filter(({ auxiliary }) => !auxiliary);
    if (failed.length > 0) {
      throw new UserError(
        `${failed.length} of ${cells.filter(({ auxiliary }) => !auxiliary).length} runs failed: ` +
          `${failed.map(({ title }) => title).join("; ")}. The same command tries them again: ` +
          context.commandLine,
      );
    }
  } catch (error) {
    if (context.signal.aborted) throw stoppedToRepeat(context);
    if (!stopAtFailure || !(error instanceof UserError) || error instanceof UsageError) throw error;
    throw new UserError(
      `${
        advised(error.message, error.facts)
      }. What is done is kept; when that is put right, the same command ` +
        `continues: ${context.commandLine}`,
      undefined,
      { cause: error },
    );
  } finally {
    if (inUse) workspace.destroy();
  }
}

async function runCells<C extends Cell>(
  { name, context, jobs = 1, stopAtFailure, epochLines, ...command }: ExperimentCommand<C>,
  experiment: Experiment<C>,
  workspace: Workspace,
): Promise<void> {
  const { pending } = experiment;
  const time = new TimeLeft(pending.map(({ work }) => work!), { jobs });
  using progress = new Progress({
    label: "Training",
    total: pending.reduce((sum, { work }) => sum + work!.epochs, 0),
    unit: "epochs",
    left: () => time.seconds,
  });
  const epochs = new Map<C, number>();
  const working = new Map<C, string>();
  const show = () =>
    progress.update(
      [...epochs.values()].reduce((sum, done) => sum + done, 0),
      [...working.values()].join(" | "),
    );
  const done = experiment.cells.filter((cell) => experiment.isDone(cell) && !cell.auxiliary);
  for (const cell of done) progress.log(`${command.line(cell, experiment)}  done before`);
  if (done.length > 0) await command.write?.(experiment, workspace);
  await using workers = new AsyncDisposableStack();
  const runners = jobs === 1 ? undefined : Array.from(
    { length: jobs },
    () => workers.use(new ProcessRunner(ownCommand(name, context.args))),
  );
  await experiment.run({
    runners,
    stopAtFailure,
    signal: context.signal,
    commandLine: context.commandLine,
    events: {
      started(cell) {
        working.set(cell, cell.title);
        time.started(cell.work!);
        if (epochLines) progress.log(cell.title);
        show();
      },
      reported(cell, event) {
        if (event.kind === "warning") return progress.log(`${cell.title}: ${event.text}`);
        const { loss } = event;
        if (event.kind === "progress") {
          const resumed = epochLines && event.epochs >= 1 && !epochs.has(cell);
          if (resumed) progress.log(`continues after epoch ${event.epochs}`);
          epochs.set(cell, event.epochs);
          time.progress(cell.work!, event.epochs);
        } else if (epochLines) {
          const { epoch, validation, best } = event;
          const score = (value: number) => formatScore(value, 4);
          progress.log(
            `${epochLabel(epoch, cell.work!.epochs)}  loss ${score(event.loss)}` +
              (validation
                ? `  validation loss ${score(validation.loss)}  AUROC ` +
                  `${score(validation.auroc_macro)}  F1 ${score(validation.f1_macro)}`
                : "") +
              (best ? "  best" : ""),
          );
        }
        if (loss !== undefined) working.set(cell, `${cell.title}, loss ${loss.toFixed(4)}`);
        show();
      },
      async ended(cell) {
        working.delete(cell);
        time.ended(cell.work!);
        epochs.set(cell, cell.work!.epochs);
        show();
        const error = experiment.error(cell);
        const again = experiment.isFresh(cell) ? "" : "  done before";
        progress.log(
          error
            ? `${cell.title}: failed. ${advised(error.message, error.facts)}`
            : command.line(cell, experiment) + again,
        );
        await command.write?.(experiment, workspace);
      },
    },
  });
}
