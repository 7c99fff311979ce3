/** The ECGs that a list of files and folders names. */

import { existsSync, statSync } from "node:fs";
import { type ErrorFacts, UserError } from "../../errors.ts";
import { attempt } from "./file_errors.ts";
import { locateEcg } from "./read_ecg.ts";
import { findRecords } from "./wfdb/find_records.ts";

/** A path that names no ECG, and why. */
export interface UnusableEcg {
  readonly path: string;
  /** A sentence that names the path. */
  readonly reason: string;
  /** What could be changed, from the error. */
  readonly facts?: ErrorFacts;
}

/** What {@linkcode findEcgsSync} gives. */
export interface FoundEcgs {
  /** Paths for `readEcgSync`, in the order given; a WFDB record by its path without extension. */
  readonly paths: readonly string[];
  readonly leftOut: readonly UnusableEcg[];
}

/**
 * Turns files and folders into ECGs. Of a folder all WFDB records, `.csv` and `.mat` files in it and
 * the folders below it, in the order of their paths. The files of a WFDB record (`A1.hea`, `A1.dat`,
 * `A1.mat` with `A1.hea`) are one ECG, as where a shell expands `folder/*`. Whether a file
 * can be read is for the reader to say.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { findEcgsSync } from "ssrl-ecg";
 * const folder = Deno.makeTempDirSync();
 * for (const name of ["a.hea", "a.mat", "b.csv"]) Deno.writeTextFileSync(`${folder}/${name}`, "");
 * const expected = `${folder}/a,${folder}/b.csv`;
 * assert(findEcgsSync([folder]).paths.join() === expected);
 * assert(findEcgsSync([`${folder}/a.mat`, `${folder}/a.hea`, folder]).paths.join() === expected);
 * ```
 */
export function findEcgsSync(given: readonly string[]): FoundEcgs {
  const paths = new Set<string>();
  const leftOut: UnusableEcg[] = [];
  for (const path of given) {
    const found = attempt(() => (isFolder(path) ? ecgsIn(path) : [path]).map(recordPath));
    if (found instanceof UserError) leftOut.push({ path, reason: found.message });
    else found.forEach((each) => paths.add(each));
  }
  return { paths: [...paths], leftOut };
}

/** False where a WFDB record has the name of the folder. */
function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory() &&
    !existsSync(`${path.replace(/[/\\]+$/, "")}.hea`);
}

function ecgsIn(folder: string): string[] {
  const root = folder.replace(/[/\\]+$/, "");
  const { names, others } = findRecords(root || "/");
  // A matrix with a header is the signal file of a record or of a segment.
  const isEcg = (file: string) =>
    /\.csv$/i.test(file) ||
    /\.mat$/i.test(file) && !existsSync(`${root}/${file.slice(0, -".mat".length)}.hea`);
  const found = [...names, ...others.filter(isEcg)].sort();
  if (found.length === 0) {
    throw new UserError(
      `Found no ECG in ${folder}: need WFDB records (.hea), .mat or .csv files in it or below it`,
    );
  }
  return found.map((file) => `${root}/${file}`);
}

/** One path for all files of a WFDB record. */
function recordPath(path: string): string {
  const { kind } = locateEcg(path).file;
  return kind === "wfdb" ? path.replace(/\.(hea|dat|mat)$/i, "") : path;
}
