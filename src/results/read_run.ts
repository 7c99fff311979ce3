/** A run read back from its folder: settings, rows of metrics, result. */

import { existsSync } from "node:fs";
import { basename, join, relative } from "node:path";
import * as v from "valibot";
import type { JsonValue } from "../checkpoint/state_dict.ts";
import { UserError } from "../errors.ts";
import {
  CONFIG_FILE,
  isUnfinished,
  METRICS_FILE,
  type MetricsRow,
  metricsRow,
  RESULT_FILE,
  type RunConfig,
  runConfig,
  type RunResult,
  runResult,
} from "./run_files.ts";
import { check, readJson, readText } from "./schema/result_file.ts";

/**
 * `finished`: there is a result. `resumable`: it can continue after the last epoch that was saved.
 * `unfinished`: neither, because the run is in its first epochs or was killed there.
 */
export type RunState = "finished" | "resumable" | "unfinished";

/** A JSON object from a file. */
export type JsonObject = Readonly<Record<string, JsonValue>>;

/** What a run folder holds. */
export interface Run {
  readonly path: string;
  /** `config.json`. */
  readonly config: RunConfig;
  /** One row an epoch; of a pretraining also epoch 0, which has `probe_auroc` alone. */
  readonly epochRows: readonly MetricsRow[];
  /** One row a step. */
  readonly stepRows: readonly MetricsRow[];
  /** `result.json`; null while there is none. */
  readonly result: RunResult | null;
  readonly state: RunState;
}

/** True where a folder is one of a run, sound or damaged. */
export function isRunFolder(path: string): boolean {
  return existsSync(join(path, METRICS_FILE)) || existsSync(join(path, CONFIG_FILE));
}

/**
 * Reads a run. A last line of metrics that a kill has torn, or that is being written, is left out;
 * any other damage is an error.
 *
 * @throws {UserError} No such folder, not one of a run, or a file in it is damaged; says which
 */
export function readRun(path: string): Run {
  if (!existsSync(path)) {
    throw new UserError(`There is no folder ${path}: give the folder of a run`);
  }
  if (!isRunFolder(path)) {
    throw new UserError(
      `${path} is not the folder of a run: it has neither ${CONFIG_FILE} nor ${METRICS_FILE}`,
    );
  }
  const configPath = join(path, CONFIG_FILE);
  const config = readJson(configPath) as RunConfig; // in the order of the file
  check(runConfig, config, configPath);
  const rows = readRows(join(path, METRICS_FILE));
  const resultPath = join(path, RESULT_FILE);
  const result = existsSync(resultPath) ? check(runResult, readJson(resultPath), resultPath) : null;
  return {
    path,
    config,
    epochRows: rows.filter((row) => row.step === undefined),
    stepRows: rows.filter((row) => row.step !== undefined),
    result,
    state: result !== null ? "finished" : isUnfinished(path) ? "resumable" : "unfinished",
  };
}

/** One metric of all rows; NaN where a row has none or it is not defined. */
export function column(rows: readonly MetricsRow[], name: string): number[] {
  return rows.map((row) => typeof row[name] === "number" ? row[name] : NaN);
}

/** Epochs that have ended. */
export function epochsDone({ epochRows }: Pick<Run, "epochRows">): number {
  return epochRows.reduce((last, { epoch }) => Math.max(last, Number(epoch)), 0);
}

/** What cannot be read. */
export interface Damaged {
  readonly path: string;
  readonly reason: string;
}

/** Reads a file or folder; one that cannot be used is put on the list in place of an error. */
export function tryRead<T>(
  path: string,
  damaged: Damaged[],
  read: (path: string) => T,
): T | undefined {
  try {
    return read(path);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    damaged.push({ path, reason: error.message });
    return undefined;
  }
}

/** A folder of runs, looked through. */
export interface FoundRuns {
  /** In the order of their paths. */
  readonly runs: readonly Run[];
  readonly damaged: readonly Damaged[];
}

/**
 * Reads all runs under a folder, itself included. Links are not followed.
 *
 * @throws {UserError} When the folder is not there or cannot be read
 */
export function findRuns(root: string): FoundRuns {
  const runs: Run[] = [];
  const damaged: Damaged[] = [];
  const visit = (path: string) => {
    if (isRunFolder(path)) {
      const run = tryRead(path, damaged, readRun);
      if (run) runs.push(run);
    }
    for (const folder of foldersIn(path)) tryRead(folder, damaged, visit);
  };
  visit(root);
  return { runs, damaged };
}

/** A run's name in a list: its path within the folder that is listed. */
export function runName(root: string, path: string): string {
  return relative(root, path).replaceAll("\\", "/") || basename(path);
}

function foldersIn(path: string): string[] {
  try {
    return [...Deno.readDirSync(path)].filter(({ isDirectory }) => isDirectory)
      .map(({ name }) => join(path, name)).sort();
  } catch (error) {
    throw new UserError(`Cannot read the folder ${path}: ${(error as Error).message}`);
  }
}

function readRows(path: string): MetricsRow[] {
  const lines = readText(path).split("\n");
  // What follows the last line break is a line that was being written.
  const torn = lines.pop()!;
  const rows = torn === "" ? lines : [...lines, torn];
  return rows.flatMap((line, i) => {
    const row = parseRow(line);
    if (row !== undefined) return [row];
    if (i === lines.length) return [];
    throw new UserError(`Cannot use ${path}: line ${i + 1} is not a row of metrics`);
  });
}

function parseRow(line: string): MetricsRow | undefined {
  try {
    return v.parse(metricsRow, JSON.parse(line));
  } catch {
    return undefined; // the caller names the line
  }
}
