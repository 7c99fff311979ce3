/** Checkpoint files with names to call them by. */

import { basename, extname, normalize } from "node:path";
import { UsageError } from "../errors.ts";
import { findCheckpointsSync, kindOf } from "./find_checkpoints.ts";

/** A checkpoint file and what tables call it. */
export interface NamedCheckpoint {
  readonly name: string;
  readonly path: string;
}

/**
 * Reads `NAME=PATH`, or a path alone, whose file gives the name: `checkpoints/supervised.pt` is
 * `supervised`. A folder or a glob gives all its checkpoints. The part before the first `=` is a
 * name unless it has a slash, so that `results/lr=0.1/best.pt` is a path. Files need not exist.
 *
 * @param texts What was given, in the order in which checkpoints are to be compared.
 * @throws {UsageError} Nothing before or after the `=`, or two checkpoints of one name or one file.
 * @throws {UserError} A folder or a glob has no checkpoint.
 */
export function readNamedCheckpointsSync(texts: readonly string[]): NamedCheckpoint[] {
  const found = texts.flatMap(readOne);
  const names = new Map<string, string>();
  const paths = new Set<string>();
  for (const { name, path } of found) {
    const other = names.get(name);
    if (paths.has(path)) throw new UsageError(`${path} was given twice: give each file once`);
    if (other !== undefined) {
      throw new UsageError(
        `Cannot tell ${other} and ${path} apart: both are named ${name}. Give NAME=PATH with other ` +
          `names`,
      );
    }
    names.set(name, path);
    paths.add(path);
  }
  return found;
}

function readOne(text: string): NamedCheckpoint[] {
  const [, name, path] = /^([^=/\\]*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined) {
    const kind = kindOf(text);
    const many = kind === "folder" || (kind === undefined && /[*?[{]/.test(text));
    return (many ? findCheckpointsSync([text]) : [normalize(text)]).map((file) => ({
      name: basename(file, extname(file)),
      path: file,
    }));
  }
  if (path === "") throw new UsageError(`${text} names no file: give NAME=PATH`);
  if (name === "") throw new UsageError(`${text} has no name: give NAME=PATH, or the path alone`);
  return [{ name, path: normalize(path) }];
}
