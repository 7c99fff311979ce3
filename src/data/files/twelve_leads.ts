/** The twelve leads of one file of any kind: WFDB, `.mat` or `.csv`. */

import { findLeads } from "../signals/lead_names.ts";
import {
  type LeadSignals,
  millivoltsPerUnit,
  type SignalAssumptions,
} from "../signals/lead_signals.ts";
import { LEADS } from "../signals/record_set.ts";
import { parseEcgCsv } from "./ecg_csv.ts";
import { parseEcgMat } from "./ecg_mat.ts";
import { cannotRead } from "./file_errors.ts";
import type { FileSource } from "./wfdb/file_source.ts";
import { readRecordFrom } from "./wfdb/read_record.ts";
import { physicalValues, type WfdbSignal } from "./wfdb/record.ts";

/** What a path names. */
export interface EcgFile {
  readonly kind: "wfdb" | "csv" | "mat";
  /** File to read; of a WFDB record, its path without extension. */
  readonly file: string;
}

/**
 * What a path names: `NAME`, `NAME.hea`, `NAME.dat` a WFDB record, `NAME.csv` a table, `NAME.mat`
 * a WFDB record next to a `NAME.hea` (as in the PhysioNet challenges), else a matrix.
 *
 * @throws {UserError} where the file exists but is of no known kind
 */
export function ecgFile(source: FileSource, path: string): EcgFile {
  const [stem, extension] = /^(.+)\.(hea|dat|mat|csv)$/i.exec(path)?.slice(1) ?? [path, ""];
  switch (extension.toLowerCase()) {
    case "csv":
      return { kind: "csv", file: path };
    case "mat":
      return source.exists(`${stem}.hea`)
        ? { kind: "wfdb", file: stem }
        : { kind: "mat", file: path };
    case "hea":
    case "dat":
      return { kind: "wfdb", file: stem };
    default:
      // A file or folder of this very name and no header: something else, an EDF file perhaps.
      if (source.exists(path) && !source.exists(`${path}.hea`)) {
        throw cannotRead(path)("need a WFDB record (.hea), a .mat or a .csv file");
      }
      return { kind: "wfdb", file: path };
  }
}

/**
 * Reads the twelve leads of a file.
 *
 * @param assumptions Rate and unit of a file that does not state them
 * @throws {UserError} as {@linkcode readWfdbLeads}, `parseEcgCsv` and `parseEcgMat`
 */
export function readLeads(
  source: FileSource,
  file: EcgFile,
  assumptions: SignalAssumptions = {},
): LeadSignals {
  if (file.kind === "wfdb") return wfdbSignals(readWfdbLeads(source, file.file));
  const bytes = source.read(file.file);
  return file.kind === "csv"
    ? parseEcgCsv(new TextDecoder().decode(bytes), file.file, assumptions)
    : parseEcgMat(bytes, file.file, assumptions);
}

/** The twelve leads of a record in digital units. */
export interface WfdbLeads extends Omit<LeadSignals, "leads"> {
  /** In the order of `LEADS`; `gain` refers to a unit of so many `millivolts`. */
  readonly signals: readonly (WfdbSignal & { readonly millivolts: number })[];
}

/**
 * Reads a record and finds its twelve leads.
 *
 * @param source Folder that holds the record or a folder above it
 * @param file Record path in it, without extension
 * @throws {UserError} where the record is missing, truncated, damaged or empty, fails its checksum,
 *   lacks a lead or has it twice, or a lead is not in volts or has several samples a frame
 */
export function readWfdbLeads(source: FileSource, file: string): WfdbLeads {
  const record = readRecordFrom(source, file, { verification: "error" });
  const fail = cannotRead(`${file}.hea`);
  if (record.frames === 0) throw fail("it has no samples");
  const found = findLeads(record.signals.map(({ description }) => description), fail);
  const signals = found.map((s, lead) => {
    const signal = record.signals[s];
    const millivolts = millivoltsPerUnit(signal.units);
    if (millivolts === undefined) {
      throw fail(`lead ${LEADS[lead]} is in "${signal.units}", need mV`);
    }
    if (signal.samplesPerFrame !== 1) {
      throw fail(`lead ${LEADS[lead]} has ${signal.samplesPerFrame} samples a frame, need 1`);
    }
    return { ...signal, millivolts };
  });
  return { samplingRate: record.header.frameRate, samples: record.frames, signals };
}

/** Digital to physical values in millivolts. */
export function wfdbSignals({ signals, ...shape }: WfdbLeads): LeadSignals {
  const leads = signals.map((signal) => {
    const values = physicalValues(signal);
    return signal.millivolts === 1 ? values : values.map((value) => value * signal.millivolts);
  });
  return { ...shape, leads };
}
