/**
 * NumPy's array files (`.npy`, format 1.0): numbers in C order, little-endian. What is encoded here
 * has the bytes that `numpy.save` writes.
 *
 * Layout: `\x93NUMPY`, version 1 0, uint16 length of the header; the header, a Python dictionary
 * literal padded with blanks to a multiple of 64 bytes and ended by a line break; the numbers.
 * Specification: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */

import { cannotRead } from "./file_errors.ts";

/** Kinds of numbers by their `descr`. Bytes have no order, which NumPy writes as `|`. */
const KINDS = {
  "|i1": Int8Array,
  "|u1": Uint8Array,
  "<i2": Int16Array,
  "<u2": Uint16Array,
  "<i4": Int32Array,
  "<u4": Uint32Array,
  "<i8": BigInt64Array,
  "<u8": BigUint64Array,
  "<f4": Float32Array,
  "<f8": Float64Array,
} as const;

/** Numbers of an array, flat. */
export type NpyData = InstanceType<(typeof KINDS)[keyof typeof KINDS]>;

/** An array and its shape. */
export interface NpyArray {
  /** Row-major; its type is the type of the file. */
  readonly data: NpyData;
  /** Extents; none for a single number. */
  readonly shape: readonly number[];
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
const PREFIX = MAGIC.length + 4;
const ALIGN = 64;
/** NumPy leaves room for the first extent to grow to this many digits. */
const GROWTH_DIGITS = 21;

/**
 * The bytes of a `.npy` file.
 *
 * @throws {RangeError} If the shape is no list of whole numbers, or does not fit the data
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { decodeNpy, encodeNpy } from "ssrl-ecg";
 * const bytes = encodeNpy({ data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] });
 * const { data, shape } = decodeNpy(bytes, "features.npy");
 * assert(data[5] === 6 && shape.join() === "2,3");
 * ```
 */
export function encodeNpy({ data, shape }: NpyArray): Uint8Array<ArrayBuffer> {
  if (!shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0)) {
    throw new RangeError(`Cannot encode an array of shape [${shape}]: need whole numbers`);
  }
  const count = shape.reduce((product, extent) => product * extent, 1);
  if (count !== data.length) {
    throw new RangeError(
      `Cannot encode ${data.length} numbers as shape [${shape}]: it has ${count}`,
    );
  }
  const descr = Object.entries(KINDS).find(([, kind]) => data instanceof kind)![0];
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const room = shape.length === 0 ? 0 : GROWTH_DIGITS - String(shape[0]).length;
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }` +
    " ".repeat(room);
  // One byte is the line break. A header that needs no padding gets 64 bytes of it, as from NumPy.
  const size = (Math.floor((PREFIX + header.length + 1) / ALIGN) + 1) * ALIGN;
  const length = size - PREFIX;
  if (length > 0xffff) {
    throw new RangeError(
      `Cannot encode an array of ${shape.length} dimensions: the header is full`,
    );
  }
  const bytes = new Uint8Array(size + data.byteLength);
  bytes.set(MAGIC);
  bytes.set([1, 0, length & 0xff, length >> 8], MAGIC.length);
  new TextEncoder().encodeInto(header.padEnd(length - 1) + "\n", bytes.subarray(PREFIX));
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), size);
  return bytes;
}

/** What NumPy writes, with any blanks between. */
const HEADER =
  /^\{\s*'descr':\s*'([^']*)',\s*'fortran_order':\s*(True|False),\s*'shape':\s*\(([\d,\s]*)\),?\s*\}\s*$/;

/**
 * Reads the bytes of a `.npy` file. Nothing in it is run, and nothing is allocated before the header
 * and the size of the file agree.
 *
 * @param path Where the bytes come from, for messages
 * @throws {UserError} If the file is damaged or truncated, or holds something else than numbers in C
 * order, little-endian: objects, text, booleans, complex or half-precision numbers
 */
export function decodeNpy(bytes: Uint8Array, path: string): NpyArray {
  const fail = cannotRead(path);
  if (bytes.length < PREFIX || MAGIC.some((byte, i) => bytes[i] !== byte)) {
    throw fail("it is no .npy file");
  }
  const [major, minor, low, high] = bytes.subarray(MAGIC.length, PREFIX);
  if (major !== 1 || minor !== 0) {
    throw fail(`it has format ${major}.${minor}, need 1.0. Save a plain array of numbers`);
  }
  const start = PREFIX + low + 256 * high;
  const header = new TextDecoder("latin1").decode(bytes.subarray(PREFIX, start));
  const match = start <= bytes.length ? HEADER.exec(header) : null;
  if (match === null) throw fail("its header is truncated or damaged");
  const [, descr, fortran, extents] = match;
  if (!Object.hasOwn(KINDS, descr)) {
    throw fail(
      `its numbers are of kind ${descr}, need one of ${Object.keys(KINDS).join(", ")}. ` +
        `Convert it with array.astype("float32")`,
    );
  }
  const shape = readShape(extents);
  if (shape === undefined) throw fail("its header is truncated or damaged");
  if (fortran === "True") {
    throw fail("it is in Fortran order. Save numpy.ascontiguousarray(array)");
  }
  const Kind = KINDS[descr as keyof typeof KINDS];
  // Beyond 2^53 the product is inexact, but never as small as a file.
  const size = shape.reduce((product, extent) => product * extent, 1) * Kind.BYTES_PER_ELEMENT;
  if (size !== bytes.length - start) {
    throw fail(
      `an array of shape (${shape.join(", ")}) takes ${size} bytes, found ${bytes.length - start}`,
    );
  }
  // A copy, because a view would have to start at a multiple of its element.
  return { data: new Kind(bytes.slice(start).buffer), shape };
}

/** Extents of a Python tuple; undefined where it is none. */
function readShape(text: string): number[] | undefined {
  const parts = text.split(",").map((part) => part.trim());
  // `()` is empty, a tuple of one has a comma after it, and longer ones may have.
  if (parts.at(-1) === "") parts.pop();
  else if (parts.length === 1) return undefined;
  const shape = parts.map(Number);
  return parts.every((part) => /^\d+$/.test(part)) && shape.every(Number.isSafeInteger)
    ? shape
    : undefined;
}
