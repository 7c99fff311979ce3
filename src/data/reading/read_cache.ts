/**
 * One file that holds a read record set, so that the second start does not read thousands of files.
 *
 * Layout, little-endian: 8 bytes magic; uint32 length of the JSON header; uint32 sum of the payload;
 * 32 bytes SHA-256 of the JSON header; the header, padded with blanks so that the payload starts at
 * a multiple of 64 bytes; the payload: samples, labels, ids, patients, folds, each at a multiple of
 * 64 bytes.
 *
 * The file is valid for one fingerprint: format version, root, options, and name, size and time of
 * change of the tables and of every file in the record folders. A file that changes without a
 * change of size and time is not noticed. (Stating each of 43,598 files of the whole PTB-XL takes a
 * third of a second, less than reading the cache itself; missing a damaged record is worse.)
 *
 * @module
 */

import type { SignalAssumptions } from "../signals/lead_signals.ts";
import { LEADS, type RecordSet } from "../signals/record_set.ts";

/** Raise this when the layout, the labels or the reading rules change. */
const VERSION = 2;
const MAGIC = "SSRLECG\n";
const PREFIX = 48;
const ALIGN = 64;

/** What a cached set was asked for with. */
export interface CacheIdentity {
  /** Kind of data set and every setting that decides which records are in it, and with what. */
  readonly loader: string;
  /** Absolute path of the data set. */
  readonly root: string;
  readonly samplingRate: number;
  readonly signalLength: number;
  /** How records are read besides rate and length. */
  readonly reading: SignalAssumptions & { readonly resample: boolean };
}

/** What a set is read from. */
export interface WatchedFiles {
  /** Folder of the data set. */
  readonly root: string;
  /** Paths of the files that decide which records there are. */
  readonly tables: readonly string[];
  /**
   * Record folders below the root, each with a slash at the end (empty for the root itself). Their
   * files count, and the names of the folders in them.
   */
  readonly folders: readonly string[];
}

interface CacheHeader {
  readonly version: number;
  readonly fingerprint: string;
  readonly folders: readonly string[];
  readonly samplingRate: number;
  readonly signalLength: number;
  readonly millivoltsPerUnit: number;
  readonly records: number;
  readonly classNames: readonly string[];
  readonly files?: readonly string[];
  readonly padded: number;
  readonly resampled?: number;
  readonly quarantined: RecordSet["quarantined"];
}

