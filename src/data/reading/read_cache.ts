/**
 * One file that holds a read record set, so that the second start does not read thousands of files.
 *
 * Layout, little-endian: 8 bytes magic; uint32 length of the JSON header; uint32 CRC-32 of all that
 * follows; the header, padded with blanks so that it ends at a multiple of 64 bytes; samples, labels,
 * ids, patients, folds, each padded with zeros to a multiple of 64 bytes.
 *
 * The file is valid for one fingerprint: format version, root, options, and name, size and time of
 * change of the tables and of every file in the record folders. A file that changes without a
 * change of size and time is not noticed. (Stating each of 43,598 files of the whole PTB-XL takes a
 * third of a second, less than reading the cache itself; missing a damaged record is worse.)
 */

import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { LEADS, type RecordSet } from "../signals/record_set.ts";
import type { RecordShape } from "./read_records.ts";

/** Raise this when the layout, the labels or the reading rules change. */
const VERSION = 3;
const MAGIC = "SSRLECG\n";
const PREFIX = 16;
const ALIGN = 64;

/** What a cached set was asked for with. */
export interface CacheKey {
  /** Kind of data set and every setting that decides which records are in it, and with what. */
  readonly loader: string;
  /** Absolute path of the data set. */
  readonly root: string;
  /** Paths of the files that decide which records there are. */
  readonly tables: readonly string[];
  readonly shape: RecordShape;
}

/** What the header holds of the set; the arrays follow it. */
type CachedFields = Omit<
  RecordSet,
  "source" | "synthetic" | "leads" | "samples" | "labels" | "ids" | "patients" | "folds"
>;

