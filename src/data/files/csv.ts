/** CSV text to rows of cells. */

import { parse } from "@std/csv";
import { cannotRead, type Fail } from "./file_errors.ts";

/**
 * CSV text to rows, quoted cells with line breaks included. Blank lines are skipped.
 *
 * @throws {UserError} where the quoting is broken
 */
export function parseCsv(text: string, file: string): string[][] {
  try {
    return parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw cannotRead(file)(`it is not valid CSV (${reason})`);
  }
}

/** A table with a row of names. */
export interface CsvTable {
  readonly header: readonly string[];
  /** Cells without the blanks around them. */
  readonly rows: readonly (readonly string[])[];
  /** Makes an error about the file. */
  readonly fail: Fail;
  /** Index of a column; where it is missing, an error that ends with the advice. */
  column(name: string, advice?: string): number;
}

/** CSV text to a table whose rows may be of any length. */
export function parseLooseTable(text: string, file: string): CsvTable {
  const fail = cannotRead(file);
  const [header = [], ...rows] = parseCsv(text, file).map((row) => row.map((cell) => cell.trim()));
  const column = (name: string, advice = "") => {
    const index = header.indexOf(name);
    if (index < 0) throw fail(`column "${name}" is missing${advice}`);
    return index;
  };
  return { header, rows, fail, column };
}

/**
 * CSV text to a table with as many cells in each row as there are names.
 *
 * @throws {UserError} where the table is empty or not separated by commas, or a row has another number
 *   of cells than the row of names
 */
export function parseCsvTable(text: string, file: string): CsvTable {
  const table = parseLooseTable(text, file);
  const { header, rows, fail } = table;
  if (header.length === 0) throw fail("the table is empty");
  if (header.length === 1 && /[;\t]/.test(header[0])) {
    throw fail("its cells are not separated by commas");
  }
  const other = rows.findIndex((row) => row.length !== header.length);
  if (other < 0) return table;
  throw fail(
    `row ${other + 1} has ${rows[other].length} cells, the row of names has ${header.length}`,
  );
}
