/** Checkpoint files by folder, glob or name. */

import { globSync, statSync } from "node:fs";
import { join, normalize } from "node:path";
import { UserError } from "../errors.ts";

/**
 * Files for the given paths: for a folder all `.pt` and `.safetensors` files in it at any depth, for
 * a file the file itself whatever its name, for anything else the files that match it as a glob.
 *
 * @param paths Folders, files and globs such as `checkpoints/*.pt` or `results/*.safetensors`
 * @returns Paths in alphabetical order, each once
 * @throws {UserError} A path gives no file
 */
export function findCheckpointsSync(paths: readonly string[]): string[] {
  const found = new Set<string>();
  for (const path of paths) {
    const kind = kindOf(path);
    const candidates = kind === "file"
      ? [path]
      : kind === "folder"
      ? globSync(["**/*.pt", "**/*.safetensors"], { cwd: path }).map((file) => join(path, file))
      : globSync(path);
    const files = candidates.filter((file) => kindOf(file) === "file");
    if (files.length === 0) {
      throw new UserError(
        kind === "folder"
          ? `Found no .pt or .safetensors file in ${path}`
          : `Found no checkpoint ${path}: give a folder, a file, or a glob in quotes such as ` +
            `"checkpoints/*.pt"`,
      );
    }
    for (const file of files) found.add(normalize(file));
  }
  return [...found].sort();
}

/** What a path is; undefined where there is nothing, or nothing that can be reached. */
export function kindOf(path: string): "file" | "folder" | undefined {
  try {
    const status = statSync(path);
    return status.isFile() ? "file" : status.isDirectory() ? "folder" : undefined;
  } catch {
    return undefined;
  }
}
