/**
 * The twelve leads of one file of any kind: WFDB, `.mat` or `.csv`.
 *
 * @module
 */

import { UserError } from "../../errors.ts";
import { parseEcgCsv } from "./ecg_csv.ts";
import { parseEcgMat } from "./ecg_mat.ts";
import type { LeadSignals, SignalAssumptions } from "../signals/lead_signals.ts";
import type { FileSource } from "./wfdb/file_source.ts";
import { physicalValues } from "./wfdb/record.ts";
import { readWfdbLeads, type WfdbLeads } from "./wfdb_leads.ts";

/** What a path stands for. */
export interface EcgFile {
  readonly kind: "wfdb" | "csv" | "mat";
  /** File to read; of a WFDB record, its path without extension. */
  readonly file: string;
}

/**
 * What a path stands for: `NAME`, `NAME.hea`, `NAME.dat` a WFDB record, `NAME.csv` a table, `NAME.mat`
 * a WFDB record where `NAME.hea` lies beside it (as in the PhysioNet challenges), else a matrix.
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

/** Digital to physical values in millivolts. */
export function wfdbSignals(record: WfdbLeads): LeadSignals {
  const leads = record.signals.map((signal, index) => {
    const values = physicalValues(signal);
    const factor = record.millivolts[index];
    return factor === 1 ? values : values.map((value) => value * factor);
  });
  return { samplingRate: record.samplingRate, samples: record.samples, leads };
}
