/**
 * From a table of records to a record set: reading, quarantine and cache, the same for every kind of
 * data set.
 */

import { UserError } from "../../errors.ts";
import { plural } from "../../text/format.ts";
import type { SignalAssumptions } from "../signals/lead_signals.ts";
import { LEADS, type RecordSet, UNITS_PER_MILLIVOLT } from "../signals/record_set.ts";
import { type Fail, NO_FOLDER, reading } from "../files/file_errors.ts";
import { folderOf } from "../files/wfdb/file_source.ts";
import { type CacheKey, fingerprintFiles, readCache, writeCache } from "./read_cache.ts";
import {
  type ReadRecords,
  readRecords,
  type ReadRecordsOptions,
  type RecordShape,
} from "./read_records.ts";

/** Options of every loader of record sets. */
export interface LoadOptions extends ReadRecordsOptions {
  /** Throw on the first damaged or missing record instead of leaving it out. */
  readonly strict?: boolean;
  /** Folder for the cache of read sets; false for none. Default `data/.cache`. */
  readonly cache?: string | false;
}

/** Options of the loaders of data sets in any format. */
export interface AnyFormatOptions extends LoadOptions, SignalAssumptions {
  /** Rate of the set, Hz. Default 100. */
  readonly samplingRate?: number;
  /** Samples to keep of each record, T. Default: 10 s. */
  readonly signalLength?: number;
  /** Bring records of another rate to `samplingRate` (default); false leaves them out as damaged. */
  readonly resample?: boolean;
  /** Decides the folds where the data set has none. Default 42. */
  readonly seed?: number;
}

/** One record of a table. */
export interface TableRow {
  readonly id: number;
  readonly patient: number;
  /** 1 to 10. */
  readonly fold: number;
  /** Path below the root, as `readRecords` takes it. */
  readonly file: string;
}

/** The records of a data set before reading. */
export interface RecordTable {
  readonly rows: readonly TableRow[];
  /** 0 or 1, [records, classes]. */
  readonly labels: Float32Array;
  readonly classNames: readonly string[];
  /** Folders to watch besides those of the records, as in {@linkcode fingerprintFiles}. */
  readonly folders?: readonly string[];
}

/** A data set to load. */
export interface TableSource {
  /** Kind of data set and every setting besides the shape that decides what is read. */
  readonly loader: string;
  /** What the set calls itself, and the path that it shows. */
  readonly name: string;
  readonly shown: string;
  readonly root: string;
  readonly shape: RecordShape;
  /** Files that decide which records there are. */
  readonly tables: readonly string[];
  /** Gives the table; called only where the cache does not hold the set. */
  readonly readTable: () => RecordTable;
  /** Whether the set keeps the paths of its records. */
  readonly keepFiles: boolean;
  /** The error where a folder or all records are missing; adds what could be changed. */
  readonly fail: Fail;
}

/**
 * The shape of a set in any format, with its defaults.
 *
 * @throws {UserError} where the rate or the length makes no sense
 */
export function shapeOf(options: Omit<AnyFormatOptions, "seed">): RecordShape {
  const { samplingRate = 100, resample = true, sourceRate, units } = options;
  if (!(samplingRate >= 1 && samplingRate <= 1e6)) {
    throw new UserError(`Cannot read records at ${samplingRate} Hz: give 1 to 1,000,000 Hz`);
  }
  const signalLength = options.signalLength ?? Math.round(10 * samplingRate);
  if (!Number.isInteger(signalLength) || signalLength < 1) {
    throw new UserError(
      `Cannot read records of ${signalLength} samples: give a whole number of at least 1`,
    );
  }
  return { samplingRate, signalLength, resample, sourceRate, units };
}

/**
 * Loads a set from the cache, or reads its table and records and fills the cache. A record that is
 * missing, damaged or does not fit is left out and listed in `quarantined`.
 *
 * @throws {UserError} where the root is missing, the table is not valid, or no record can be read;
 *   with `strict` also for the first damaged record
 */
