/**
 * `ptbxl_database.csv`: one row a record of PTB-XL (Wagner et al. 2020, doi 10.13026/kfzx-aw45).
 *
 * @module
 */

import { UserError } from "../../errors.ts";
import { parseCsv } from "../files/csv.ts";
import { parseScpCodes } from "./scp_codes.ts";

/** One record of the table. */
export interface PtbXlRow {
  /** `ecg_id`. */
  readonly id: number;
  /** `patient_id`. */
  readonly patient: number;
  /** Years; 300 means "older than 89"; NaN where empty. */
  readonly age: number;
  /** 0 = male, 1 = female; NaN where empty. */
  readonly sex: number;
  /** `strat_fold`, 1 to 10. */
  readonly fold: number;
  /** SCP-ECG statements with their likelihood in per cent; 0 means "not known". */
  readonly codes: ReadonlyMap<string, number>;
  /** Record path below the data set's folder, without extension. */
  readonly file: string;
}

/**
 * Parses the table.
 *
 * @param text Contents of `ptbxl_database.csv`
 * @param samplingRate 100 takes `filename_lr`, 500 takes `filename_hr`, Hz
 * @param file Name of the table, for messages
 * @throws {UserError} naming the column or the record that is not valid
 */
export function parsePtbXlTable(
  text: string,
  samplingRate: 100 | 500,
  file = "ptbxl_database.csv",
): PtbXlRow[] {
  const rows = parseCsv(text, file);
  const header = rows[0] ?? [];
  const required = (name: string): number => {
    const index = header.indexOf(name);
    if (index < 0) {
      throw new UserError(
        `Cannot read ${file}: column "${name}" is missing. Take the table as PhysioNet publishes it`,
      );
    }
    return index;
  };
  const id = required("ecg_id");
  const patient = required("patient_id");
  const codes = required("scp_codes");
  const fold = required("strat_fold");
  const name = required(samplingRate === 100 ? "filename_lr" : "filename_hr");
  const age = header.indexOf("age");
  const sex = header.indexOf("sex");

  const seen = new Set<number>();
  const records: PtbXlRow[] = [];
  for (let r = 1; r < rows.length; r++) {
    const row = rows[r];
    const where = `${file}, ${row[id] ? `ecg_id ${row[id]}` : `row ${r}`}`;
    const integer = (index: number, what: string, low: number, high: number): number => {
      const cell = row[index]?.trim() ?? "";
      const value = cell === "" ? NaN : Number(cell);
      if (!Number.isInteger(value) || value < low || value > high) {
        throw new UserError(
          `Cannot read ${where}: ${what} needs a whole number from ${low} to ${high}, got "${cell}"`,
        );
      }
      return value;
    };
    const optional = (index: number): number => {
      const cell = index < 0 ? "" : row[index]?.trim() ?? "";
      return cell === "" ? NaN : Number(cell);
    };
    const record: PtbXlRow = {
      id: integer(id, "ecg_id", 0, 2 ** 31 - 1),
      patient: integer(patient, "patient_id", 0, 2 ** 31 - 1),
      age: optional(age),
      sex: optional(sex),
      fold: integer(fold, "strat_fold", 1, 10),
      codes: parseScpCodes(row[codes] ?? "", where),
      file: row[name]?.trim() ?? "",
    };
    if (record.file === "") throw new UserError(`Cannot read ${where}: the file name is empty`);
    if (seen.has(record.id)) throw new UserError(`Cannot read ${where}: the ecg_id appears twice`);
    seen.add(record.id);
    records.push(record);
  }
  if (records.length === 0) throw new UserError(`Cannot read ${file}: it lists no records`);
  return records;
}
