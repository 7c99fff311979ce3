/**
 * Loads PTB-XL, or any cohort in its layout, into memory.
 *
 * @module
 */

import { UserError } from "../errors.ts";
import { parsePtbXlTable, type PtbXlRow } from "./ptb_xl_table.ts";
import { fingerprintFiles, readCache, writeCache } from "./read_cache.ts";
import { readRecords } from "./read_records.ts";
import { CLASS_NAMES, LEADS, type RecordSet } from "./record_set.ts";
import { parseScpStatements, setSuperclasses } from "./scp_labels.ts";
import { UNITS_PER_MILLIVOLT } from "./twelve_leads.ts";
import { fileErrorReason } from "./wfdb/file_source.ts";

/** Options of {@linkcode loadPtbXl}. */
export interface PtbXlOptions {
  /** 100 reads `filename_lr`, 500 reads `filename_hr`, Hz. Default 100. */
  readonly samplingRate?: 100 | 500;
  /** Samples to keep of each record, T. Default: 10 s. */
  readonly signalLength?: number;
  /** Throw on the first damaged or missing record instead of leaving it out. */
  readonly strict?: boolean;
  /** Folder for the cache of read sets; false for none. Default `data/.cache`. */
  readonly cache?: string | false;
  /** File workers; by default as many as pay. */
  readonly workers?: number;
  /** What the set calls itself. Default `PTB-XL`. */
  readonly name?: string;
  /** Marks the set as made by a program. */
  readonly synthetic?: boolean;
  /** Called with the number of records read so far and the number of all. */
  readonly onProgress?: (done: number, total: number) => void;
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
 * import { loadPtbXl } from "ssrl-ecg";
 * async function trainingRecords() {
 *   const set = await loadPtbXl("data/PTB-XL", { samplingRate: 100 });
 *   return set.folds.filter((fold) => fold <= 8).length;
 * }
 * console.assert(typeof trainingRecords === "function");
 * ```
 */
export async function loadPtbXl(root: string, options: PtbXlOptions = {}): Promise<RecordSet> {
  const { samplingRate = 100, strict = false, name = "PTB-XL", synthetic = false } = options;
  const signalLength = options.signalLength ?? 10 * samplingRate;
  if (samplingRate !== 100 && samplingRate !== 500) {
    throw new UserError(`Cannot read PTB-XL at ${samplingRate} Hz: give 100 or 500`);
  }
  if (!Number.isInteger(signalLength) || signalLength < 1) {
    throw new UserError(
      `Cannot read records of ${signalLength} samples: give a whole number of at least 1`,
    );
  }
  const tablePath = `${root}/ptbxl_database.csv`;
  const statementsPath = `${root}/scp_statements.csv`;
  const cacheFolder = options.cache ?? "data/.cache";
  const identity = { root: realPath(root), samplingRate, signalLength };
  const label = (records: number) =>
    `${name} (${records.toLocaleString("en-US")} ${records === 1 ? "record" : "records"}, ${root})`;

  const cached = cacheFolder === false ? undefined : await readCache(cacheFolder, root, identity);
  if (cached !== undefined) {
    if (strict) throwFirst(cached.quarantined);
    return { ...cached, source: label(cached.ids.length), synthetic };
  }

  const rows = parsePtbXlTable(readTable(tablePath), samplingRate, tablePath);
  const statements = parseScpStatements(readTable(statementsPath), statementsPath);
  const allLabels = new Float32Array(rows.length * CLASS_NAMES.length);
  rows.forEach((row, i) => {
    const target = allLabels.subarray(i * CLASS_NAMES.length, (i + 1) * CLASS_NAMES.length);
    setSuperclasses(row.codes.keys(), statements, target, `${tablePath}, ecg_id ${row.id}`);
  });

  // Taken before reading: a file that changes while it is read then makes the cache stale.
  const folders = [...new Set(rows.map((row) => row.file.slice(0, row.file.lastIndexOf("/") + 1)))];
  const fingerprint = cacheFolder === false ? "" : await fingerprintFiles(root, folders, identity);

  const read = await readRecords(root, rows.map((row) => row.file), {
    samplingRate,
    signalLength,
  }, options);
  const quarantined = read.failures.map(({ index, reason }) => ({
    id: rows[index].id,
    file: rows[index].file,
    reason,
  }));
  if (quarantined.length === rows.length) {
    throw new UserError(
      `Cannot read any of the ${rows.length} records of ${tablePath} at ${samplingRate} Hz; the ` +
        `first: ${quarantined[0].reason}. Bring the records with "deno task fetch-ptbxl", or ` +
        `correct --data-root`,
    );
  }
  if (strict) throwFirst(quarantined);
  const set = assemble(rows, allLabels, read, { samplingRate, signalLength, quarantined });
  if (cacheFolder !== false) await writeCache(cacheFolder, identity, folders, fingerprint, set);
  return { ...set, source: label(set.ids.length), synthetic };
}

function throwFirst(quarantined: RecordSet["quarantined"]): void {
  if (quarantined.length === 0) return;
  const { id, reason } = quarantined[0];
  const others = quarantined.length - 1;
  throw new UserError(
    `Cannot read record ${id}: ${reason}${
      others > 0 ? ` (and ${others} more)` : ""
    }. Leave --strict away to go on without damaged records`,
  );
}

/** Keeps the records that were read, in the order of the table. */
function assemble(
  rows: readonly PtbXlRow[],
  allLabels: Float32Array,
  read: { samples: Int16Array; padded: Uint8Array },
  about: Pick<RecordSet, "samplingRate" | "signalLength" | "quarantined">,
): RecordSet {
  const failed = new Set(about.quarantined.map(({ id }) => id));
  const kept = rows.flatMap((row, i) => failed.has(row.id) ? [] : [i]);
  const size = about.signalLength * LEADS.length;
  const classes = CLASS_NAMES.length;
  const labels = new Float32Array(kept.length * classes);
  // In place: row i moves to k <= i, so nothing is overwritten before it has moved.
  kept.forEach((i, k) => {
    if (i !== k) read.samples.copyWithin(k * size, i * size, (i + 1) * size);
    labels.set(allLabels.subarray(i * classes, (i + 1) * classes), k * classes);
  });
  return {
    source: "",
    synthetic: false,
    ...about,
    leads: LEADS,
    classNames: CLASS_NAMES,
    samples: read.samples.subarray(0, kept.length * size),
    millivoltsPerUnit: 1 / UNITS_PER_MILLIVOLT,
    labels,
    ids: Int32Array.from(kept, (i) => rows[i].id),
    patients: Int32Array.from(kept, (i) => rows[i].patient),
    folds: Uint8Array.from(kept, (i) => rows[i].fold),
    padded: kept.filter((i) => read.padded[i] === 1).length,
  };
}

function readTable(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    throw new UserError(
      `Cannot read ${path}: ${fileErrorReason(error)}. Point --data-root at a folder in PTB-XL's ` +
        `layout, or bring one with "deno task fetch-ptbxl"`,
    );
  }
}

function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    throw new UserError(
      `Cannot read the data set in ${path}: ${
        error instanceof Deno.errors.NotFound ? "there is no such folder" : fileErrorReason(error)
      }. Point --data-root at a folder in PTB-XL's layout, or bring one with ` +
        `"deno task fetch-ptbxl"`,
    );
  }
}
