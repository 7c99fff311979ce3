/**
 * Whole files or none: written under a temporary name in the same folder, synced to the disk, then
 * renamed. A reader, also one after a power cut, sees the old file or the new one.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";
import process from "node:process";
import { UserError } from "../errors.ts";

/** Temporaries of a dead process older than this are removed: an hour outlives any write. */
const STALE_AFTER_MS = 3_600_000;

let writes = 0;

/**
 * Replaces a file by new content, atomically. Parent folders are created. Temporaries that a
 * killed process left for the same file are removed.
 *
 * @param path File to write
 * @param content Bytes, or text (UTF-8)
 * @throws {UserError} If the folder cannot be made or written, or the disk is full. The old file, if
 * any, is then unchanged and no temporary remains
 */
export async function writeFileAtomically(
  path: string,
  content: Uint8Array | string,
): Promise<void> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const folder = dirname(path);
  // Hidden, beside the target; the process and a counter keep concurrent writers apart.
  const temporary = join(folder, `.${basename(path)}.${process.pid}-${writes++}.partial`);
  try {
    await Deno.mkdir(folder, { recursive: true });
    await removeStale(path);
    const file = await Deno.open(temporary, { write: true, create: true, truncate: true });
    try {
      for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
      await file.sync();
    } finally {
      file.close();
    }
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {}); // absent when opening it was what failed
    throw new UserError(`Cannot write ${path}: ${explain(error)}`);
  }
  await syncFolder(folder);
}

function explain(error: unknown): string {
  if (error instanceof Deno.errors.PermissionDenied) {
    return "permission denied. Choose a folder that you may write";
  }
  if (error instanceof Deno.errors.NotCapable) return (error as Error).message;
  const message = error instanceof Error ? error.message : String(error);
  if (/no space left|disk full|os error 28\b/i.test(message)) {
    return "the disk is full. Free some space";
  }
  if (/read-only file system/i.test(message)) {
    return "the file system is read-only. Choose another folder";
  }
  if (/is a directory/i.test(message)) return "a folder of this name exists. Choose another name";
  if (/not a directory|file exists/i.test(message)) {
    return "a parent folder is a file. Choose another folder";
  }
  return message;
}

/** Makes the rename itself durable. Windows has no such call and does not need it. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await Deno.open(folder);
    try {
      await handle.sync();
    } finally {
      handle.close();
    }
  } catch {
    // Some file systems refuse to sync a folder; the file itself is safe.
  }
}

async function removeStale(path: string): Promise<void> {
  const folder = dirname(path);
  const start = `.${basename(path)}.`;
  for await (const entry of Deno.readDir(folder)) {
    const owner = entry.name.startsWith(start)
      ? /^(\d+)-\d+\.partial$/.exec(entry.name.slice(start.length))
      : null;
    if (owner === null || isAlive(Number(owner[1]))) continue;
    const stale = join(folder, entry.name);
    try {
      const { mtime } = await Deno.stat(stale);
      if (mtime !== null && Date.now() - mtime.getTime() > STALE_AFTER_MS) await Deno.remove(stale);
    } catch {
      // Another process was quicker.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0); // signal 0 only asks
    return true;
  } catch (error) {
    return (error as { code?: string }).code !== "ESRCH";
  }
}
