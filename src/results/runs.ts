/** Runs in a list: what each was, how far it came, how good it is. */

import { join } from "node:path";
import { column, epochsDone, type Run, type RunState } from "./read_run.ts";
import { CONFIG_FILE, type MetricsRow } from "./run_files.ts";

/** A run in one line. Numbers that there are none of are NaN. */
export interface RunSummary {
  readonly path: string;
  readonly command: string;
  /** Method of a classifier; the command of a pretraining says it. */
  readonly method: string | null;
  readonly seed: number;
  readonly epochsDone: number;
  /** Epochs wanted. */
  readonly epochs: number;
  /**
   * Macro AUROC and F1. Of a finished classifier on the test fold, with the epoch chosen; of one in
   * progress on the validation fold, in the best epoch so far. Of a pretraining the linear probe's on
   * the test fold; in progress, the latest online probe's on the validation fold.
   */
  readonly auroc: number;
  readonly f1: number;
  /** Where `auroc` and `f1` come from; null where there are none. */
  readonly measuredOn: "test" | "validation" | "probe" | null;
  /** Mean training loss of the last epoch. */
  readonly loss: number;
  /** Seconds of training; probes and evaluations not included. */
  readonly seconds: number;
  readonly state: RunState;
  readonly started: Date;
}

/** Sums a run up. */
export function summarizeRun(run: Run): RunSummary {
  const { path, config, state } = run;
  return {
    path,
    command: config.command ?? "?",
    method: config.method ?? null,
    seed: config.seed ?? NaN,
    epochsDone: epochsDone(run),
    epochs: config.epochs ?? NaN,
    ...measure(run),
    ...trainingTotals(run),
    state,
    started: startOf(run),
  };
}

/** Loss of the last epoch, and seconds of all. */
export function trainingTotals(
  { epochRows }: Pick<Run, "epochRows">,
): Pick<RunSummary, "loss" | "seconds"> {
  const trained = epochRows.filter((row) => row.train_loss !== undefined);
  return {
    loss: column(trained, "train_loss").at(-1) ?? NaN,
    seconds: column(trained, "seconds").reduce((sum, each) => sum + each, 0),
  };
}

function measure(
  { epochRows, result }: Run,
): Pick<RunSummary, "auroc" | "f1" | "measuredOn"> {
  const test = result?.test;
  if (test) return { auroc: test.auroc_macro, f1: test.f1_macro, measuredOn: "test" };
  const probe = result?.probe?.test;
  if (probe) return { auroc: probe.auroc_macro, f1: probe.f1_macro, measuredOn: "probe" };
  const last = (test: (row: MetricsRow) => boolean, auroc: string) => {
    const row = epochRows.findLast(test);
    return row && { auroc: column([row], auroc)[0], f1: column([row], "f1_macro")[0] };
  };
  const best = last((row) => row.best === true, "auroc_macro");
  if (best) return { ...best, measuredOn: "validation" };
  const probed = last((row) => row.probe_auroc !== undefined, "probe_auroc");
  return probed ? { ...probed, measuredOn: "probe" } : { auroc: NaN, f1: NaN, measuredOn: null };
}

/** Numbers ascending, those that are not defined last. */
function ascending(a: number, b: number): number {
  return Number.isNaN(a) || Number.isNaN(b)
    ? Number(Number.isNaN(a)) - Number(Number.isNaN(b))
    : a - b;
}

const newest = (a: RunSummary, b: RunSummary) => b.started.getTime() - a.started.getTime();

const ORDERS = {
  started: newest,
  name: (a, b) => a.path.localeCompare(b.path, "en", { numeric: true }),
  command: (a, b) => a.command.localeCompare(b.command, "en"),
  seed: (a, b) => ascending(a.seed, b.seed),
  epochs: (a, b) => b.epochsDone - a.epochsDone,
  auroc: (a, b) => ascending(-a.auroc, -b.auroc),
  f1: (a, b) => ascending(-a.f1, -b.f1),
  loss: (a, b) => ascending(a.loss, b.loss),
  time: (a, b) => b.seconds - a.seconds,
} satisfies Record<string, (a: RunSummary, b: RunSummary) => number>;

/** What a list can be sorted by; the order of each is that in which one looks for it. */
export const RUN_ORDERS = Object.keys(ORDERS) as (keyof typeof ORDERS)[];

/**
 * Sorts runs: newest, most epochs, highest score and longest time first; names, commands, seeds and
 * losses ascending. What has no such number comes last; of equals the newer comes first.
 */
export function sortRuns(runs: readonly RunSummary[], order: keyof typeof ORDERS): RunSummary[] {
  return [...runs].sort((a, b) => ORDERS[order](a, b) || newest(a, b));
}

/** When the run began. Older runs do not say it: then when its settings were written. */
function startOf({ path, config }: Run): Date {
  const started = new Date(String(config.started));
  if (!Number.isNaN(started.getTime())) return started;
  return Deno.statSync(join(path, CONFIG_FILE)).mtime ?? new Date(0);
}
