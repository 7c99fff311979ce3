/**
 * Where record files come from: a folder, or memory in tests.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { UserError } from "../../../errors.ts";

/** Gives the bytes of files by their name relative to one folder. */
export interface FileSource {
  /**
   * All bytes of a file.
   *
   * @throws {UserError} naming the file and the reason where it cannot be read
   */
  read(name: string): Uint8Array;
  /** Whether there is such a file; false for a name that {@linkcode read} would refuse. */
  exists(name: string): boolean;
}

/** A short reason for a failed file operation, for people. */
export function fileErrorReason(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "the file is missing";
  if (error instanceof Deno.errors.PermissionDenied) return "permission is denied";
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
  if (error instanceof Deno.errors.NotADirectory) return "a part of its path is not a folder";
  return error instanceof Error ? error.message : String(error);
}

/** What a reader's error says without its first words, for lists: `a.dat: the file is missing`. */
export function readFailureReason(error: UserError): string {
  return error.message.replace(/^Cannot (read|use) /, "");
}

/**
 * Files of a folder. A header may name files of its own folder and below only: absolute names and
 * names with `..` are refused, since a header is data from somebody else.
 */
export function folderSource(folder: string): FileSource {
  return {
    read(name) {
      const path = `${folder}/${checkedName(name)}`;
      try {
        return Deno.readFileSync(path);
      } catch (error) {
        throw new UserError(`Cannot read ${path}: ${fileErrorReason(error)}`);
      }
    },
    exists(name) {
      return isLocal(name) && existsSync(`${folder}/${name}`);
    },
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
  let info: Deno.FileInfo;
  try {
    info = Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new UserError(`Cannot read ${path}: ${fileErrorReason(error)}`);
  }
  if (!info.isFile) throw new UserError(`Cannot read ${path}: it is a folder`);
  return info.size;
}

/** The folder in a file's name, with a slash at its end; empty where there is none. */
export function folderOf(name: string): string {
  return name.slice(0, name.lastIndexOf("/") + 1);
}

/** The files of a folder of a source. */
export function subfolder(source: FileSource, folder: string): FileSource {
  return {
    read: (name) => source.read(folder + name),
    exists: (name) => source.exists(folder + name),
  };
}

/** Files in memory. */
export function memorySource(files: Readonly<Record<string, Uint8Array>>): FileSource {
  return {
    read(name) {
      if (!Object.hasOwn(files, checkedName(name))) {
        throw new UserError(`Cannot read ${name}: the file is missing`);
      }
      return files[name];
    },
    exists(name) {
      return isLocal(name) && Object.hasOwn(files, name);
    },
  };
}

function isLocal(name: string): boolean {
  const parts = name.split(/[/\\]/);
  // deno-lint-ignore no-control-regex
  return !(name === "" || parts[0] === "" || parts.includes("..") || /^[A-Za-z]:|\x00/.test(name));
}

function checkedName(name: string): string {
  if (!isLocal(name)) {
    throw new UserError(
      `Cannot read ${JSON.stringify(name)}: a header may only name files in its own folder`,
    );
  }
  return name;
}
