/**
 * CSV text to rows of cells.
 *
 * @module
 */

import { parse } from "@std/csv";
import { type ErrorFacts, UserError } from "../../errors.ts";

/**
 * CSV text to rows, quoted cells with line breaks included. Blank lines are skipped.
 *
 * @param text Contents of the file
 * @param file Its name, for the message
 * @throws {UserError} where the quoting is broken
 */
export function parseCsv(text: string, file: string): string[][] {
  try {
    return parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`Cannot read ${file}: it is not valid CSV (${reason})`);
  }
}

/** A table with a row of names. */
export interface CsvTable {
  readonly header: readonly string[];
  /** As many cells each as there are names; blanks around them are taken away. */
  readonly rows: readonly (readonly string[])[];
  /** An error about the file. */
  fail(reason: string, facts?: ErrorFacts): UserError;
}

/**
 * CSV text to a table.
 *
 * @throws {UserError} where the table is empty or not separated by commas, or a row has another number
 *   of cells than the row of names
 */
export function parseCsvTable(text: string, file: string): CsvTable {
  const fail = (reason: string, facts?: ErrorFacts) =>
    new UserError(`Cannot read ${file}: ${reason}`, facts);
  const [header, ...rows] = parseCsv(text, file).map((row) => row.map((cell) => cell.trim()));
  if (header === undefined) throw fail("the table is empty");
  if (header.length === 1 && /[;\t]/.test(header[0])) {
    throw fail("its cells are not separated by commas");
  }
  rows.forEach((row, r) => {
    if (row.length !== header.length) {
      throw fail(`row ${r + 1} has ${row.length} cells, the row of names has ${header.length}`);
    }
  });
  return { header, rows, fail };
}
