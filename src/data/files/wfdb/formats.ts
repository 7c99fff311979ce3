/** Sample formats of WFDB signal files, as described in the manual page signal(5). */

import { cannotRead } from "../file_errors.ts";

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

/** Decodes sample `k` of the group of bytes at `at`; bytes beyond the end count as 0. */
type DecodeSample = (bytes: Uint8Array, at: number, k: number) => number;

/**
 * A format that stores groups of samples.
 *
 * @param group Bytes of a whole group
 * @param rests Bytes of 0, 1, … samples of a group that is not whole; as many as a group has samples
 */
function grouped(
  group: number,
  rests: readonly number[],
  invalid: number | undefined,
  sample: DecodeSample,
): SampleFormat {
  const size = rests.length;
  return {
    invalid,
    differences: false,
    bytesFor: (count) => Math.floor(count / size) * group + rests[count % size],
    samplesIn: (bytes) =>
      Math.floor(bytes / group) * size + rests.findLastIndex((rest) => rest <= bytes % group),
    decode(bytes, out) {
      for (let i = 0, at = 0; i < out.length; i += size, at += group) {
        for (let k = 0; k < size && i + k < out.length; k++) out[i + k] = sample(bytes, at, k);
      }
    },
  };
}

/** A format with `width` bytes for each sample. */
const bytewise = (width: number, invalid: number | undefined, sample: DecodeSample) =>
  grouped(width, [0], invalid, sample);

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

const word = (bytes: Uint8Array, at: number) => bytes[at] | bytes[at + 1] << 8;
const doubleWord = (bytes: Uint8Array, at: number) => word(bytes, at) | word(bytes, at + 2) << 16;

const int16 = bytewise(2, -32768, (bytes, at) => word(bytes, at) << 16 >> 16);

const FORMATS: Readonly<Record<number, SampleFormat>> = {
  8: { ...bytewise(1, undefined, (bytes, at) => bytes[at] << 24 >> 24), differences: true },
  16: {
    ...int16,
    decode(bytes, out) {
      if (LITTLE_ENDIAN && bytes.byteOffset % 2 === 0) {
        out.set(new Int16Array(bytes.buffer, bytes.byteOffset, out.length));
      } else int16.decode(bytes, out);
    },
  },
  24: bytewise(3, -(2 ** 23), (bytes, at) => (word(bytes, at) << 8 | bytes[at + 2] << 24) >> 8),
  32: bytewise(4, -(2 ** 31), doubleWord),
  61: bytewise(2, -32768, (bytes, at) => (bytes[at] << 8 | bytes[at + 1]) << 16 >> 16),
  80: bytewise(1, -128, (bytes, at) => bytes[at] - 128),
  160: bytewise(2, -32768, (bytes, at) => word(bytes, at) - 32768),
  // Two 12-bit samples in three bytes; the high nibbles of both share the middle byte.
  212: grouped(3, [0, 2], -2048, (bytes, at, k) => {
    const shared = bytes[at + 1];
    return (k === 0 ? (shared & 0x0f) << 8 | bytes[at] : (shared & 0xf0) << 4 | bytes[at + 2]) <<
        20 >> 20;
  }),
  // Three 10-bit samples in two 16-bit words: bits 1–10 of each word, and the third from the top five
  // bits of both (those of the first word are its low bits).
  310: grouped(4, [0, 2, 4], -512, (bytes, at, k) => {
    const value = k < 2
      ? word(bytes, at + 2 * k) >> 1
      : word(bytes, at) >> 11 | word(bytes, at + 2) >> 11 << 5;
    return value << 22 >> 22;
  }),
  // Three 10-bit samples in the low 30 bits of a 32-bit word.
  311: grouped(4, [0, 2, 3], -512, (bytes, at, k) => doubleWord(bytes, at) << 22 - 10 * k >> 22),
};

/**
 * The format of a number.
 *
 * @throws {UserError} for the FLAC formats 508, 516 and 524, and for unknown numbers
 */
export function sampleFormat(format: number, file: string): SampleFormat {
  if (Object.hasOwn(FORMATS, format)) return FORMATS[format];
  throw cannotRead(file)(
    [508, 516, 524].includes(format)
      ? `format ${format} is FLAC-compressed, which this program does not decode. Convert the ` +
        `record to format 16 with xform from the WFDB software`
      : `format ${format} is not known. Known are ${Object.keys(FORMATS).join(", ")}`,
  );
}
