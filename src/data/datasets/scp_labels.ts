/**
 * Diagnostic superclasses of SCP-ECG statements, from PTB-XL's `scp_statements.csv`.
 *
 * @module
 */

import { UserError } from "../../errors.ts";
import { parseCsv } from "../files/csv.ts";
import { CLASS_NAMES } from "../signals/record_set.ts";

/** What `scp_statements.csv` says: the class index of a diagnostic statement, −1 of any other. */
export type ScpStatements = ReadonlyMap<string, number>;

/**
 * Parses `scp_statements.csv`. A statement with `diagnostic` = 1 belongs to its
 * `diagnostic_class`; the others (form, rhythm) are known but set no class.
 *
 * @param text Contents of the file
 * @param file Its name, for messages
 * @returns Class index in the order of `CLASS_NAMES`, or −1, of every statement
 * @throws {UserError} where a column is missing or a class is not one of the five
 */
export function parseScpStatements(text: string, file = "scp_statements.csv"): ScpStatements {
  const rows = parseCsv(text, file);
  const header = rows[0] ?? [];
  const column = (name: string): number => {
    const index = header.indexOf(name);
    if (index < 0) {
      throw new UserError(`Cannot read ${file}: column "${name}" is missing`);
    }
    return index;
  };
  const diagnostic = column("diagnostic");
  const diagnosticClass = column("diagnostic_class");
  const statements = new Map<string, number>();
  for (const row of rows.slice(1)) {
    const code = row[0]?.trim() ?? "";
    if (code === "") continue;
    if (Number(row[diagnostic]) !== 1) {
      statements.set(code, -1);
      continue;
    }
    const name = row[diagnosticClass]?.trim() ?? "";
    const index = (CLASS_NAMES as readonly string[]).indexOf(name);
    if (index < 0) {
      throw new UserError(
        `Cannot read ${file}: statement ${code} is diagnostic, but its class "${name}" is none of ` +
          CLASS_NAMES.join(", "),
      );
    }
    statements.set(code, index);
  }
  if (statements.size === 0) throw new UserError(`Cannot read ${file}: it lists no statements`);
  return statements;
}

/**
 * Sets the superclasses of one record: any diagnostic statement sets its class, whatever its
 * likelihood (0 means "not known"). The published class counts follow from this rule.
 *
 * @param codes Statements of the record
 * @param statements From {@linkcode parseScpStatements}
 * @param labels Receives 0 or 1 for each class, [5]
 * @param where The record, for the message, for example `ecg_id 17`
 * @throws {UserError} for a statement that `scp_statements.csv` does not list
 */
export function setSuperclasses(
  codes: Iterable<string>,
  statements: ScpStatements,
  labels: Float32Array,
  where: string,
): void {
  labels.fill(0);
  for (const code of codes) {
    const index = statements.get(code);
    if (index === undefined) {
      throw new UserError(
        `Cannot label ${where}: SCP code "${code}" is not listed in scp_statements.csv. Correct ` +
          `the code in ptbxl_database.csv or add it to scp_statements.csv`,
      );
    }
    if (index >= 0) labels[index] = 1;
  }
}