interface CacheHeader {
  readonly fingerprint: string;
  readonly folders: readonly string[];
  readonly records: number;
  readonly set: CachedFields;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function identity({ loader, root, shape }: CacheKey): string {
  const { samplingRate, signalLength, ...reading } = shape;
  return JSON.stringify({ loader, root, samplingRate, signalLength, reading });
}

/** One cache file for each root and shape; a new fingerprint replaces it. */
function cachePath(folder: string, key: CacheKey): string {
  return `${folder}/records-${sha256(identity(key)).slice(0, 16)}.bin`;
}

/**
 * Hash of everything that decides what a read set contains.
 *
 * @param folders Record folders below the root, each with a slash at the end (empty for the root
 *   itself). Their files count, and the names of the folders in them
 * @returns Hexadecimal SHA-256, or an empty string where a table cannot be examined
 */
export function fingerprintFiles(key: CacheKey, folders: readonly string[]): string {
  const lines = [`${VERSION} ${identity(key)}`];
  const add = (path: string, name: string) => {
    const info = Deno.statSync(path);
    lines.push(`${name} ${info.size} ${info.mtime?.getTime() ?? 0}`);
  };
  try {
    for (const table of key.tables) add(table, table);
  } catch {
    return "";
  }
  for (const folder of [...folders].sort()) {
    const names: string[] = [];
    try {
      for (const entry of Deno.readDirSync(`${key.root}/${folder}`)) {
        if (entry.name.startsWith(".")) continue;
        if (entry.isDirectory) lines.push(`${folder}${entry.name}/`);
        else names.push(entry.name);
      }
    } catch {
      // A folder that is not there is a fact about the set, too.
      lines.push(`${folder} cannot be listed`);
    }
    for (const name of names.sort()) {
      try {
        add(`${key.root}/${folder}${name}`, folder + name);
      } catch {
        lines.push(`${folder}${name} cannot be examined`);
      }
    }
  }
  return sha256(lines.join("\n"));
}

const align = (bytes: number) => Math.ceil(bytes / ALIGN) * ALIGN;

/** The arrays of a set over what follows the header, and where they end. */
function arraysOf(records: number, signalLength: number, classes: number) {
  let end = 0;
  const next = (width: number, count: number) => {
    const start = end;
    end += align(width * count * records);
    return [start, count * records] as const;
  };
  const at = {
    samples: next(2, signalLength * LEADS.length),
    labels: next(4, classes),
    ids: next(4, 1),
    patients: next(4, 1),
    folds: next(1, 1),
  };
  const view = (buffer: ArrayBuffer) => ({
    samples: new Int16Array(buffer, ...at.samples),
    labels: new Float32Array(buffer, ...at.labels),
    ids: new Int32Array(buffer, ...at.ids),
    patients: new Int32Array(buffer, ...at.patients),
    folds: new Uint8Array(buffer, ...at.folds),
  });
  return { end, view };
}

/** Reads a cached set, or undefined where there is none, it is stale, or it is damaged. */
export function readCache(cacheFolder: string, key: CacheKey): RecordSet | undefined {
  try {
    using file = Deno.openSync(cachePath(cacheFolder, key));
    const { size } = file.statSync();
    const prefix = read(file, PREFIX);
    const view = new DataView(prefix.buffer);
    const headerLength = view.getUint32(8, true);
    if (decode(prefix.subarray(0, 8)) !== MAGIC || headerLength > size - PREFIX) return undefined;
    const headerBytes = read(file, headerLength);
    const { fingerprint, folders, records, set } = JSON.parse(decode(headerBytes)) as CacheHeader;
    const { end, view: arraysIn } = arraysOf(records, set.signalLength, set.classNames.length);
    if (
      size !== PREFIX + headerLength + end || fingerprint !== fingerprintFiles(key, folders)
    ) return undefined;
    const arrays = read(file, end);
    if (crc32(arrays, crc32(headerBytes)) !== view.getUint32(12, true)) return undefined;
    return { source: "", synthetic: false, leads: LEADS, ...set, ...arraysIn(arrays.buffer) };
  } catch {
    // Whatever is wrong with the cache, the records themselves can still be read.
    return undefined;
  }
}

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Bytes of one read or write: a whole set at 500 Hz exceeds what a system call takes. */
const CHUNK_BYTES = 2 ** 28;

/** The next bytes of a file; throws where it ends before. */
function read(file: Deno.FsFile, count: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(count);
  for (let at = 0; at < count;) {
    const more = file.readSync(bytes.subarray(at, at + CHUNK_BYTES));
    if (!more) throw new RangeError("The file is truncated");
    at += more;
  }
  return bytes;
}

/**
 * Keeps a set in the cache. Written under a temporary name and renamed, so that a reader sees the
 * whole file or none. A folder that cannot be written is not an error: the next start just reads the
 * records again.
 */
export function writeCache(
  cacheFolder: string,
  key: CacheKey,
  folders: readonly string[],
  fingerprint: string,
  { samples, labels, ids, patients, folds, ...about }: RecordSet,
): void {
  if (fingerprint === "") return;
  const { source: _, synthetic: __, leads: ___, ...set } = about;
  const header: CacheHeader = { fingerprint, folders, records: ids.length, set };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = new Uint8Array(align(PREFIX + text.length) - PREFIX).fill(0x20);
  headerBytes.set(text);
  const parts = [headerBytes];
  for (const { buffer, byteOffset, byteLength } of [samples, labels, ids, patients, folds]) {
    parts.push(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength));
    parts.push(new Uint8Array(align(byteLength) - byteLength));
  }
  const prefix = new Uint8Array(PREFIX);
  prefix.set(new TextEncoder().encode(MAGIC));
  const view = new DataView(prefix.buffer);
  view.setUint32(8, headerBytes.length, true);
  view.setUint32(12, parts.reduce((sum, part) => crc32(part, sum), 0), true);

  const path = cachePath(cacheFolder, key);
  const temporary = `${path}.${Deno.pid}.tmp`;
  try {
    Deno.mkdirSync(cacheFolder, { recursive: true });
    {
      using file = Deno.openSync(temporary, { write: true, create: true, truncate: true });
      for (const part of [prefix, ...parts]) {
        for (let at = 0; at < part.length;) {
          at += file.writeSync(part.subarray(at, at + CHUNK_BYTES));
        }
      }
    }
    Deno.renameSync(temporary, path);
  } catch {
    try {
      Deno.removeSync(temporary);
    } catch {
      // Nothing was written.
    }
  }
}
