/** Finds WFDB records in a folder tree. */

import { UserError } from "../../../errors.ts";
import { attempt, listFolder } from "../file_errors.ts";
import { folderOf, folderSource } from "./file_source.ts";
import { readHeader, type WfdbHeader } from "./header.ts";

/** What a folder tree holds. */
export interface FoundRecords {
  /** Record paths below the root, `.hea` taken away, sorted. */
  readonly names: readonly string[];
  /** Paths of all other files below the root, sorted. */
  readonly others: readonly string[];
  /** Every folder of the tree with a slash at its end, sorted; empty for the root. */
  readonly folders: readonly string[];
}

/**
 * Lists the headers (`.hea`) in a folder and all folders below it. Links to folders are skipped,
 * and names that begin with a dot.
 *
 * @throws {UserError} where a folder cannot be listed
 */
export function findHeaders(root: string): FoundRecords {
  const names: string[] = [];
  const others: string[] = [];
  const folders = [""];
  for (const folder of folders) { // grows as folders are found
    for (const entry of listFolder(folder === "" ? root : `${root}/${folder}`)) {
      const path = folder + entry.name;
      if (entry.name.startsWith(".")) continue;
      if (entry.isDirectory) folders.push(`${path}/`);
      else if (path.endsWith(".hea")) names.push(path.slice(0, -".hea".length));
      else others.push(path);
    }
  }
  return { names: names.sort(), others: others.sort(), folders: folders.sort() };
}

/**
 * Lists the records in a folder and all folders below it: what {@linkcode findHeaders} finds, less
 * the segments of multi-segment records, which are parts and no records of their own.
 *
 * @throws {UserError} where a folder cannot be listed
 */
export function findRecords(root: string): FoundRecords {
  const { names, ...rest } = findHeaders(root);
  const source = folderSource(root);
  const segments = new Set(names.flatMap((name) => {
    const header = attempt(() => readHeader(source, name));
    // Not a header: reading the record will say why.
    return header instanceof UserError ? [] : segmentPaths(name, header);
  }));
  return { names: names.filter((name) => !segments.has(name)), ...rest };
}

/** Record paths of the segments of a record, gaps left out; none for an ordinary one. */
export function segmentPaths(name: string, { segments = [] }: WfdbHeader): string[] {
  return segments.filter((segment) => segment.name !== "~")
    .map((segment) => folderOf(name) + segment.name);
}
