/**
 * The `scp_codes` cell of PTB-XL: a Python dictionary written as text, from SCP-ECG statement to
 * likelihood in per cent.
 */

import { UserError } from "../../errors.ts";
import { DECIMAL } from "../../text/decimal.ts";

/**
 * Parses such a cell.
 *
 * A likelihood of 0 means "not known" in PTB-XL, not "absent": a statement counts by being there.
 *
 * @param cell Text such as `{'NORM': 100.0, 'SR': 0.0}`
 * @param where What the cell belongs to, for the message, for example `ecg_id 17`
 * @returns Likelihood (0 to 100) of each statement, in the order of the cell
 * @throws {UserError} where the cell is not a dictionary of strings and numbers
 */
export function parseScpCodes(cell: string, where = "scp_codes"): Map<string, number> {
  const codes = new Map<string, number>();
  const bad = () =>
    new UserError(
      `Cannot read the scp_codes of ${where}: need a dictionary such as {'NORM': 100.0}, got ` +
        `"${cell.length > 60 ? `${cell.slice(0, 60)}…` : cell}"`,
    );
  const body = /^\s*\{(.*)\}\s*$/s.exec(cell)?.[1];
  if (body === undefined) throw bad();
  // One entry and the comma after it; sticky, so nothing between two entries is skipped.
  const entry = new RegExp(
    String.raw`\s*(?:'([^'\\]*)'|"([^"\\]*)")\s*:\s*(${DECIMAL})\s*(,|$)`,
    "y",
  );
  let more = body.trim() !== "";
  while (more) {
    const match = entry.exec(body);
    if (match === null) throw bad();
    codes.set((match[1] ?? match[2]).trim(), Number(match[3]));
    // Python allows a comma after the last entry.
    more = match[4] === "," && body.slice(entry.lastIndex).trim() !== "";
  }
  return codes;
}
