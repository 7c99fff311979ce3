/** Lists of SHA-256 sums, and the errors that another address may mend. */

import { UserError } from "../../errors.ts";

/** Name of the list in every data set. */
export const SUMS = "SHA256SUMS.txt";

/** A file of a data set. */
export interface Entry {
  readonly name: string;
  /** 64 lower-case hexadecimal digits. */
  readonly sum: string;
}

/** An error that another address may mend. */
export function addressError(message: string, versions = false): UserError {
  return new UserError(message, { remedy: "other-address", versions });
}

/**
 * Reads a list of SHA-256 sums: lines of sum, blanks (an asterisk may follow), file name.
 *
 * @param origin Where the text came from, for messages
 * @throws {UserError} where a line is something else, or a name leads out of the folder
 */
export function parseSums(text: string, origin: string): Entry[] {
  const entries: Entry[] = [];
  text.split("\n").forEach((line, i) => {
    if (line.trim() === "") return;
    const match = /^([0-9a-f]{64})\s+\*?(\S.*?)\s*$/i.exec(line);
    if (match === null) {
      throw addressError(
        `Cannot read ${origin}: line ${i + 1} is not a SHA-256 sum and a file name`,
      );
    }
    const name = match[2].replace(/^\.\//, "");
    if (name.split("/").some((part) => /^\.{0,2}$/.test(part)) || /[\\:\p{Cc}]/u.test(name)) {
      throw new UserError(
        `Cannot read ${origin}: line ${i + 1} names ${JSON.stringify(name)}, which is no file ` +
          `below the data set's folder`,
      );
    }
    entries.push({ name, sum: match[1].toLowerCase() });
  });
  if (entries.length === 0) throw new UserError(`Cannot use ${origin}: it lists no files`);
  return entries;
}
