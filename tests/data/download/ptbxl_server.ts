/** A small copy of PTB-XL behind HTTP. */

import { writeCohort } from "../../../src/data/synthetic/write_cohort.ts";
import { sharedData } from "../../support/shared_data.ts";
import { type FileServer, serveFiles } from "./file_server.ts";

async function collect(records: number): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const real = sharedData("ptb-xl");
  const made = real === undefined ? await Deno.makeTempDir() : undefined;
  if (made !== undefined) {
    await writeCohort({ destination: made, records, seed: 1 });
    await Deno.writeTextFile(`${made}/LICENSE.txt`, "none\n");
  }
  const root = real ?? made!;
  const put = (name: string) => files.set(name, Deno.readFileSync(`${root}/${name}`));
  for (const name of ["LICENSE.txt", "ptbxl_database.csv", "scp_statements.csv"]) put(name);
  const names = Deno.readTextFileSync(`${root}/RECORDS`).split("\n")
    .filter((name) => name.startsWith("records100/")).slice(0, records);
  for (const name of names) {
    put(`${name}.hea`);
    put(`${name}.dat`);
    // The large version: the same bytes under the other name are enough here.
    const large = name.replace("records100", "records500").replace("_lr", "_hr");
    files.set(`${large}.hea`, files.get(`${name}.hea`)!);
    files.set(`${large}.dat`, files.get(`${name}.dat`)!);
  }
  files.set("RECORDS", new TextEncoder().encode(names.join("\n") + "\n"));
  if (made !== undefined) await Deno.remove(made, { recursive: true });
  return files;
}

/** Starts a server with some records of PTB-XL, real ones where they are at hand. */
export async function servePtbXl(records: number): Promise<FileServer> {
  return serveFiles(await collect(records), "/files/ptb-xl/1.0.3/");
}
