/** Where record files come from: a folder, or memory in tests. */

import { existsSync } from "node:fs";
import { UserError } from "../../../errors.ts";
import { cannotRead, reading } from "../file_errors.ts";

/** Gives the bytes of files by their name relative to one folder. */
export interface FileSource {
  /** @throws {UserError} naming the file and the reason where it cannot be read */
  read(name: string): Uint8Array;
  /** Whether there is such a file; false for a name that {@linkcode read} would refuse. */
  exists(name: string): boolean;
}

/**
 * Files of a folder. A header may name files of its own folder and below only: absolute names and
 * names with `..` are refused, since a header is data from somebody else.
 */
export function folderSource(folder: string): FileSource {
  return {
    read(name) {
      const path = `${folder}/${checkedName(name)}`;
      return reading(() => Deno.readFileSync(path), cannotRead(path));
    },
    exists: (name) => isLocal(name) && existsSync(`${folder}/${name}`),
  };
}

/**
 * Size of a file in a folder, in bytes, without reading it.
 *
 * @param name Name as a header gives it; the same names are refused as by {@linkcode folderSource}
 * @returns undefined where the file is missing
 * @throws {UserError} naming the file and the reason where it cannot be examined or is a folder
 */
export function fileSize(folder: string, name: string): number | undefined {
  const path = `${folder}/${checkedName(name)}`;
  const info = reading(() => {
    try {
      return Deno.statSync(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }, cannotRead(path));
  if (info?.isFile === false) throw cannotRead(path)("it is a folder");
  return info?.size;
}

/** The folder in a file's name, with a slash at its end; empty where there is none. */
export function folderOf(name: string): string {
  return name.slice(0, name.lastIndexOf("/") + 1);
}

function isLocal(name: string): boolean {
  const parts = name.split(/[/\\]/);
  // deno-lint-ignore no-control-regex
  return !(name === "" || parts[0] === "" || parts.includes("..") || /^[A-Za-z]:|\x00/.test(name));
}

/** The name, where a header may name it. */
export function checkedName(name: string): string {
  if (isLocal(name)) return name;
  throw new UserError(
    `Cannot read ${JSON.stringify(name)}: a header may only name files in its own folder`,
  );
}
