/**
 * Matrices of MATLAB's level 4 MAT-files ("MAT-File Format", The MathWorks), the `.mat` files of the
 * PhysioNet challenges.
 */

import { cannotRead } from "./file_errors.ts";

/** One full, real, numeric matrix. */
export interface MatlabMatrix {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  /** [columns, rows]: column-major. */
  readonly values: Float64Array;
}

/** Bytes before the name: type, rows, columns, imaginary flag, length of the name. */
const HEADER = 20;

/** Bytes and getter of a value, by the P digit of the type. */
const VALUES = [
  [8, "getFloat64"],
  [4, "getFloat32"],
  [4, "getInt32"],
  [2, "getInt16"],
  [2, "getUint16"],
  [1, "getUint8"],
] as const;

/**
 * Reads the full, real, numeric matrices of a file; text, sparse and complex ones are skipped.
 *
 * @throws {UserError} where the file is of another level, truncated or damaged
 */
export function parseMatlabV4(bytes: Uint8Array, file: string): MatlabMatrix[] {
  const fail = cannotRead(file);
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, 10));
  if (start === "MATLAB 5.0" || start === "MATLAB 7.3") {
    throw fail(
      `it is a MATLAB file of level ${start.slice(7)}, level 4 is needed. Save it in MATLAB with ` +
        `save(file, "name", "-v4"), in Python with scipy.io.savemat(file, …, format="4")`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const matrices: MatlabMatrix[] = [];
  for (let at = 0; at < bytes.length;) {
    if (bytes.length - at < HEADER) throw fail("the file is truncated");
    const little = view.getUint32(at, true) < 10_000;
    const type = view.getUint32(at, little);
    const [order, reserved, precision, kind] = [1000, 100, 10, 1]
      .map((place) => Math.floor(type / place) % 10);
    if (
      type >= 10_000 || order !== (little ? 0 : 1) || reserved !== 0 || kind > 2 ||
      precision >= VALUES.length
    ) {
      throw fail("it is not a MATLAB file of level 4");
    }
    const [width, getter] = VALUES[precision];
    const [rows, columns, imaginary, nameLength] = [4, 8, 12, 16]
      .map((offset) => view.getUint32(at + offset, little));
    const data = at + HEADER + nameLength;
    const end = data + (imaginary === 0 ? 1 : 2) * rows * columns * width;
    if (end > bytes.length) {
      throw fail(`the file is truncated: it needs ${end} bytes, it has ${bytes.length}`);
    }
    if (kind === 0 && imaginary === 0) {
      const values = new Float64Array(rows * columns)
        .map((_, i) => view[getter](data + i * width, little));
      const name = new TextDecoder("latin1").decode(bytes.subarray(at + HEADER, data));
      matrices.push({ name: name.replace(/\0.*$/s, ""), rows, columns, values });
    }
    at = end;
  }
  return matrices;
}