async function sha256(text: string | Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** One cache file for each root and shape; a new fingerprint replaces it. */
async function cachePath(folder: string, identity: CacheIdentity): Promise<string> {
  const name = hex(await sha256(JSON.stringify(identity))).slice(0, 16);
  return `${folder}/records-${name}.bin`;
}

/**
 * Hash of everything that decides what a read set contains.
 *
 * @returns Hexadecimal SHA-256, or an empty string where a table cannot be examined
 */
export async function fingerprintFiles(
  watched: WatchedFiles,
  identity: CacheIdentity,
): Promise<string> {
  const lines = [`${VERSION} ${JSON.stringify(identity)}`];
  const add = (path: string, name: string) => {
    const info = Deno.statSync(path);
    lines.push(`${name} ${info.size} ${info.mtime?.getTime() ?? 0}`);
  };
  const { root, tables, folders } = watched;
  try {
    for (const table of tables) add(table, table);
  } catch {
    return "";
  }
  for (const folder of [...folders].sort()) {
    const names: string[] = [];
    try {
      for (const entry of Deno.readDirSync(`${root}/${folder}`)) {
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
        add(`${root}/${folder}${name}`, folder + name);
      } catch {
        lines.push(`${folder}${name} cannot be examined`);
      }
    }
  }
  return hex(await sha256(lines.join("\n")));
}

/**
 * Adds 32-bit words to four sums modulo 2³², word i to sum i mod 4.
 *
 * @param bytes A multiple of 16 bytes at an address that is a multiple of 4
 */
function addWords(sums: Int32Array, bytes: Uint8Array): void {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  let [a, b, c, d] = sums;
  for (let i = 0; i < words.length; i += 4) {
    a = (a + words[i]) | 0;
    b = (b + words[i + 1]) | 0;
    c = (c + words[i + 2]) | 0;
    d = (d + words[i + 3]) | 0;
  }
  sums.set([a, b, c, d]);
}

/** One number from four sums. */
function mixSums([a, b, c, d]: Int32Array): number {
  // Rotations keep the four apart, so that most exchanged words are noticed as well.
  return (a ^ (b << 7 | b >>> 25) ^ (c << 14 | c >>> 18) ^ (d << 21 | d >>> 11)) >>> 0;
}

/** The bytes of an array in pieces, the last one padded with zeros to a multiple of 64 bytes. */
function pieces(array: Int16Array | Int32Array | Uint8Array | Float32Array): Uint8Array[] {
  const own = array.byteOffset % 4 === 0 ? array : array.slice();
  const bytes = new Uint8Array(own.buffer, own.byteOffset, own.byteLength);
  const whole = bytes.length - bytes.length % ALIGN;
  if (whole === bytes.length) return [bytes];
  const last = new Uint8Array(ALIGN);
  last.set(bytes.subarray(whole));
  return [bytes.subarray(0, whole), last];
}

function align(value: number): number {
  return Math.ceil(value / ALIGN) * ALIGN;
}

/** Byte offsets of the arrays within the payload. */
function planPayload(records: number, signalLength: number, classes: number) {
  const samples = 0;
  const labels = align(samples + 2 * records * signalLength * LEADS.length);
  const ids = align(labels + 4 * records * classes);
  const patients = align(ids + 4 * records);
  const folds = align(patients + 4 * records);
  return { samples, labels, ids, patients, folds, total: align(folds + records) };
}

/** Typed arrays over the payload. */
function viewPayload(buffer: ArrayBuffer, records: number, signalLength: number, classes: number) {
  const at = planPayload(records, signalLength, classes);
  return {
    samples: new Int16Array(buffer, at.samples, records * signalLength * LEADS.length),
    labels: new Float32Array(buffer, at.labels, records * classes),
    ids: new Int32Array(buffer, at.ids, records),
    patients: new Int32Array(buffer, at.patients, records),
    folds: new Uint8Array(buffer, at.folds, records),
  };
}

/**
 * Reads a cached set, or undefined where there is none, it is stale, or it is damaged.
 *
 * @param cacheFolder Folder of the cache
 * @param watched What the set is read from; its folders are kept in the cache
 */
export async function readCache(
  cacheFolder: string,
  watched: Omit<WatchedFiles, "folders">,
  identity: CacheIdentity,
): Promise<RecordSet | undefined> {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(await cachePath(cacheFolder, identity));
  } catch {
    return undefined;
  }
  try {
    const size = file.statSync().size;
    const prefix = new Uint8Array(PREFIX);
    if (size < PREFIX || !fill(file, prefix)) return undefined;
    if (new TextDecoder().decode(prefix.subarray(0, 8)) !== MAGIC) return undefined;
    const view = new DataView(prefix.buffer);
    const headerLength = view.getUint32(8, true);
    if (headerLength > size - PREFIX) return undefined;
    const headerBytes = new Uint8Array(headerLength);
    if (!fill(file, headerBytes)) return undefined;
    if (hex(await sha256(headerBytes)) !== hex(prefix.subarray(16, 48))) return undefined;
    const header = JSON.parse(new TextDecoder().decode(headerBytes)) as CacheHeader;
    if (header.version !== VERSION) return undefined;
    const { records, signalLength, classNames, folders } = header;
    const payloadSize = planPayload(records, signalLength, classNames.length).total;
    if (size !== PREFIX + headerLength + payloadSize) return undefined;
    if (header.fingerprint !== await fingerprintFiles({ ...watched, folders }, identity)) {
      return undefined;
    }
    const payload = new ArrayBuffer(payloadSize);
    if (!fill(file, new Uint8Array(payload))) return undefined;
    const sums = new Int32Array(4);
    addWords(sums, new Uint8Array(payload));
    if (mixSums(sums) !== view.getUint32(12, true)) return undefined;
    return {
      source: "",
      synthetic: false,
      samplingRate: header.samplingRate,
      signalLength,
      leads: LEADS,
      classNames,
      millivoltsPerUnit: header.millivoltsPerUnit,
      quarantined: header.quarantined,
      padded: header.padded,
      ...optionalFields(header),
      ...viewPayload(payload, records, signalLength, classNames.length),
    };
  } catch {
    // Whatever is wrong with the cache, the records themselves can still be read.
    return undefined;
  } finally {
    file.close();
  }
}

