/**
 * Finds WFDB records in a folder tree.
 *
 * @module
 */

import { UserError } from "../../../errors.ts";
import { fileErrorReason, folderOf } from "./file_source.ts";
import { parseHeader } from "./header.ts";

/** What a folder tree holds. */
export interface FoundHeaders {
  /** Record paths below the root, `.hea` taken away, sorted. */
  readonly names: readonly string[];
  /** Every folder of the tree with a slash at its end, sorted; empty for the root. */
  readonly folders: readonly string[];
}

/**
 * Lists the headers (`.hea`) in a folder and all folders below it. Links to folders are skipped,
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

/**
 * Lists the records in a folder and all folders below it: what {@linkcode findHeaders} finds, less
 * the segments of multi-segment records, which are parts and no records of their own.
 *
 * @throws {UserError} where a folder cannot be listed
 */
export function findRecords(root: string): FoundHeaders {
  const { names, folders } = findHeaders(root);
  const segments = segmentsOf(root, names);
  return { names: names.filter((name) => !segments.has(name)), folders };
}

/** Names of the segments of all multi-segment records. */
function segmentsOf(root: string, names: readonly string[]): Set<string> {
  const segments = new Set<string>();
  for (const name of names) {
    try {
      const header = parseHeader(Deno.readTextFileSync(`${root}/${name}.hea`));
      for (const segment of header.segments ?? []) segments.add(folderOf(name) + segment.name);
    } catch {
      // Not a header: reading the record will say why.
    }
  }
  return segments;
}
