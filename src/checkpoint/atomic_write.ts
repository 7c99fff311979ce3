/**
 * Whole files or none: written under a temporary name in the same folder, synced to the disk, then
 * renamed. A reader, also one after a power cut, sees the old file or the new one.
 */

import { basename, dirname, join } from "node:path";
import process from "node:process";
import { UserError } from "../errors.ts";

/** Temporaries of a dead process older than this are removed: no write takes an hour. */
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
    await writeToDisk(temporary, bytes);
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {}); // absent when opening it was what failed
    throw new UserError(`Cannot write ${path}: ${explain(error)}`);
  }
  await syncFolder(folder);
}

async function writeToDisk(path: string, bytes: Uint8Array): Promise<void> {
  using file = await Deno.open(path, { write: true, create: true, truncate: true });
  for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
  await file.sync();
}

function explain(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Deno.errors.NotCapable) return message;
  if (error instanceof Deno.errors.PermissionDenied) {
    return "permission denied. Choose a folder that you may write";
  }
  const known: [RegExp, string][] = [
    [/no space left|disk full|os error 28\b/i, "the disk is full. Free some space"],
    [/read-only file system/i, "the file system is read-only. Choose another folder"],
    [/is a directory/i, "a folder of this name exists. Choose another name"],
    [/not a directory|file exists/i, "a parent folder is a file. Choose another folder"],
  ];
  return known.find(([pattern]) => pattern.test(message))?.[1] ?? message;
}

/** Makes the rename itself durable. Windows has no such call and does not need it. */
async function syncFolder(folder: string): Promise<void> {
  try {
    using handle = await Deno.open(folder);
    await handle.sync();
  } catch {
    // Some file systems refuse to sync a folder; the file itself is safe.
  }
}

async function removeStale(path: string): Promise<void> {
  const folder = dirname(path);
  const start = `.${basename(path)}.`;
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.startsWith(start)) continue;
    const owner = /^(\d+)-\d+\.partial$/.exec(name.slice(start.length));
    if (owner === null || isAlive(Number(owner[1]))) continue;
    const stale = join(folder, name);
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