/** The fields of a set that may be absent, absent where they are. */
function optionalFields({ files, resampled }: Pick<RecordSet, "files" | "resampled">) {
  return {
    ...(files === undefined ? {} : { files }),
    ...(resampled === undefined ? {} : { resampled }),
  };
}

/** Bytes of one read or write: a whole set at 500 Hz exceeds what a system call takes. */
const CHUNK_BYTES = 2 ** 28;

/** Reads until `target` is full; false where the file ends before. */
function fill(file: Deno.FsFile, target: Uint8Array): boolean {
  let at = 0;
  while (at < target.length) {
    const count = file.readSync(target.subarray(at, at + CHUNK_BYTES));
    if (count === null || count === 0) return false;
    at += count;
  }
  return true;
}

/**
 * Keeps a set in the cache. Written under a temporary name and renamed, so that a reader sees the
 * whole file or none. A folder that cannot be written is not an error: the next start just reads the
 * records again.
 *
 * @returns Whether the file was written
 */
export async function writeCache(
  cacheFolder: string,
  identity: CacheIdentity,
  folders: readonly string[],
  fingerprint: string,
  set: RecordSet,
): Promise<boolean> {
  if (fingerprint === "") return false;
  const records = set.ids.length;
  const payload = [set.samples, set.labels, set.ids, set.patients, set.folds].flatMap(pieces);
  const sums = new Int32Array(4);
  for (const piece of payload) addWords(sums, piece);

  const header: CacheHeader = {
    version: VERSION,
    fingerprint,
    folders,
    samplingRate: set.samplingRate,
    signalLength: set.signalLength,
    millivoltsPerUnit: set.millivoltsPerUnit,
    records,
    classNames: set.classNames,
    padded: set.padded,
    ...optionalFields(set),
    quarantined: set.quarantined,
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = new Uint8Array(align(PREFIX + text.length) - PREFIX).fill(0x20);
  headerBytes.set(text);
  const prefix = new Uint8Array(PREFIX);
  prefix.set(new TextEncoder().encode(MAGIC));
  const view = new DataView(prefix.buffer);
  view.setUint32(8, headerBytes.length, true);
  view.setUint32(12, mixSums(sums), true);
  prefix.set(await sha256(headerBytes), 16);

  const path = await cachePath(cacheFolder, identity);
  const temporary = `${path}.${Deno.pid}.tmp`;
  try {
    Deno.mkdirSync(cacheFolder, { recursive: true });
    const file = Deno.openSync(temporary, { write: true, create: true, truncate: true });
    try {
      for (const part of [prefix, headerBytes, ...payload]) {
        for (let at = 0; at < part.length;) {
          at += file.writeSync(part.subarray(at, at + CHUNK_BYTES));
        }
      }
    } finally {
      file.close();
    }
    Deno.renameSync(temporary, path);
    return true;
  } catch {
    try {
      Deno.removeSync(temporary);
    } catch {
      // Nothing was written.
    }
    return false;
  }
}
