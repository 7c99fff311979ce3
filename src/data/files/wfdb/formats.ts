/**
 * Sample formats of WFDB signal files, as described in the manual page signal(5).
 *
 * @module
 */

import { UserError } from "../../../errors.ts";

/** How a file stores samples of one format. */
export interface SampleFormat {
  /** Value that marks a sample as missing, or undefined where the format has none. */
  readonly invalid: number | undefined;
  /** True where the file holds differences instead of amplitudes. */
  readonly differences: boolean;
  /** Bytes that hold `count` samples. */
  bytesFor(count: number): number;
  /** Whole samples in `bytes` bytes. */
  samplesIn(bytes: number): number;
  /** Decodes `out.length` samples; `bytes` holds at least {@linkcode bytesFor} that many. */
  decode(bytes: Uint8Array, out: Int32Array): void;
}

/** A format with `width` bytes for each sample. */
function bytewise(
  width: number,
  invalid: number | undefined,
  decode: SampleFormat["decode"],
  differences = false,
): SampleFormat {
  return {
    invalid,
    differences,
    bytesFor: (count) => count * width,
    samplesIn: (bytes) => Math.floor(bytes / width),
    decode,
  };
}

const little = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

function decode16(bytes: Uint8Array, out: Int32Array): void {
  if (little && bytes.byteOffset % 2 === 0) {
    out.set(new Int16Array(bytes.buffer, bytes.byteOffset, out.length));
    return;
  }
  for (let i = 0; i < out.length; i++) {
    out[i] = (bytes[2 * i] | (bytes[2 * i + 1] << 8)) << 16 >> 16;
  }
}

/** Two 12-bit samples in three bytes; the high nibbles of both share the middle byte. */
function decode212(bytes: Uint8Array, out: Int32Array): void {
  const { length } = out;
  let at = 0;
  for (let i = 0; i < length; i += 2, at += 3) {
    out[i] = ((bytes[at + 1] & 0x0f) << 8 | bytes[at]) << 20 >> 20;
    if (i + 1 < length) out[i + 1] = ((bytes[at + 1] & 0xf0) << 4 | bytes[at + 2]) << 20 >> 20;
  }
}

/**
 * Three 10-bit samples in two 16-bit words: bits 1–10 of each word, and the third from the top five
 * bits of both (those of the first word are its low bits).
 */
function decode310(bytes: Uint8Array, out: Int32Array): void {
  const { length } = out;
  let at = 0;
  for (let i = 0; i < length; i += 3, at += 4) {
    const first = bytes[at] | bytes[at + 1] << 8;
    out[i] = (first >> 1) << 22 >> 22;
    if (i + 1 >= length) break;
    const second = bytes[at + 2] | bytes[at + 3] << 8;
    out[i + 1] = (second >> 1) << 22 >> 22;
    if (i + 2 < length) out[i + 2] = ((first >> 11) | (second >> 11) << 5) << 22 >> 22;
  }
}

/** Three 10-bit samples in the low 30 bits of a 32-bit word. */
function decode311(bytes: Uint8Array, out: Int32Array): void {
  const { length } = out;
  let at = 0;
  for (let i = 0; i < length; i += 3, at += 4) {
    // A file may end inside a word; bytes beyond it read as undefined, which `|` takes for 0.
    const word = bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 | bytes[at + 3] << 24;
    out[i] = word << 22 >> 22;
    if (i + 1 < length) out[i + 1] = word << 12 >> 22;
    if (i + 2 < length) out[i + 2] = word << 2 >> 22;
  }
}

const FORMATS: Readonly<Record<number, SampleFormat>> = {
  8: bytewise(
    1,
    undefined,
    (bytes, out) => {
      for (let i = 0; i < out.length; i++) out[i] = bytes[i] << 24 >> 24;
    },
    true,
  ),
  16: bytewise(2, -32768, decode16),
  24: bytewise(3, -(2 ** 23), (bytes, out) => {
    for (let i = 0, at = 0; i < out.length; i++, at += 3) {
      out[i] = (bytes[at] << 8 | bytes[at + 1] << 16 | bytes[at + 2] << 24) >> 8;
    }
  }),
  32: bytewise(4, -(2 ** 31), (bytes, out) => {
    for (let i = 0, at = 0; i < out.length; i++, at += 4) {
      out[i] = bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 | bytes[at + 3] << 24;
    }
  }),
  61: bytewise(2, -32768, (bytes, out) => {
    for (let i = 0; i < out.length; i++) {
      out[i] = (bytes[2 * i] << 8 | bytes[2 * i + 1]) << 16 >> 16;
    }
  }),
  80: bytewise(1, -128, (bytes, out) => {
    for (let i = 0; i < out.length; i++) out[i] = bytes[i] - 128;
  }),
  160: bytewise(2, -32768, (bytes, out) => {
    for (let i = 0; i < out.length; i++) out[i] = (bytes[2 * i] | bytes[2 * i + 1] << 8) - 32768;
  }),
  212: {
    invalid: -2048,
    differences: false,
    bytesFor: (count) => Math.floor(count / 2) * 3 + (count % 2) * 2,
    samplesIn: (bytes) => Math.floor(bytes / 3) * 2 + (bytes % 3 === 2 ? 1 : 0),
    decode: decode212,
  },
  310: {
    invalid: -512,
    differences: false,
    bytesFor: (count) => Math.floor(count / 3) * 4 + [0, 2, 4][count % 3],
    samplesIn: (bytes) => Math.floor(bytes / 4) * 3 + [0, 0, 1, 1][bytes % 4],
    decode: decode310,
  },
  311: {
    invalid: -512,
    differences: false,
    bytesFor: (count) => Math.floor(count / 3) * 4 + [0, 2, 3][count % 3],
    samplesIn: (bytes) => Math.floor(bytes / 4) * 3 + [0, 0, 1, 2][bytes % 4],
    decode: decode311,
  },
};

/**
 * The format of a number.
 *
 * @param format Number from the header
 * @param file File with the samples, for the message
 * @throws {UserError} for the FLAC formats 508, 516 and 524, and for unknown numbers
 */
export function sampleFormat(format: number, file: string): SampleFormat {
  const found = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
  if (found !== undefined) return found;
  if (format === 508 || format === 516 || format === 524) {
    throw new UserError(
      `Cannot read ${file}: format ${format} is FLAC-compressed, which this program does not ` +
        `decode. Convert the record to format 16 with xform from the WFDB software`,
    );
  }
  throw new UserError(
    `Cannot read ${file}: format ${format} is not known. Known are ` +
      Object.keys(FORMATS).join(", "),
  );
}
