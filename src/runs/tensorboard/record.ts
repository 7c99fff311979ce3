/**
 * The frame around each message of an event file ("TFRecord"). All numbers are little-endian:
 *
 * | bytes  | content                              |
 * | ------ | ------------------------------------ |
 * | 8      | length n of the message, unsigned    |
 * | 4      | masked CRC-32C of those eight bytes  |
 * | n      | the message                          |
 * | 4      | masked CRC-32C of the message        |
 */

import { maskedCrc32c } from "./crc32c.ts";

/** Frames a message. Records follow each other without a gap, so a file is their concatenation. */
export function frameRecord(message: Uint8Array): Uint8Array {
  const record = new Uint8Array(16 + message.length);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(message.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(message, 12);
  view.setUint32(12 + message.length, maskedCrc32c(message), true);
  return record;
}
