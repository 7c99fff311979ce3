/**
 * The part of the ZIP format (PKWARE APPNOTE 6.3) that PyTorch's files use: stored entries, aligned
 * data, a central directory, ZIP64 fields where something is beyond 32 bits. Deflated entries are
 * read too. Encryption, several disks and other compression are refused.
 *
 * @module
 */

import { crc32, inflateRawSync } from "node:zlib";
import { UserError } from "../errors.ts";

/** A name and its content. */
export interface ZipEntry {
  readonly name: string;
  readonly content: Uint8Array;
}

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const END_64_LOCATOR = 0x07064b50;

/** Content starts at multiples of this, so that readers can map tensors in place. */
const ALIGNMENT = 64;
/** Every entry carries 1 January 1980, the earliest date that the format knows: no clock. */
const DOS_DATE = 0x0021;
/** Header identifier of the padding field; readers skip fields that they do not know. */
const PADDING_FIELD = 0x4246; // "FB", as in PyTorch's files
const UTF8_NAMES = 0x0800;
const MAXIMUM_32 = 0xffffffff;

/**
 * A ZIP file with stored (not compressed) entries, each content at a multiple of 64 bytes. Equal
 * entries give equal bytes.
 *
 * @throws {RangeError} If the file would pass 4 GiB, where ZIP64 begins
 */
export function encodeZip(entries: readonly ZipEntry[]): Uint8Array<ArrayBuffer> {
  let position = 0;
  let centralBytes = 0;
  const plan = entries.map(({ name, content }) => {
    const nameBytes = new TextEncoder().encode(name);
    const start = position;
    // The padding field needs 4 bytes of its own header.
    const bare = start + 30 + nameBytes.length + 4;
    const padding = (ALIGNMENT - bare % ALIGNMENT) % ALIGNMENT;
    position = bare + padding + content.length;
    centralBytes += 46 + nameBytes.length;
    return { nameBytes, content, start, padding, crc: crc32(content) };
  });
  const total = position + centralBytes + 22;
  if (total >= MAXIMUM_32 || entries.length >= 0xffff) {
    throw new RangeError(`Cannot write a ZIP file of ${total} bytes: the limit is 4 GiB`);
  }
  const file = new Uint8Array(total);
  const view = new DataView(file.buffer);

  /** The 26 bytes that local and central headers share, from "version needed" on. */
  const shared = (at: number, entry: (typeof plan)[number], extraBytes: number) => {
    view.setUint16(at, 20, true); // version 2.0
    view.setUint16(at + 2, UTF8_NAMES, true);
    view.setUint16(at + 4, 0, true); // stored
    view.setUint16(at + 6, 0, true); // time
    view.setUint16(at + 8, DOS_DATE, true);
    view.setUint32(at + 10, entry.crc, true);
    view.setUint32(at + 14, entry.content.length, true);
    view.setUint32(at + 18, entry.content.length, true);
    view.setUint16(at + 22, entry.nameBytes.length, true);
    view.setUint16(at + 24, extraBytes, true);
  };

  let central = position;
  for (const entry of plan) {
    const { start, nameBytes, padding, content } = entry;
    view.setUint32(start, LOCAL_HEADER, true);
    shared(start + 4, entry, 4 + padding);
    file.set(nameBytes, start + 30);
    const extra = start + 30 + nameBytes.length;
    view.setUint16(extra, PADDING_FIELD, true);
    view.setUint16(extra + 2, padding, true);
    file.fill(0x5a, extra + 4, extra + 4 + padding);
    file.set(content, extra + 4 + padding);

    view.setUint32(central, CENTRAL_HEADER, true);
    view.setUint16(central + 4, 20, true); // made by version 2.0
    shared(central + 6, entry, 0);
    view.setUint32(central + 42, start, true);
    file.set(nameBytes, central + 46);
    central += 46 + nameBytes.length;
  }
  view.setUint32(central, END, true);
  view.setUint16(central + 8, plan.length, true);
  view.setUint16(central + 10, plan.length, true);
  view.setUint32(central + 12, centralBytes, true);
  view.setUint32(central + 16, position, true);
  return file;
}

/** A ZIP file opened for reading; nothing is unpacked before it is asked for. */
export interface ZipReader {
  readonly names: readonly string[];
  /** Unpacked size in bytes as the directory states it; undefined if there is no such entry. */
  size(name: string): number | undefined;
  /**
   * Unpacks an entry; a stored one is a view of the file.
   *
   * @throws {UserError} If it is damaged, or there is no such entry
   */
  read(name: string): Uint8Array;
}

interface DirectoryEntry {
  method: number;
  crc: number;
  packed: number;
  unpacked: number;
  offset: number;
}

/**
 * Deflate cannot pack better than 1032 : 1, so a directory that claims more lies; the limit also
 * bounds what a ZIP bomb can unfold to.
 */
const MAXIMUM_RATIO = 1032;

/**
 * Reads the directory of a ZIP file.
 *
 * @param file The whole file
 * @param maximumBytes Largest sum of unpacked sizes that is accepted
 * @param source Named in errors
 * @throws {UserError} If the file is damaged or uses what is not supported
 */
