/**
 * Everything that lies under `results/`, found by what files hold rather than by their names, for
 * reports and figures.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { UserError } from "../../errors.ts";
import { findRuns, isRunFolder, type JsonObject, type Run } from "../read_run.ts";
import {
  readTestPredictions,
  TEST_PREDICTIONS_FILE,
  type TestPredictions,
} from "../test_predictions.ts";

/** Kinds of JSON files, by the command that writes them. */
export type ResultKind =
  | "train-multiseed"
  | "label-scarcity"
  | "ablation"
  | "evaluate"
  | "robustness"
  | "linear-probe"
  | "knn-probe"
  | "transfer-mitbih";

/** A JSON file of results. */
export interface ResultFile {
  readonly path: string;
  readonly kind: ResultKind;
  readonly content: JsonObject;
}

/** What cannot be read. */
export interface Damaged {
  readonly path: string;
  readonly reason: string;
}

/** What {@linkcode readResultsFolder} finds. */
export interface ResultsFolder {
  readonly root: string;
  /** In the order of their paths. */
  readonly files: readonly ResultFile[];
  /** All runs, in the order of their paths. */
  readonly runs: readonly Run[];
  /** By the path of the run's folder. */
  readonly predictions: ReadonlyMap<string, TestPredictions>;
  /** `statistical_tests.json`; undefined where there is none. */
  readonly statistics: { readonly path: string; readonly content: JsonObject } | undefined;
  readonly damaged: readonly Damaged[];
}

/** Larger JSON files hold no results of this program. */
const LARGEST_JSON = 64 * 2 ** 20;

/**
 * Reads what lies under a folder. A folder that is not there counts as empty; a file that cannot be
 * read is listed as damaged and stops nothing.
 *
 * @param root Usually `results`
 * @param statistics Path of `statistical_tests.json`
 * @throws {UserError} When `root` is no folder.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { readResultsFolder } from "ssrl-ecg";
 * const folder = Deno.makeTempDirSync();
 * Deno.writeTextFileSync(`${folder}/a.json`, `{"label_scarcity": {}, "seeds": [42]}`);
 * Deno.writeTextFileSync(`${folder}/b.json`, `{"label_sca`);
 * const { files, damaged } = readResultsFolder(folder, `${folder}/none.json`);
 * assert(files[0].kind === "label-scarcity" && damaged.length === 1);
 * Deno.removeSync(folder, { recursive: true });
 * ```
 */
export function readResultsFolder(root: string, statistics: string): ResultsFolder {
  const damaged: Damaged[] = [];
  const files: ResultFile[] = [];
  if (existsSync(root) && !Deno.statSync(root).isDirectory) {
    throw new UserError(`${root} is not a folder: give the one that the commands wrote results to`);
  }
  const found = existsSync(root) ? findRuns(root) : { runs: [], damaged: [] };
  damaged.push(...found.damaged);
  for (const path of existsSync(root) ? jsonFiles(root) : []) {
    const content = tryRead(path, damaged, readJsonObject);
    const kind = content && kindOf(content);
    if (content && kind) files.push({ path, kind, content });
  }
  const predictions = new Map<string, TestPredictions>();
  for (const { path } of found.runs) {
    if (!existsSync(join(path, TEST_PREDICTIONS_FILE))) continue;
    const read = tryRead(path, damaged, readTestPredictions);
    if (read) predictions.set(path, read);
  }
  const tests = existsSync(statistics) ? tryRead(statistics, damaged, readJsonObject) : undefined;
  return {
    root,
    files,
    runs: found.runs,
    predictions,
    statistics: tests && { path: statistics, content: tests },
    damaged,
  };
}

/** The run whose folder was noted as `noted`, also where the results have been moved since. */
export function findNotedRun(
  { root, runs }: Pick<ResultsFolder, "root" | "runs">,
  noted: string,
): Run | undefined {
  const name = basename(noted);
  return runs.find(({ path }) => path === noted) ??
    runs.find(({ path }) => basename(path) === name && basename(dirname(path)) === "multiseed") ??
    runs.find(({ path }) => relative(root, path) === name);
}

/** JSON files outside the folders of runs, whose files have their own reader. */
function jsonFiles(folder: string): string[] {
  const entries = [...Deno.readDirSync(folder)].sort((a, b) => a.name < b.name ? -1 : 1);
  return entries.flatMap(({ name, isFile, isDirectory }) => {
    const path = join(folder, name);
    if (isDirectory) return jsonFiles(path);
    const own = name === "config.json" || name === "result.json";
    if (!isFile || !name.endsWith(".json") || (own && isRunFolder(folder))) return [];
    return Deno.statSync(path).size <= LARGEST_JSON ? [path] : [];
  });
}

function tryRead<T>(path: string, damaged: Damaged[], read: (path: string) => T): T | undefined {
  try {
    return read(path);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    damaged.push({ path, reason: error.message });
    return undefined;
  }
}

/** An object, or nothing where the file holds other JSON. */
function readJsonObject(path: string): JsonObject | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Deno.readTextFileSync(path));
  } catch (error) {
    throw new UserError(`Cannot read ${path}: ${(error as Error).message}`);
  }
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as JsonObject
    : undefined;
}

/** Keys by which a file is known. */
const MARKS: Readonly<Record<ResultKind, readonly string[]>> = {
  "train-multiseed": ["individual_results", "statistics", "seeds"],
  "label-scarcity": ["label_scarcity"],
  "ablation": ["reference", "deltas", "runs"],
  "robustness": ["checkpoint", "sweep"],
  "evaluate": ["checkpoint", "metrics", "per_class", "noise_std"],
  "linear-probe": ["probe", "trained", "random", "gain"],
  "knn-probe": ["probe", "trained", "random", "gain"],
  "transfer-mitbih": ["transfer_eval", "transfer"],
};

function kindOf(content: JsonObject): ResultKind | undefined {
  const kinds = Object.keys(MARKS) as ResultKind[];
  const kind = kinds.find((each) => MARKS[each].every((key) => key in content));
  return kind === "linear-probe" && content.command === "knn-probe" ? "knn-probe" : kind;
}
