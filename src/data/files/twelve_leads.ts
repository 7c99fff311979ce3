/**
 * The twelve leads of one file of any kind: WFDB, `.mat` or `.csv`.
 *
 * @module
 */

import { UserError } from "../../errors.ts";
import { leadIndex, missingLeads } from "../signals/lead_names.ts";
import {
  type LeadSignals,
  millivoltsPerUnit,
  type SignalAssumptions,
} from "../signals/lead_signals.ts";
import { LEADS } from "../signals/record_set.ts";
import { parseEcgCsv } from "./ecg_csv.ts";
import { parseEcgMat } from "./ecg_mat.ts";
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
 * @param source Where the files are
 * @param path Path in it
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
        throw new UserError(
          `Cannot read ${path}: need a WFDB record (.hea), a .mat or a .csv file`,
        );
      }
      return { kind: "wfdb", file: path };
  }
}

/**
 * Reads the twelve leads of a file.
 *
 * @param source Where the file is
 * @param file What {@linkcode ecgFile} found
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
export interface WfdbLeads {
  /** Hz. */
  readonly samplingRate: number;
  /** Samples of each lead. */
  readonly samples: number;
  /** In the order of `LEADS`. */
  readonly signals: readonly WfdbSignal[];
  /** Millivolts of the unit that `gain` refers to, for each lead. */
  readonly millivolts: readonly number[];
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
  const fail = (reason: string) => new UserError(`Cannot read ${file}.hea: ${reason}`);

  if (record.frames === 0) throw fail("it has no samples");
  const missing = missingLeads(record.signals.map(({ description }) => description));
  if (missing.length > 0) throw fail(`it has no lead ${missing.join(", ")}`);
  const signals = new Array<WfdbSignal | undefined>(LEADS.length);
  for (const signal of record.signals) {
    const index = leadIndex(signal.description);
    if (index < 0) continue;
    if (signals[index] !== undefined) throw fail(`it has lead ${LEADS[index]} twice`);
    signals[index] = signal;
  }
  const found = signals as WfdbSignal[]; // since no lead is missing
  const millivolts = found.map((signal, index) => {
    const factor = millivoltsPerUnit(signal.units);
    if (factor === undefined) {
      throw fail(`lead ${LEADS[index]} is in "${signal.units}", need mV`);
    }
    if (signal.samplesPerFrame !== 1) {
      throw fail(`lead ${LEADS[index]} has ${signal.samplesPerFrame} samples a frame, need 1`);
    }
    return factor;
  });
  const samplingRate = record.header.frameRate;
  return { samplingRate, samples: record.frames, signals: found, millivolts };
}

/** Digital to physical values in millivolts. */
export function wfdbSignals(record: WfdbLeads): LeadSignals {
  const leads = record.signals.map((signal, index) => {
    const values = physicalValues(signal);
    const factor = record.millivolts[index];
    return factor === 1 ? values : values.map((value) => value * factor);
  });
  return { samplingRate: record.samplingRate, samples: record.samples, leads };
}
