/**
 * Everything under `results/`, found by what files hold rather than by their names, for
 * reports and figures.
 */

import { existsSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { UserError } from "../../errors.ts";
import { type Damaged, findRuns, isRunFolder, type Run, tryRead } from "../read_run.ts";
import { CONFIG_FILE, RESULT_FILE } from "../run_files.ts";
import { RESULT_KINDS, statisticalTestResults } from "../schema/kinds.ts";
import { readResult, type RecognizedResult, recognizeResult } from "../schema/result_file.ts";
import {
  readTestPredictions,
  TEST_PREDICTIONS_FILE,
  type TestPredictions,
} from "../test_predictions.ts";

/** A JSON file of results, of any kind. */
export type ResultFile = RecognizedResult<typeof RESULT_KINDS[number]>;

/** A file of one kind. */
export type FileOf<Kind extends ResultFile["kind"]> = Extract<ResultFile, { kind: Kind }>;

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
  readonly statistics: FileOf<"statistical-tests"> | undefined;
  readonly damaged: readonly Damaged[];
}

/** Larger JSON files hold no results of this program. */
const LARGEST_JSON = 64 * 2 ** 20;

/**
 * Reads everything under a folder. A folder that is not there counts as empty; a file that cannot be
 * read is listed as damaged and stops nothing.
 *
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
  const there = existsSync(root);
  if (there && !Deno.statSync(root).isDirectory) {
    throw new UserError(`${root} is not a folder: give the one that the commands wrote results to`);
  }
  const found = there ? findRuns(root) : { runs: [], damaged: [] };
  const damaged = [...found.damaged];
  const files = (there ? jsonFiles(root) : []).flatMap((path) =>
    tryRead(path, damaged, (path) => recognizeResult(path, RESULT_KINDS)) ?? []
  );
  const predictions = new Map<string, TestPredictions>();
  for (const { path } of found.runs) {
    if (!existsSync(join(path, TEST_PREDICTIONS_FILE))) continue;
    const read = tryRead(path, damaged, readTestPredictions);
    if (read) predictions.set(path, read);
  }
  return {
    root,
    files,
    runs: found.runs,
    predictions,
    statistics: existsSync(statistics)
      ? tryRead(statistics, damaged, (path) => ({
        path,
        kind: statisticalTestResults.kind,
        content: readResult(path, statisticalTestResults),
      }))
      : undefined,
    damaged,
  };
}

/** The files of one kind. */
export function filesOf<Kind extends ResultFile["kind"]>(
  { files }: Pick<ResultsFolder, "files">,
  kind: Kind,
): FileOf<Kind>[] {
  return files.filter((file): file is FileOf<Kind> => file.kind === kind);
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
    const own = name === CONFIG_FILE || name === RESULT_FILE;
    if (!isFile || !name.endsWith(".json") || (own && isRunFolder(folder))) return [];
    return Deno.statSync(path).size <= LARGEST_JSON ? [path] : [];
  });
}
