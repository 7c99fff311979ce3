/** Diagnostic superclasses of SCP-ECG statements, from PTB-XL's `scp_statements.csv`. */

import { UserError } from "../../errors.ts";
import { parseLooseTable } from "../files/csv.ts";
import { CLASS_NAMES } from "../signals/record_set.ts";

/** What `scp_statements.csv` says: the class index of a diagnostic statement, −1 of any other. */
export type ScpStatements = ReadonlyMap<string, number>;

/**
 * Parses `scp_statements.csv`. A statement with `diagnostic` = 1 belongs to its
 * `diagnostic_class`; the others (form, rhythm) are known but set no class.
 *
 * @returns Class index in the order of `CLASS_NAMES`, or −1, of every statement
 * @throws {UserError} where a column is missing or a class is not one of the five
 */
export function parseScpStatements(text: string, file = "scp_statements.csv"): ScpStatements {
  const { rows, fail, column } = parseLooseTable(text, file);
  const diagnostic = column("diagnostic");
  const diagnosticClass = column("diagnostic_class");
  const statements = new Map<string, number>();
  for (const row of rows) {
    const [code] = row;
    if (code === "") continue;
    const isDiagnostic = Number(row[diagnostic]) === 1;
    const name = row[diagnosticClass] ?? "";
    const index = (CLASS_NAMES as readonly string[]).indexOf(name);
    if (isDiagnostic && index < 0) {
      throw fail(
        `statement ${code} is diagnostic, but its class "${name}" is none of ` +
          CLASS_NAMES.join(", "),
      );
    }
    statements.set(code, isDiagnostic ? index : -1);
  }
  if (statements.size === 0) throw fail("it lists no statements");
  return statements;
}

/**
 * The superclasses of one record: any diagnostic statement sets its class, whatever its likelihood (0
 * means "not known"). The published class counts follow from this rule.
 *
 * @param where The record, for the message, for example `ecg_id 17`
 * @returns Indices into `CLASS_NAMES`, ascending
 * @throws {UserError} for a statement that `scp_statements.csv` does not list
 */
export function superclassesOf(
  codes: Iterable<string>,
  statements: ScpStatements,
  where: string,
): number[] {
  const classes = new Set<number>();
  for (const code of codes) {
    const index = statements.get(code);
    if (index === undefined) {
      throw new UserError(
        `Cannot label ${where}: SCP code "${code}" is not listed in scp_statements.csv. Correct ` +
          `the code in ptbxl_database.csv or add it to scp_statements.csv`,
      );
    }
    if (index >= 0) classes.add(index);
  }
  return [...classes].sort();
}
