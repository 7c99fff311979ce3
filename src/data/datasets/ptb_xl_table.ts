/**
 * `ptbxl_database.csv`: one row a record of PTB-XL (Wagner et al. 2020, doi 10.13026/kfzx-aw45).
 */

import { parseLooseTable } from "../files/csv.ts";
import { cannotRead, type Fail } from "../files/file_errors.ts";
import { readText, type TableRow } from "../reading/load_table.ts";
import { parseScpCodes } from "./scp_codes.ts";
import { parseScpStatements, superclassesOf } from "./scp_labels.ts";

/** One record of the table. */
export interface PtbXlRow extends TableRow {
  /** Years; 300 means "older than 89"; NaN where empty. */
  readonly age: number;
  /** 0 = male, 1 = female; NaN where empty. */
  readonly sex: number;
  /** SCP-ECG statements with their likelihood in per cent; 0 means "not known". */
  readonly codes: ReadonlyMap<string, number>;
}

/**
 * Parses the table.
 *
 * @param samplingRate 100 takes `filename_lr`, 500 takes `filename_hr`, Hz
 * @throws {UserError} naming the column or the record that is not valid
 */
export function parsePtbXlTable(
  text: string,
  samplingRate: 100 | 500,
  file = "ptbxl_database.csv",
): PtbXlRow[] {
  const { header, rows, fail, column } = parseLooseTable(text, file);
  const required = (name: string) => column(name, ". Take the table as PhysioNet publishes it");
  const id = required("ecg_id");
  const patient = required("patient_id");
  const codes = required("scp_codes");
  const fold = required("strat_fold");
  const name = required(samplingRate === 100 ? "filename_lr" : "filename_hr");
  const [age, sex] = ["age", "sex"].map((name) => header.indexOf(name));
  if (rows.length === 0) throw fail("it lists no records");

  const seen = new Set<number>();
  return rows.map((row, r) => {
    const where = `${file}, ${row[id] ? `ecg_id ${row[id]}` : `row ${r + 1}`}`;
    const bad = cannotRead(where);
    const number = (index: number) => row[index] ? Number(row[index]) : NaN;
    const integer = (index: number, low: number, high: number): number => {
      const value = number(index);
      if (Number.isInteger(value) && value >= low && value <= high) return value;
      throw bad(
        `${header[index]} needs a whole number from ${low} to ${high}, got "${row[index] ?? ""}"`,
      );
    };
    const record: PtbXlRow = {
      id: integer(id, 0, 2 ** 31 - 1),
      patient: integer(patient, 0, 2 ** 31 - 1),
      age: number(age),
      sex: number(sex),
      fold: integer(fold, 1, 10),
      codes: parseScpCodes(row[codes] ?? "", where),
      file: row[name] ?? "",
    };
    if (record.file === "") throw bad("the file name is empty");
    if (seen.has(record.id)) throw bad("the ecg_id appears twice");
    seen.add(record.id);
    return record;
  });
}

/** A record and its classes. */
export interface LabeledRow extends PtbXlRow {
  /** Indices into `CLASS_NAMES`. */
  readonly classes: readonly number[];
}

/** The tables of a folder in PTB-XL's layout. */
export function ptbXlTables(root: string): [records: string, statements: string] {
  return [`${root}/ptbxl_database.csv`, `${root}/scp_statements.csv`];
}

/**
 * The records of a folder with their classes.
 *
 * @param fail The error where a table cannot be read
 * @throws {UserError} where a table is not valid, or a record has an unknown statement
 */
export function readPtbXlRows(root: string, samplingRate: 100 | 500, fail: Fail): LabeledRow[] {
  const [table, statementsTable] = ptbXlTables(root);
  const rows = parsePtbXlTable(readText(table, fail), samplingRate, table);
  const statements = parseScpStatements(readText(statementsTable, fail), statementsTable);
  return rows.map((row) => ({
    ...row,
    classes: superclassesOf(row.codes.keys(), statements, `${table}, ecg_id ${row.id}`),
  }));
}
