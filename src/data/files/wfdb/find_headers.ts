/**
 * Finds WFDB headers in a folder tree.
 *
 * @module
 */

import { UserError } from "../../../errors.ts";
import { fileErrorReason } from "./file_source.ts";

/** What a folder tree holds. */
export interface FoundHeaders {
  /** Record paths below the root, `.hea` taken away, sorted. */
  readonly names: readonly string[];
  /** Every folder of the tree with a slash at its end, sorted; empty for the root. */
  readonly folders: readonly string[];
}

/**
 * Lists the headers (`.hea`) in a folder and all folders below it. Links to folders are passed over,
 * and names that begin with a dot.
 *
 * @throws {UserError} where a folder cannot be listed
 */
export function findHeaders(root: string): FoundHeaders {
  const names: string[] = [];
  const folders: string[] = [];
  const waiting = [""];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    folders.push(folder);
    let entries: Deno.DirEntry[];
    try {
      entries = [...Deno.readDirSync(`${root}/${folder}`)];
    } catch (error) {
      const path = folder === "" ? root : `${root}/${folder}`;
      throw new UserError(
        `Cannot read ${path}: ${
          error instanceof Deno.errors.NotFound ? "there is no such folder" : fileErrorReason(error)
        }`,
      );
    }
    for (const { name, isDirectory } of entries) {
      if (name.startsWith(".")) continue;
      if (isDirectory) waiting.push(`${folder}${name}/`);
      else if (name.endsWith(".hea")) names.push(folder + name.slice(0, -".hea".length));
    }
  }
  return { names: names.sort(), folders: folders.sort() };
}
