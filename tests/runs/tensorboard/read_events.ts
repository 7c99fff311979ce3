/**
 * A reader of event files from their description alone: TFRecord frames, and Protocol Buffers by
 * their wire format. It shares no code with the writer but the checksum, which has test vectors.
 */

import { maskedCrc32c } from "../../../src/runs/tensorboard/crc32c.ts";

/** Fields of a message by number: integers and doubles as numbers, floats likewise, else bytes. */
type Fields = Map<number, (number | Uint8Array)[]>;

/** Values of one event. */
export interface ReadEvent {
  readonly wallTime: number;
  readonly step: number;
  readonly version?: string;
  /** Scalars by tag. */
  readonly scalars: Readonly<Record<string, number>>;
  /** Tags of the hparams plugin. */
  readonly hparams: readonly string[];
}

/** Splits a file into its messages. @throws {Error} Where it is torn or a checksum is wrong. */
export function splitRecords(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const messages: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(view.getBigUint64(at, true));
    const message = bytes.subarray(at + 12, at + 12 + length);
    if (
      view.getUint32(at + 8, true) !== maskedCrc32c(bytes.subarray(at, at + 8)) ||
      view.getUint32(at + 12 + length, true) !== maskedCrc32c(message)
    ) throw new Error(`Wrong checksum in the record at byte ${at}`);
    messages.push(message);
    at += 16 + length;
  }
  return messages;
}

/** Reads one message. */
export function readFields(bytes: Uint8Array): Fields {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields: Fields = new Map();
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let factor = 1;; factor *= 128) {
      const byte = view.getUint8(at++);
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number) => bytes.subarray(at, at += length);
  while (at < bytes.length) {
    const key = varint();
    const kind = key % 8;
    let value: number | Uint8Array;
    if (kind === 0) value = varint();
    else if (kind === 1) value = view.getFloat64((at += 8) - 8, true);
    else if (kind === 2) value = take(varint());
    else if (kind === 5) value = view.getFloat32((at += 4) - 4, true);
    else throw new Error(`Wire type ${kind} at byte ${at}`);
    const number = Math.floor(key / 8);
    fields.set(number, [...fields.get(number) ?? [], value]);
  }
  return fields;
}

const text = (value: unknown) => new TextDecoder().decode(value as Uint8Array);

/** Reads all events of a file. */
export function readEvents(bytes: Uint8Array): ReadEvent[] {
  return splitRecords(bytes).map((message) => {
    const event = readFields(message);
    const scalars: Record<string, number> = {};
    const hparams: string[] = [];
    for (const summary of event.get(5) ?? []) {
      for (const bytes of readFields(summary as Uint8Array).get(1)!) {
        const value = readFields(bytes as Uint8Array);
        const tag = text(value.get(1)![0]);
        if (value.has(2)) scalars[tag] = value.get(2)![0] as number;
        else hparams.push(tag);
      }
    }
    return {
      wallTime: event.get(1)![0] as number,
      step: (event.get(2)?.[0] ?? 0) as number,
      ...(event.has(3) ? { version: text(event.get(3)![0]) } : {}),
      scalars,
      hparams,
    };
  });
}
