/**
 * Loads PTB-XL, or any cohort in its layout, into memory.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { programName } from "../../text/program_name.ts";
import { UserError } from "../../errors.ts";
import {
  type LoadOptions,
  loadTable,
  readText,
  type RecordTable,
  shapeOf,
  sourceName,
} from "../reading/load_table.ts";
import { parsePtbXlTable } from "./ptb_xl_table.ts";
import { CLASS_NAMES, type RecordSet } from "../signals/record_set.ts";
import { parseScpStatements, setSuperclasses } from "./scp_labels.ts";

/** Options of {@linkcode loadPtbXl}. */
export interface PtbXlOptions extends LoadOptions {
  /** 100 reads `filename_lr`, 500 reads `filename_hr`, Hz. Default 100. */
  readonly samplingRate?: 100 | 500;
  /** Samples to keep of each record, T. Default: 10 s. */
  readonly signalLength?: number;
  /** What the set calls itself. Default `PTB-XL`. */
  readonly name?: string;
  /** Marks the set as made by a program. */
  readonly synthetic?: boolean;
}

/**
 * Loads PTB-XL: `ptbxl_database.csv`, `scp_statements.csv` and the records they name.
 *
 * A record that is missing, truncated, damaged, or does not match its checksum is left out and
 * listed in `quarantined`. The read set is kept in one cache file, so the second start is quick; the
 * cache is rebuilt when a table or a record file changes its size or time of change.
 *
 * @param root Folder with both tables and `records100` or `records500`
 * @throws {UserError} where a table or a column is missing, a row is not valid, an SCP code is not
 *   known, no record can be read; with `strict` also for the first damaged record
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { loadPtbXl } from "ssrl-ecg";
 * async function trainingRecords() {
 *   const set = await loadPtbXl("data/PTB-XL", { samplingRate: 100 });
 *   return set.folds.filter((fold) => fold <= 8).length;
 * }
 * assert(typeof trainingRecords === "function");
 * ```
 */
export async function loadPtbXl(root: string, options: PtbXlOptions = {}): Promise<RecordSet> {
  const { name = "PTB-XL", synthetic = false, samplingRate = 100 } = options;
  if (samplingRate !== 100 && samplingRate !== 500) {
    throw new UserError(`Cannot read PTB-XL at ${samplingRate} Hz: give 100 or 500`);
  }
  const { signalLength } = shapeOf(options);
  const tables = [`${root}/ptbxl_database.csv`, `${root}/scp_statements.csv`] as const;
  const fetch = `${programName()} fetch-ptbxl` + (samplingRate === 500 ? " --resolution 500" : "");
  const advice = `Point --data-root at a folder in PTB-XL's layout, or bring the records with ` +
    `"${fetch}"`;
  const set = await loadTable({
    loader: "PTB-XL",
    root,
    samplingRate,
    signalLength,
    resample: false,
    tables,
    readTable: () => readPtbXlTable(tables, samplingRate, advice),
    keepFiles: false,
    advice,
  }, options);
  return { ...set, source: sourceName(name, set.ids.length, root), synthetic };
}

function readPtbXlTable(
  [tablePath, statementsPath]: readonly [string, string],
  samplingRate: 100 | 500,
  advice: string,
): RecordTable {
  const rows = parsePtbXlTable(readText(tablePath, advice), samplingRate, tablePath);
  const statements = parseScpStatements(readText(statementsPath, advice), statementsPath);
  const labels = new Float32Array(rows.length * CLASS_NAMES.length);
  rows.forEach((row, i) => {
    const target = labels.subarray(i * CLASS_NAMES.length, (i + 1) * CLASS_NAMES.length);
    setSuperclasses(row.codes.keys(), statements, target, `${tablePath}, ecg_id ${row.id}`);
  });
  return { rows, labels, classNames: CLASS_NAMES };
}

/** True where `dataRoot` looks like PTB-XL. */
export function hasPtbXl(dataRoot: string): boolean {
  return existsSync(`${dataRoot}/ptbxl_database.csv`);
}
