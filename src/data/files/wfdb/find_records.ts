/**
 * Finds WFDB records in a folder tree.
 *
 * @module
 */

import { findHeaders, type FoundHeaders } from "./find_headers.ts";
import { parseHeader } from "./header.ts";

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
    const folder = name.slice(0, name.lastIndexOf("/") + 1);
    try {
      const header = parseHeader(Deno.readTextFileSync(`${root}/${name}.hea`));
      for (const segment of header.segments ?? []) segments.add(folder + segment.name);
    } catch {
      // Not a header: reading the record will say why.
    }
  }
  return segments;
}
