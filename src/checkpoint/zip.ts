/**
 * The part of the ZIP format (PKWARE APPNOTE 6.3) that PyTorch's files use: stored entries, aligned
 * data, a central directory, ZIP64 fields where something is beyond 32 bits. Deflated entries are
 * read too. Encryption, several disks and other compression are refused.
 */

import { crc32, inflateRawSync } from "node:zlib";
import type { Refuse } from "./refuse.ts";

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
const VERSION = 20; // 2.0
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
  const u16 = (...values: number[]) => Uint16Array.from(values);
  const u32 = (...values: number[]) => Uint32Array.from(values);
  const file: ArrayBufferView[] = [];
  const directory: ArrayBufferView[] = [];
  let position = 0;
  for (const { name, content } of entries) {
    const nameBytes = new TextEncoder().encode(name);
    // A header of 30 bytes, and 4 of the padding field's own.
    const padding = -(position + 30 + nameBytes.length + 4) & (ALIGNMENT - 1);
    const shared = [
      u16(VERSION, UTF8_NAMES, 0, 0, DOS_DATE), // stored, at 0 o'clock
      u32(crc32(content), content.length, content.length),
      u16(nameBytes.length),
    ];
    file.push(u32(LOCAL_HEADER), ...shared, u16(4 + padding), nameBytes);
    file.push(u16(PADDING_FIELD, padding), new Uint8Array(padding).fill(0x5a), content);
    // No extra field, comment, disk number or attributes.
    directory.push(u32(CENTRAL_HEADER), u16(VERSION), ...shared, u16(0, 0, 0, 0), u32(0, position));
    directory.push(nameBytes);
    position += 30 + nameBytes.length + 4 + padding + content.length;
  }
  const directoryBytes = byteLength(directory);
  const total = position + directoryBytes + 22;
  if (total >= MAXIMUM_32 || entries.length >= 0xffff) {
    throw new RangeError(`Cannot write a ZIP file of ${total} bytes: the limit is 4 GiB`);
  }
  const count = entries.length;
  const end = [u32(END), u16(0, 0, count, count), u32(directoryBytes, position), u16(0)];
  return concatenate([...file, ...directory, ...end]);
}

function byteLength(parts: readonly ArrayBufferView[]): number {
  return parts.reduce((sum, part) => sum + part.byteLength, 0);
}