export function openZip(file: Uint8Array, maximumBytes: number, source: string): ZipReader {
  const refuse = (problem: string): never => {
    throw new UserError(`Cannot read checkpoint "${source}": ${problem}`);
  };
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  /** 64-bit number; what is beyond 2^53 is beyond any file and fails the range check after it. */
  const large = (at: number) => Number(view.getBigUint64(at, true));

  const end = findEnd(view);
  if (end < 0) {
    return refuse("the ZIP directory at its end is missing; the file is truncated or damaged");
  }
  let count = view.getUint16(end + 10, true);
  let directoryBytes = view.getUint32(end + 12, true);
  let position = view.getUint32(end + 16, true);
  const locator = end - 20;
  if (locator >= 0 && view.getUint32(locator, true) === END_64_LOCATOR) {
    const end64 = large(locator + 8);
    if (end64 + 56 > locator || view.getUint32(end64, true) !== END_64) {
      return refuse("the ZIP64 directory is damaged");
    }
    count = large(end64 + 32);
    directoryBytes = large(end64 + 40);
    position = large(end64 + 48);
  }
  if (position + directoryBytes > end || count * 46 > directoryBytes) {
    return refuse("the ZIP directory lies outside the file; the file is truncated or damaged");
  }
  const directoryEnd = position + directoryBytes;

  const directory = new Map<string, DirectoryEntry>();
  let total = 0;
  for (let i = 0; i < count; i++) {
    if (position + 46 > directoryEnd || view.getUint32(position, true) !== CENTRAL_HEADER) {
      return refuse("the ZIP directory is damaged");
    }
    const flags = view.getUint16(position + 8, true);
    const nameBytes = view.getUint16(position + 28, true);
    const extraBytes = view.getUint16(position + 30, true);
    const next = position + 46 + nameBytes + extraBytes + view.getUint16(position + 32, true);
    if (next > directoryEnd) return refuse("the ZIP directory is damaged");
    const name = new TextDecoder().decode(file.subarray(position + 46, position + 46 + nameBytes));
    if (flags & 1) return refuse(`entry "${name}" is encrypted`);
    const entry: DirectoryEntry = {
      method: view.getUint16(position + 10, true),
      crc: view.getUint32(position + 16, true),
      packed: view.getUint32(position + 20, true),
      unpacked: view.getUint32(position + 24, true),
      offset: view.getUint32(position + 42, true),
    };
    // ZIP64: fields that hold 2^32 − 1 stand, in this order, in extra field 1.
    let extra = position + 46 + nameBytes;
    const extraEnd = extra + extraBytes;
    while (extra + 4 <= extraEnd) {
      const fieldEnd = extra + 4 + view.getUint16(extra + 2, true);
      if (view.getUint16(extra, true) === 1 && fieldEnd <= extraEnd) {
        let at = extra + 4;
        for (const field of ["unpacked", "packed", "offset"] as const) {
          if (entry[field] === MAXIMUM_32 && at + 8 <= fieldEnd) {
            entry[field] = large(at);
            at += 8;
          }
        }
      }
      extra = fieldEnd;
    }
    if (directory.has(name)) return refuse(`entry "${name}" stands twice`);
    if (entry.unpacked > entry.packed * MAXIMUM_RATIO) {
      return refuse(`entry "${name}" claims to unpack to ${entry.unpacked} bytes; a ZIP bomb`);
    }
    total += entry.unpacked;
    if (total > maximumBytes) {
      return refuse(`its entries unpack to more than ${maximumBytes} bytes; a ZIP bomb`);
    }
    directory.set(name, entry);
    position = next;
  }

  return {
    names: [...directory.keys()],
    size: (name) => directory.get(name)?.unpacked,
    read(name) {
      const entry = directory.get(name);
      if (entry === undefined) return refuse(`it has no entry "${name}"`);
      const { offset, packed, unpacked, method, crc } = entry;
      if (offset + 30 > file.length || view.getUint32(offset, true) !== LOCAL_HEADER) {
        return refuse(`entry "${name}" is missing; the file is damaged`);
      }
      const start = offset + 30 + view.getUint16(offset + 26, true) +
        view.getUint16(offset + 28, true);
      if (start + packed > file.length) return refuse(`entry "${name}" is truncated`);
      let content = file.subarray(start, start + packed);
      if (method === 8) {
        try {
          content = inflateRawSync(content, { maxOutputLength: Math.max(unpacked, 1) });
        } catch {
          return refuse(`entry "${name}" cannot be unpacked; the file is damaged`);
        }
      } else if (method !== 0) {
        return refuse(`entry "${name}" uses compression method ${method}; save it uncompressed`);
      }
      if (content.length !== unpacked) {
        return refuse(`entry "${name}" has ${content.length} bytes, ${unpacked} were announced`);
      }
      if (crc32(content) !== crc) {
        return refuse(
          `the checksum of entry "${name}" is wrong; the file is damaged, or PyTorch wrote it ` +
            "with set_crc32_options(False): save it again with checksums",
        );
      }
      return content;
    },
  };
}

/** Position of the end record, searched backwards over a comment of up to 65,535 bytes; else −1. */
function findEnd(view: DataView): number {
  const last = view.byteLength - 22;
  for (let at = last; at >= Math.max(0, last - 0xffff); at--) {
    if (
      view.getUint32(at, true) === END && at + 22 + view.getUint16(at + 20, true) <= view.byteLength
    ) {
      return at;
    }
  }
  return -1;
}
