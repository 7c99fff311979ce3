/** The synthetic cohort on disk, in PTB-XL's layout. */

import { stringify } from "@std/csv";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, dirname } from "node:path";
import { UserError } from "../../errors.ts";
import { LEADS, UNITS_PER_MILLIVOLT } from "../signals/record_set.ts";
import { fileErrorReason } from "../files/file_errors.ts";
import { SYNTHETIC_MARKER } from "../datasets/ptb_xl.ts";
import { encodeRecord } from "../files/wfdb/write_record.ts";
import { DATABASE_COLUMNS, databaseRow, recordPath, statementRows } from "./database_row.ts";
import { drawPatients, recordsOf } from "./patients.ts";
import { makeRecord } from "./record.ts";

/** What to write. */
export interface WriteCohortOptions {
  /** Folder; made when absent. */
  readonly destination: string;
  /** Number of records, 1 to 99,999. */
  readonly records: number;
  /** Everything follows from it. */
  readonly seed: number;
  /** Called after each record. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Stops between two records. */
  readonly signal?: AbortSignal;
}

/** What was written. */
export interface WrittenCohort {
  readonly destination: string;
  readonly records: number;
  readonly patients: number;
  /** Bytes of all files. */
  readonly bytes: number;
}

/** Sampling rate and length of PTB-XL's small version. */
const SAMPLING_RATE = 100;
const LENGTH = 1000;

const SIGNALS = LEADS.map((description) => ({
  description,
  gain: UNITS_PER_MILLIVOLT,
  baseline: 0,
  units: "mV",
}));

/**
 * Writes a synthetic cohort as PTB-XL is published: `records100/NNNNN/NNNNN_lr.{hea,dat}`,
 * `ptbxl_database.csv` with the columns that loaders read, `scp_statements.csv`, `RECORDS`, `SHA256SUMS.txt`, and
 * a file {@linkcode SYNTHETIC_MARKER} that says what it is. Byte for byte a function of seed and
 * number of records. The table comes last, so that a half-written folder is not taken for a cohort.
 *
 * @throws {UserError} where the folder cannot be written, or holds a data set that this function
 *   did not write; `signal.reason` when aborted.
 * @throws {RangeError} for a number of records out of range.
 */
export async function writeCohort(options: WriteCohortOptions): Promise<WrittenCohort> {
  const { destination, records, seed, onProgress, signal } = options;
  if (!(Number.isInteger(records) && records >= 1 && records <= 99_999)) {
    throw new RangeError(`Cannot write ${records} records: need 1 to 99,999`);
  }
  const marker = `${destination}/${SYNTHETIC_MARKER}`;
  const isOurs = existsSync(marker);
  if (!isOurs) {
    for (const name of ["ptbxl_database.csv", "records100", "records500"]) {
      if (existsSync(`${destination}/${name}`)) {
        throw new UserError(
          `Cannot write a synthetic cohort to ${destination}: it holds ${name} of another data ` +
            `set`,
          { remedy: "other-out" },
        );
      }
    }
  }

  const sums = new Map<string, string>();
  let bytes = 0;
  const put = (name: string, content: Uint8Array | string) => {
    const data = typeof content === "string" ? new TextEncoder().encode(content) : content;
    attempt(
      `write ${destination}/${name}`,
      () => Deno.writeFileSync(`${destination}/${name}`, data),
    );
    sums.set(name, sha256(data));
    bytes += data.length;
  };
  attempt(`write to ${destination}`, () => {
    // Without its table a stopped run is not a cohort; without old records nothing is stale.
    for (
      const path of ["ptbxl_database.csv", "records100"].map((name) => `${destination}/${name}`)
    ) {
      if (isOurs && existsSync(path)) Deno.removeSync(path, { recursive: true });
    }
    Deno.mkdirSync(destination, { recursive: true });
  });
  put(
    SYNTHETIC_MARKER,
    `These electrocardiograms were computed by a model. No person was recorded.\n` +
      `Layout: PTB-XL. Records: ${records}. Seed: ${seed}.\n`,
  );

  const samples = new Int16Array(LENGTH * LEADS.length);
  const rows: string[][] = [];
  const names: string[] = [];
  const patients = drawPatients(records, seed);
  for (const { patient, record } of recordsOf(patients, records)) {
    signal?.throwIfAborted();
    const notes = makeRecord(patient, record, seed, SAMPLING_RATE, LENGTH, samples);
    const path = recordPath(record + 1, 100);
    const folder = `${destination}/${dirname(path)}`;
    attempt(`make ${folder}`, () => Deno.mkdirSync(folder, { recursive: true }));
    const { header, data } = encodeRecord({
      name: basename(path),
      samplingRate: SAMPLING_RATE,
      signals: SIGNALS,
      samples,
    });
    put(`${path}.dat`, data);
    put(`${path}.hea`, header);
    names.push(path);
    rows.push(databaseRow(patient, record + 1, notes));
    onProgress?.(record + 1, records);
    // Lets Ctrl-C and the progress bar through.
    if (record % 32 === 31) await new Promise((resolve) => setTimeout(resolve, 0));
  }
  put("RECORDS", names.join("\n") + "\n");
  put("scp_statements.csv", csv(statementRows()));
  const table = csv([DATABASE_COLUMNS, ...rows]);
  sums.set("ptbxl_database.csv", sha256(table));
  const list = [...sums].sort(([a], [b]) => (a < b ? -1 : 1));
  put("SHA256SUMS.txt", list.map(([name, sum]) => `${sum} ${name}\n`).join(""));
  put("ptbxl_database.csv", table);
  return { destination, records, patients: patients.length, bytes };
}

/** Runs a file operation; `what` says in the error what could not be done. */
function attempt(what: string, operation: () => void): void {
  try {
    operation();
  } catch (error) {
    throw new UserError(`Cannot ${what}: ${fileErrorReason(error)}`);
  }
}

function sha256(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}

/** CSV with line feeds, as PTB-XL's tables are. */
function csv(rows: readonly (readonly string[])[]): string {
  return stringify(rows, { headers: false }).replaceAll("\r\n", "\n");
}