function concatenate(parts: readonly ArrayBufferView[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(byteLength(parts));
  let position = 0;
  for (const { buffer, byteOffset, byteLength } of parts) {
    whole.set(new Uint8Array(buffer, byteOffset, byteLength), position);
    position += byteLength;
  }
  return whole;
}

/** An entry of a ZIP file that was opened for reading. */
export interface PackedEntry {
  /** Unpacked size in bytes as the directory states it. */
  readonly size: number;
  /** Unpacks the content, or refuses a damaged one; a stored one is a view of the file. */
  read(): Uint8Array;
}

/**
 * Deflate cannot pack better than 1032 : 1, so a directory that claims more is false; the limit also
 * bounds what a ZIP bomb can unpack to.
 */
const MAXIMUM_RATIO = 1032;

/**
 * The entries of a ZIP file by name; nothing is unpacked before it is asked for.
 *
 * @param file The whole file
 * @param maximumBytes Largest sum of unpacked sizes that is accepted
 * @param refuse Called if the file is damaged or uses what is not supported
 */
export function openZip(
  file: Uint8Array,
  maximumBytes: number,
  refuse: Refuse,
): ReadonlyMap<string, PackedEntry> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const u16 = (at: number) => view.getUint16(at, true);
  const u32 = (at: number) => view.getUint32(at, true);
  /** What is beyond 2^53 is not exact, but beyond any file, and fails the range check that follows. */
  const u64 = (at: number) => Number(view.getBigUint64(at, true));

  // The end record, searched backwards over a comment of up to 65,535 bytes.
  const first = Math.max(0, file.length - 22 - 0xffff);
  let end = file.length - 22;
  while (end >= first && (u32(end) !== END || end + 22 + u16(end + 20) > file.length)) end--;
  if (end < first) {
    refuse("the ZIP directory at its end is missing; the file is truncated or damaged");
  }
  let [count, directoryBytes, position] = [u16(end + 10), u32(end + 12), u32(end + 16)];
  const locator = end - 20;
  if (locator >= 0 && u32(locator) === END_64_LOCATOR) {
    const end64 = u64(locator + 8);
    if (end64 + 56 > locator || u32(end64) !== END_64) refuse("the ZIP64 directory is damaged");
    [count, directoryBytes, position] = [u64(end64 + 32), u64(end64 + 40), u64(end64 + 48)];
  }
  const directoryEnd = position + directoryBytes;
  if (directoryEnd > end || count * 46 > directoryBytes) {
    refuse("the ZIP directory is beyond the end of the file; the file is truncated or damaged");
  }

  const entries = new Map<string, PackedEntry>();
  let total = 0;
  for (let i = 0; i < count; i++) {
    if (position + 46 > directoryEnd || u32(position) !== CENTRAL_HEADER) {
      refuse("the ZIP directory is damaged");
    }
    const nameEnd = position + 46 + u16(position + 28);
    const extraEnd = nameEnd + u16(position + 30);
    const next = extraEnd + u16(position + 32);
    if (next > directoryEnd) refuse("the ZIP directory is damaged");
    const name = new TextDecoder().decode(file.subarray(position + 46, nameEnd));
    if (u16(position + 8) & 1) refuse(`entry "${name}" is encrypted`);
    const method = u16(position + 10);
    const crc = u32(position + 16);
    // ZIP64: those that are 2^32 − 1 are in extra field 1, in this order.
    const sizes = {
      unpacked: u32(position + 24),
      packed: u32(position + 20),
      offset: u32(position + 42),
    };
    for (let extra = nameEnd; extra + 4 <= extraEnd;) {
      const fieldEnd = extra + 4 + u16(extra + 2);
      if (u16(extra) === 1 && fieldEnd <= extraEnd) {
        let at = extra + 4;
        for (const size of ["unpacked", "packed", "offset"] as const) {
          if (sizes[size] === MAXIMUM_32 && at + 8 <= fieldEnd) {
            sizes[size] = u64(at);
            at += 8;
          }
        }
      }
      extra = fieldEnd;
    }
    const { unpacked, packed, offset } = sizes;
    if (entries.has(name)) refuse(`entry "${name}" appears twice`);
    if (unpacked > packed * MAXIMUM_RATIO) {
      refuse(`entry "${name}" claims to unpack to ${unpacked} bytes; a ZIP bomb`);
    }
    total += unpacked;
    if (total > maximumBytes) {
      refuse(`its entries unpack to more than ${maximumBytes} bytes; a ZIP bomb`);
    }
    const read = () => {
      if (offset + 30 > file.length || u32(offset) !== LOCAL_HEADER) {
        refuse(`entry "${name}" is missing; the file is damaged`);
      }
      const start = offset + 30 + u16(offset + 26) + u16(offset + 28);
      if (start + packed > file.length) refuse(`entry "${name}" is truncated`);
      let content = file.subarray(start, start + packed);
      if (method === 8) {
        try {
          content = inflateRawSync(content, { maxOutputLength: Math.max(unpacked, 1) });
        } catch {
          refuse(`entry "${name}" cannot be unpacked; the file is damaged`);
        }
      } else if (method !== 0) {
        refuse(`entry "${name}" uses compression method ${method}; save it uncompressed`);
      }
      if (content.length !== unpacked) {
        refuse(`entry "${name}" has ${content.length} bytes, ${unpacked} were announced`);
      }
      if (crc32(content) !== crc) {
        refuse(
          `the checksum of entry "${name}" is wrong; the file is damaged, or PyTorch wrote it ` +
            "with set_crc32_options(False): save it again with checksums",
        );
      }
      return content;
    };
    entries.set(name, { size: unpacked, read });
    position = next;
  }
  return entries;
}
