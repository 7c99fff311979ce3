/** What the commands that train one network have in common: options, settings, progress, end. */

import { describeMemory } from "../runs/memory_use.ts";
import { defaultRunFolder } from "../runs/run_folder.ts";
import type { RunFacts } from "../runs/training_run.ts";
import type { Workspace } from "../runs/workspace.ts";
import { formatDuration, formatRate } from "../text/format.ts";
import { assertResumable, assertWritable, type Settings, stopped } from "./console.ts";
import type { CommandContext } from "./flags/command.ts";
import type { TrainingOptions } from "./flags/training_flags.ts";
import { Progress } from "./progress.ts";

/** The training of a command. */
export class CommandRun {
  readonly folder: string;
  readonly #started = performance.now();

  /** Checks where the run is to write. */
  constructor(
    command: string,
    readonly flags: Pick<TrainingOptions, "runDir" | "resume"> & { readonly out: string },
    readonly context: CommandContext,
  ) {
    assertWritable(flags.out, "--out");
    assertResumable(flags);
    this.folder = flags.runDir ?? defaultRunFolder(command);
  }

  /** Flags as options of the training, most of them under the same name. */
  options<Flags extends { readonly lr: number; readonly noShuffle: boolean }>(flags: Flags) {
    const { signal, commandLine } = this.context;
    const { lr: learningRate, noShuffle } = flags;
    const shuffle = !noShuffle;
    return { ...flags, learningRate, shuffle, runFolder: this.folder, signal, commandLine };
  }

  /** Last lines of the settings table. */
  settings({ memory, resumedAfter }: RunFacts): Settings {
    return [
      ["Device memory", describeMemory(memory)],
      ["Run folder", this.folder],
      ["Resumed", resumedAfter > 0 ? `after epoch ${resumedAfter}` : undefined],
    ];
  }

  /** Trains and gives the workspace back; after Ctrl-C the error says how to resume. */
  async run(
    label: string,
    workspace: Workspace,
    train: (progress: Progress) => Promise<void>,
  ): Promise<void> {
    try {
      using progress = new Progress({ label });
      await train(progress);
    } catch (error) {
      const { context, folder, flags } = this;
      throw context.signal.aborted ? stopped(context, folder, flags.resume) : error;
    } finally {
      workspace.destroy();
    }
  }

  /** Line of the summary. */
  throughput(recordsPerSecond: number): string {
    return `${formatRate(recordsPerSecond, "records")} in training, ` +
      `${formatDuration((performance.now() - this.#started) / 1000)} in all`;
  }
}

/** Shows the steps of all epochs as one bar. */
export function stepsOn(progress: Progress, epochs: number) {
  return (epoch: number, done: number, total: number, loss: number): void =>
    progress.update((epoch - 1) * total + done, `loss ${loss.toFixed(4)}`, epochs * total);
}
