/** Loads one's own data set: a CSV file of paths and labels, and the records it names. */

import { dirname } from "node:path";
import { UserError } from "../../errors.ts";
import { parseLabelsTable } from "./labels_table.ts";
import { type AnyFormatOptions, loadTable, readText, shapeOf } from "../reading/load_table.ts";
import { countClasses, type RecordSet } from "../signals/record_set.ts";

/** Options of {@linkcode loadLabelsCsv}. */
export interface LabelsCsvOptions extends AnyFormatOptions {
  /** Folder that the paths are relative to. Default: the folder of the table. */
  readonly root?: string;
  /** What the set calls itself. Default `Own data`. */
  readonly name?: string;
}

/**
 * Loads a data set from a table with the column `path`, a column of 0 and 1 for each class, and
 * perhaps `ecg_id`, `patient` and `fold`; see `parseLabelsTable`. A path names a WFDB record, a
 * `.mat` or a `.csv` file, as for `readEcgSync`. The classes are the names of the label columns in their
 * order.
 *
 * Without `fold`, patients are distributed over folds 1 to 10 by iterative stratification. Records
 * of another rate are resampled. A record that is missing or damaged is left out and listed in
 * `quarantined`. The read set is cached like PTB-XL.
 *
 * @throws {UserError} where the table is not valid, no record can be read, or none of a class; with
 *   `strict` also for the first damaged record
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { LEADS, loadLabelsCsv } from "ssrl-ecg";
 * const folder = Deno.makeTempDirSync();
 * const row = LEADS.map(() => 0.25).join();
 * Deno.writeTextFileSync(`${folder}/a.csv`, `${LEADS.join()}\n${`${row}\n`.repeat(1000)}`);
 * Deno.writeTextFileSync(`${folder}/labels.csv`, "path,fold,AF\na.csv,9,1\n");
 * const set = await loadLabelsCsv(`${folder}/labels.csv`, { sourceRate: 100, cache: false });
 * assert(set.classNames[0] === "AF" && set.folds[0] === 9 && set.samples[0] === 250);
 * ```
 */
export async function loadLabelsCsv(
  path: string,
  options: LabelsCsvOptions = {},
): Promise<RecordSet> {
  const { root = dirname(path), seed = 42, name = "Own data" } = options;
  const set = await loadTable({
    loader: `table ${path}, seed ${seed}`,
    name,
    shown: path,
    root,
    shape: shapeOf(options),
    tables: [path],
    readTable: () => {
      const fail = (message: string) =>
        new UserError(`${message}. Give a CSV file of paths and labels`);
      return parseLabelsTable(readText(path, fail), path, seed);
    },
    keepFiles: true,
    fail: (message, facts) =>
      new UserError(
        `${message}. Correct the paths in ${path}, which are relative to ${root}`,
        facts,
      ),
  }, options);
  const counts = countClasses(set.labels, set.classNames.length);
  const lost = set.classNames.filter((_, c) => counts[c] === 0);
  if (lost.length > 0) {
    throw new UserError(
      `Cannot train on ${path}: all records of class ${lost.join(", ")} are damaged or missing. ` +
        `The first record left out: ${set.quarantined[0].reason}`,
    );
  }
  return set;
}
