/**
 * Reads WFDB records from disk, with one segment or several.
 *
 * @module
 */

import { UserError } from "../../../errors.ts";
import { type FileSource, folderSource } from "./file_source.ts";
import { parseHeader } from "./header.ts";
import { readSegments } from "./multi_segment.ts";
import type { ReadRecordOptions, WfdbRecord } from "./record.ts";
import { readSingleSegment } from "./single_segment.ts";

/**
 * Reads a record from disk.
 *
 * Formats 8, 16, 24, 32, 61, 80, 160, 212, 310 and 311; several signal files, byte offsets (such as
 * `16+24` for the `.mat` files of the PhysioNet challenges), several samples a frame, skew, records
 * in several segments with fixed or variable layout. The initial value and the 16-bit checksum of
 * every signal are verified over the whole file, also where only a part is asked for.
 *
 * Reading is synchronous: records are small, and loaders of many run it in workers.
 *
 * @param path Path of the record with or without `.hea`
 * @param options Range of frames and verification
 * @returns Digital values; {@linkcode physicalValues} converts them
 * @throws {UserError} naming the file and the reason where a file is missing, truncated or damaged
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { physicalValues, readRecord, writeRecord } from "ssrl-ecg";
 * const folder = Deno.makeTempDirSync();
 * writeRecord(folder, {
 *   name: "ramp",
 *   samplingRate: 100,
 *   signals: [{ description: "I", gain: 1000, baseline: 0, units: "mV" }],
 *   samples: new Int16Array([0, 500, 1000]),
 * });
 * const record = readRecord(`${folder}/ramp`);
 * assert(physicalValues(record.signals[0])[1] === 0.5); // mV
 * ```
 */
export function readRecord(path: string, options: ReadRecordOptions = {}): WfdbRecord {
  const cut = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  const folder = cut < 0 ? "." : path.slice(0, cut) || "/";
  return readRecordFrom(folderSource(folder), path.slice(cut + 1), options);
}

/**
 * Reads a record from any {@linkcode FileSource}.
 *
 * @throws {UserError} as {@linkcode readRecord}
 */
export function readRecordFrom(
  source: FileSource,
  name: string,
  options: ReadRecordOptions = {},
): WfdbRecord {
  const headerName = name.endsWith(".hea") ? name : `${name}.hea`;
  const header = parseHeader(new TextDecoder().decode(source.read(headerName)), headerName);
  const record = header.segments === undefined
    ? readSingleSegment(source, header, headerName, options)
    : readSegments(source, header, headerName, options);
  if (options.verification === "error" && record.warnings.length > 0) {
    throw new UserError(`Cannot read ${headerName}: ${record.warnings.join("; ")}`);
  }
  return record;
}