export async function loadTable(source: TableSource, options: LoadOptions): Promise<RecordSet> {
  const { loader, tables, shape, fail } = source;
  const { strict = false, cache = "data/.cache" } = options;
  const root = reading(
    () => Deno.realPathSync(source.root),
    (reason) => fail(`Cannot read the data set in ${source.root}: ${reason}`),
    NO_FOLDER,
  );
  const key: CacheKey = { loader, root, tables, shape };
  let set = cache === false ? undefined : readCache(cache, key);
  if (set === undefined) {
    const table = source.readTable();
    const { rows } = table;
    // Taken before reading: a file that changes while it is read then makes the cache stale.
    const folders = [
      ...new Set([...rows.map(({ file }) => folderOf(file)), ...table.folders ?? []]),
    ];
    const fingerprint = cache === false ? "" : fingerprintFiles(key, folders);
    const read = await readRecords(source.root, rows.map(({ file }) => file), shape, options);
    const [first] = read.failures;
    if (read.failures.length === rows.length) {
      throw fail(
        `Cannot read any of the ${rows.length} records of ${tables[0] ?? source.root} at ` +
          `${shape.samplingRate} Hz; the first: ${first.reason}`,
        first.facts,
      );
    }
    set = assemble(table, read, shape, source.keepFiles);
    if (cache !== false && !(strict && first)) {
      writeCache(cache, key, folders, fingerprint, set);
    }
  }
  if (strict && set.quarantined.length > 0) throw strictError(set.quarantined);
  return {
    ...set,
    source: `${source.name} (${plural(set.ids.length, "record")}, ${source.shown})`,
  };
}

/**
 * Text of a table.
 *
 * @param fail The error where it cannot be read
 */
export function readText(path: string, fail: Fail): string {
  return reading(
    () => Deno.readTextFileSync(path),
    (reason) => fail(`Cannot read ${path}: ${reason}`),
  );
}

/** The error for the first record that was left out. */
export function strictError([{ id, reason }, ...others]: RecordSet["quarantined"]): UserError {
  const more = others.length > 0 ? ` (and ${others.length} more)` : "";
  return new UserError(`Cannot read record ${id}: ${reason}${more}`, { remedy: "not-strict" });
}

/** Keeps the records that were read, in the order of the table. */
function assemble(
  table: RecordTable,
  read: ReadRecords,
  { samplingRate, signalLength }: RecordShape,
  keepFiles: boolean,
): RecordSet {
  const { rows, classNames } = table;
  const failed = new Set(read.failures.map(({ index }) => index));
  const kept = [...rows.keys()].filter((i) => !failed.has(i));
  const size = signalLength * LEADS.length;
  const classes = classNames.length;
  const labels = new Float32Array(kept.length * classes);
  // In place: row i moves to k <= i, so nothing is overwritten before it has moved.
  kept.forEach((i, k) => {
    if (i !== k) read.samples.copyWithin(k * size, i * size, (i + 1) * size);
    labels.set(table.labels.subarray(i * classes, (i + 1) * classes), k * classes);
  });
  return {
    source: "",
    synthetic: false,
    samplingRate,
    signalLength,
    quarantined: read.failures.map(({ index, reason }) => {
      const { id, file } = rows[index];
      return { id, file, reason };
    }),
    leads: LEADS,
    classNames,
    samples: read.samples.subarray(0, kept.length * size),
    millivoltsPerUnit: 1 / UNITS_PER_MILLIVOLT,
    labels,
    ids: Int32Array.from(kept, (i) => rows[i].id),
    patients: Int32Array.from(kept, (i) => rows[i].patient),
    folds: Uint8Array.from(kept, (i) => rows[i].fold),
    ...(keepFiles ? { files: kept.map((i) => rows[i].file) } : {}),
    padded: kept.filter((i) => read.padded[i] === 1).length,
    resampled: kept.filter((i) => read.resampled[i] === 1).length,
  };
}
