/**
 * CSV text to rows of cells.
 *
 * @module
 */

import { parse } from "@std/csv";
import { UserError } from "../../errors.ts";

/**
 * CSV text to rows, quoted cells with line breaks included. Blank lines are passed over.
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
