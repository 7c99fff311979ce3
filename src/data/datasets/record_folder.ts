/** Loads any folder of WFDB records, without labels. */

import { existsSync } from "node:fs";
import { UserError } from "../../errors.ts";
import { assignFolds } from "../sampling/assign_folds.ts";
import {
  type AnyFormatOptions,
  loadTable,
  type RecordTable,
  shapeOf,
} from "../reading/load_table.ts";
import { CLASS_NAMES, type RecordSet } from "../signals/record_set.ts";
import { findHeaders, findRecords } from "../files/wfdb/find_records.ts";
import type { Dataset } from "./dataset.ts";
import { takeRecordFolderInventory } from "./record_folder_inventory.ts";

/** What makes a folder one of PTB-XL, even where its table is missing. */
const PTB_XL_PARTS = ["ptbxl_database.csv", "scp_statements.csv", "records100", "records500"];

/** What the project knows of folders of WFDB records. */
export const recordFolder: Dataset = {
  id: "records",
  name: "Records",
  description: "Any folder of WFDB or PhysioNet-challenge records, folders below included",
  mark: "folder with records",
  isIn: (folder) =>
    existsSync(folder) && !PTB_XL_PARTS.some((name) => existsSync(`${folder}/${name}`)) &&
    findHeaders(folder).names.length > 0,
  load: loadRecordFolder,
  takeInventory: takeRecordFolderInventory,
};

/** Options of {@linkcode loadRecordFolder}. */
export interface RecordFolderOptions extends Omit<AnyFormatOptions, "sourceRate" | "units"> {
  /** What the set calls itself. Default `Record folder`. */
  readonly name?: string;
}

/**
 * Loads a folder tree of WFDB records in any format, such as those of the PhysioNet challenges, for
 * pretraining: without labels, so all labels are zeros of PTB-XL's classes. Records are numbered
 * from 1 in the order of their paths, and every record counts as a patient of its own. Folds 1 to
 * 10 are drawn from the seed, equally large. `files` of the set names the records. Segments of
 * another record are no records.
 *
 * A record that is missing, damaged or lacks a lead is left out and listed in `quarantined`; records
 * of another rate are resampled. The read set is cached like PTB-XL.
 *
 * @throws {UserError} where there is no such folder, no record in it, or none that can be read; with
 *   `strict` also for the first damaged record
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { LEADS, loadRecordFolder, writeRecordSync } from "ssrl-ecg";
 * const root = Deno.makeTempDirSync();
 * writeRecordSync(root, {
 *   name: "A1",
 *   samplingRate: 500,
 *   signals: LEADS.map((description) => ({ description, gain: 1000, baseline: 0, units: "mV" })),
 *   samples: new Int16Array(5000 * 12),
 * });
 * const set = await loadRecordFolder(root, { samplingRate: 100, cache: false });
 * assert(set.signalLength === 1000 && set.resampled === 1 && set.files?.[0] === "A1");
 * ```
 */
export async function loadRecordFolder(
  root: string,
  options: RecordFolderOptions = {},
): Promise<RecordSet> {
  const { seed = 42, name = "Record folder" } = options;
  return await loadTable({
    loader: `folder, seed ${seed}`,
    name,
    shown: root,
    root,
    shape: shapeOf(options),
    tables: [],
    readTable: () => readFolder(root, seed),
    keepFiles: true,
    fail: (message, facts = { remedy: "record-folder" }) => new UserError(message, facts),
  }, options);
}

function readFolder(root: string, seed: number): RecordTable {
  const { names: records, folders } = findRecords(root);
  if (records.length === 0) {
    throw new UserError(
      `Cannot read the data set in ${root}: there is no WFDB record (.hea) in it or below it`,
    );
  }
  const labels = new Float32Array(records.length * CLASS_NAMES.length);
  const patients = Int32Array.from(records, (_, i) => i + 1);
  const folds = assignFolds({ patients, labels, classes: CLASS_NAMES.length, seed });
  return {
    rows: records.map((file, i) => ({ id: i + 1, patient: i + 1, fold: folds[i], file })),
    labels,
    classNames: CLASS_NAMES,
    folders,
  };
}
