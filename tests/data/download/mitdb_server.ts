/** A small copy of the MIT-BIH Arrhythmia Database behind HTTP. */

import { type FileServer, serveFiles } from "./file_server.ts";
import { SMALL_MITDB, writeSmallMitdb } from "../../support/small_mitdb.ts";

/** Files that the published data set has in folders below, which are not downloaded. */
export const MITDB_EXTRAS = ["mitdbdir/intro.htm", "x_mitdb/x_108.dat"];

/** Starts a server with the records of `small_mitdb.ts`, the lists beside them, and the extras. */
export function serveMitBih(): FileServer {
  const root = writeSmallMitdb();
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const list = SMALL_MITDB.map(({ record }) => `${record}\n`).join("");
  files.set("RECORDS", new TextEncoder().encode(list));
  files.set("ANNOTATORS", new TextEncoder().encode("atr\treference beat annotations\n"));
  for (const { record } of SMALL_MITDB) {
    for (const extension of ["hea", "dat", "atr"]) {
      const name = `${record}.${extension}`;
      files.set(name, Deno.readFileSync(`${root}/${name}`));
    }
  }
  for (const name of MITDB_EXTRAS) files.set(name, new TextEncoder().encode("extra"));
  Deno.removeSync(root, { recursive: true });
  return serveFiles(files, "/files/mitdb/1.0.0/");
}
