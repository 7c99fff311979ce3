/**
 * Loads any folder of WFDB records, without labels.
 *
 * @module
 */

import { UserError } from "../errors.ts";
import { assignFolds } from "./assign_folds.ts";
import {
  type AnyFormatOptions,
  loadTable,
  type RecordTable,
  shapeOf,
  sourceName,
} from "./load_table.ts";
import { CLASS_NAMES, type RecordSet } from "./record_set.ts";
import { fileErrorReason } from "./wfdb/file_source.ts";
import { parseHeader } from "./wfdb/header.ts";

/** Options of {@linkcode loadRecordFolder}. */
export interface RecordFolderOptions extends Omit<AnyFormatOptions, "sourceRate" | "units"> {
  /** What the set calls itself. Default `Record folder`. */
  readonly name?: string;
}

/** What a folder tree holds. */
export interface FoundRecords {
  /** Record paths below the root without extension, sorted. */
  readonly records: readonly string[];
  /** Every folder of the tree with a slash at its end; empty for the root. */
  readonly folders: readonly string[];
}

/**
 * Finds the WFDB records in a folder and all folders below it: every header (`.hea`), except those of
 * the segments of another record. Names that begin with a dot are passed over, and links to folders.
 *
 * @throws {UserError} where the root cannot be listed
 *
 * @example
 * ```ts
 * import { findRecords } from "ssrl-ecg/src/data/record_folder.ts";
 * const root = Deno.makeTempDirSync();
 * Deno.mkdirSync(`${root}/g1`);
 * Deno.writeTextFileSync(`${root}/g1/A1.hea`, "A1 0 500 0");
 * console.assert(findRecords(root).records.join() === "g1/A1");
 * ```
 */
export function findRecords(root: string): FoundRecords {
  const records: string[] = [];
  const segments = new Set<string>();
  const folders: string[] = [];
  const waiting = [""];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    folders.push(folder);
    let entries: Deno.DirEntry[];
    try {
      entries = [...Deno.readDirSync(`${root}/${folder}`)];
    } catch (error) {
      // A folder below that is closed to us may hold anything; the root must be open.
      if (folder !== "") continue;
      throw new UserError(
        `Cannot read the data set in ${root}: ${
          error instanceof Deno.errors.NotFound ? "there is no such folder" : fileErrorReason(error)
        }`,
      );
    }
    for (const { name, isDirectory } of entries) {
      if (name.startsWith(".")) continue;
      if (isDirectory) waiting.push(`${folder}${name}/`);
      else if (name.endsWith(".hea")) {
        records.push(folder + name.slice(0, -".hea".length));
        for (const segment of segmentsOf(`${root}/${folder}${name}`)) {
          segments.add(folder + segment);
        }
      }
    }
  }
  return {
    records: records.filter((record) => !segments.has(record)).sort(),
    folders: folders.sort(),
  };
}

/** Names of the segments of a multi-segment record; none where the header cannot be read. */
function segmentsOf(path: string): string[] {
  try {
    return (parseHeader(Deno.readTextFileSync(path)).segments ?? []).map(({ name }) => name);
  } catch {
    return []; // reading the record will say why
  }
}

/**
 * Loads a folder tree of WFDB records in any format, such as those of the PhysioNet challenges, for
 * pretraining: without labels, so all labels are zeros of PTB-XL's classes. Records are numbered
 * from 1 in the order of their paths, and every record counts as a patient of its own. Folds 1 to
 * 10 are drawn from the seed, equally large. `files` of the set names the records.
 *
 * A record that is missing, damaged or lacks a lead is left out and listed in `quarantined`; records
 * of another rate are resampled. The read set is cached like PTB-XL.
 *
 * @param root The folder
 * @throws {UserError} where there is no such folder, no record in it, or none that can be read; with
 *   `strict` also for the first damaged record
 *
 * @example
 * ```ts
 * import { LEADS, loadRecordFolder, writeRecord } from "ssrl-ecg";
 * const root = Deno.makeTempDirSync();
 * writeRecord(root, {
 *   name: "A1",
 *   samplingRate: 500,
 *   signals: LEADS.map((description) => ({ description, gain: 1000, baseline: 0, units: "mV" })),
 *   samples: new Int16Array(5000 * 12),
 * });
 * const set = await loadRecordFolder(root, { samplingRate: 100, cache: false });
 * console.assert(set.signalLength === 1000 && set.resampled === 1 && set.files?.[0] === "A1");
 * ```
 */
export async function loadRecordFolder(
  root: string,
  options: RecordFolderOptions = {},
): Promise<RecordSet> {
  const { resample = true, seed = 42, name = "Record folder" } = options;
  const set = await loadTable({
    loader: `folder, seed ${seed}`,
    root,
    ...shapeOf(options),
    resample,
    tables: [],
    readTable: () => readFolder(root, seed),
    keepFiles: true,
    advice: "Point --data-root at a folder of WFDB records",
  }, options);
  return { ...set, source: sourceName(name, set.ids.length, root) };
}

function readFolder(root: string, seed: number): RecordTable {
  const { records, folders } = findRecords(root);
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
