/**
 * PTB-XL (Wagner et al., Scientific Data 7:154, 2020; doi 10.13026/kfzx-aw45), and any cohort in its
 * layout.
 */

import { existsSync } from "node:fs";
import type { DataSetFiles } from "../download/download.ts";
import { type ErrorFacts, UserError } from "../../errors.ts";
import {
  type AnyFormatOptions,
  type LoadOptions,
  loadTable,
  shapeOf,
} from "../reading/load_table.ts";
import { CLASS_NAMES, type RecordSet } from "../signals/record_set.ts";
import type { Dataset } from "./dataset.ts";
import { takePtbXlInventory } from "./ptb_xl_inventory.ts";
import { ptbXlTables, readPtbXlRows } from "./ptb_xl_table.ts";

/** The file that tells a synthetic cohort from the real data set, which it must never pass for. */
export const SYNTHETIC_MARKER = "SYNTHETIC.txt";

/** Version 1.0.3 as PhysioNet publishes it. */
const PTB_XL_URL = "https://physionet.org/files/ptb-xl/1.0.3/";

/** What the project knows of PTB-XL. */
export const ptbXl: Dataset = {
  id: "ptbxl",
  name: "PTB-XL",
  description: "Folder of PTB-XL",
  folder: "data/PTB-XL",
  mark: "ptbxl_database.csv",
  // The table comes last in a download: a half-filled folder is not taken for the data set.
  isIn: (folder) => existsSync(`${folder}/ptbxl_database.csv`),
  load: loadPtbXl,
  takeInventory: (folder, options) => takePtbXlInventory(folder, nameIn(folder), options),
  files: ptbXlFiles(100),
};

/** Options of {@linkcode loadPtbXl}. */
export interface PtbXlOptions extends LoadOptions, Pick<AnyFormatOptions, "signalLength"> {
  /** 100 reads `filename_lr`, 500 reads `filename_hr`, Hz. Default 100. */
  readonly samplingRate?: 100 | 500;
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
  const { samplingRate = 100 } = options;
  if (samplingRate !== 100 && samplingRate !== 500) {
    throw new UserError(`Cannot read PTB-XL at ${samplingRate} Hz: give 100 or 500`);
  }
  const fail = (message: string, facts?: ErrorFacts) =>
    new UserError(
      message,
      facts ?? { remedy: "fetch-dataset", id: "ptbxl", name: "PTB-XL", rate: samplingRate },
    );
  const set = await loadTable({
    loader: "PTB-XL",
    name: nameIn(root),
    shown: root,
    root,
    shape: { ...shapeOf(options), resample: false },
    tables: ptbXlTables(root),
    readTable: () => {
      const rows = readPtbXlRows(root, samplingRate, fail);
      const labels = new Float32Array(rows.length * CLASS_NAMES.length);
      rows.forEach(({ classes }, row) => {
        for (const c of classes) labels[row * CLASS_NAMES.length + c] = 1;
      });
      return { rows, labels, classNames: CLASS_NAMES };
    },
    keepFiles: false,
    fail,
  }, options);
  return { ...set, synthetic: existsSync(`${root}/${SYNTHETIC_MARKER}`) };
}

function nameIn(root: string): string {
  return existsSync(`${root}/${SYNTHETIC_MARKER}`) ? "Synthetic cohort" : "PTB-XL";
}

/**
 * Files of the wanted versions of the signals; tables and texts always belong to them.
 *
 * @throws {RangeError} for another resolution
 */
export function ptbXlFiles(resolution: 100 | 500 | "both"): DataSetFiles {
  if (resolution !== 100 && resolution !== 500 && resolution !== "both") {
    throw new RangeError(`Cannot download at ${resolution} Hz: need 100, 500 or "both"`);
  }
  return {
    url: PTB_XL_URL,
    ledger: ".fetch-ptbxl",
    wants: (name) =>
      resolution === "both" || !name.startsWith(`records${resolution === 100 ? 500 : 100}/`),
    isLast: (name) => name.endsWith(".csv"),
    versions: true,
    records: `records at ${resolution === "both" ? "100 or 500" : resolution} Hz`,
  };
}
