/**
 * Reads WFDB records, with one segment or several (header(5)). In a fixed layout every segment has the
 * same signals. In a variable layout the first segment, of length 0, lists all signals, and each
 * segment holds some of them, found by their description; what a segment does not hold is a gap.
 *
 * @module
 */

import { basename, dirname } from "node:path";
import { UserError } from "../../../errors.ts";
import { type FileSource, folderOf, folderSource, subfolder } from "./file_source.ts";
import { parseHeader, type SignalHeader, type WfdbHeader } from "./header.ts";
import {
  checkSize,
  frameRange,
  INVALID_SAMPLE,
  type ReadRecordOptions,
  readSingleSegment,
  type WfdbRecord,
  type WfdbSignal,
} from "./record.ts";

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
 * import { physicalValues, readRecordSync, writeRecordSync } from "ssrl-ecg";
 * const folder = Deno.makeTempDirSync();
 * writeRecordSync(folder, {
 *   name: "ramp",
 *   samplingRate: 100,
 *   signals: [{ description: "I", gain: 1000, baseline: 0, units: "mV" }],
 *   samples: new Int16Array([0, 500, 1000]),
 * });
 * const record = readRecordSync(`${folder}/ramp`);
 * assert(physicalValues(record.signals[0])[1] === 0.5); // mV
 * ```
 */
export function readRecordSync(path: string, options: ReadRecordOptions = {}): WfdbRecord {
  return readRecordFrom(folderSource(dirname(path)), basename(path), options);
}

/**
 * Reads a record from any {@linkcode FileSource}.
 *
 * @param path Path of the record in it; the header names signal files of its own folder
 * @throws {UserError} as {@linkcode readRecordSync}
 */
export function readRecordFrom(
  source: FileSource,
  path: string,
  options: ReadRecordOptions = {},
): WfdbRecord {
  const folder = folderOf(path);
  source = subfolder(source, folder);
  const name = path.slice(folder.length);
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

/**
 * Reads frames of a multi-segment record. Only the segments that the range touches are opened.
 *
 * @param source Files in the folder of the master header
 * @param header The master header
 * @param file Its name, for messages
 * @throws {UserError} where a segment is missing or does not fit the master header
 */
function readSegments(
  source: FileSource,
  header: WfdbHeader,
  file: string,
  options: ReadRecordOptions,
): WfdbRecord {
  const segments = header.segments ?? [];
  const variable = segments[0].frames === 0 && segments[0].name !== "~";
  const warnings: string[] = [];
  const total = segments.reduce((sum, segment) => sum + segment.frames, 0);
  if (header.frames !== undefined && header.frames !== total) {
    warnings.push(`the segments hold ${total} frames, the header says ${header.frames}`);
  }
  const { from, to } = frameRange(options, total, file);

  // The signals: from the layout header, or from the first segment that has a header.
  const modelName = variable
    ? segments[0].name
    : segments.find((segment) => segment.name !== "~")?.name;
  const model = modelName === undefined ? [] : segmentHeader(source, modelName).signals;
  const signals: WfdbSignal[] = model.map((signal) => {
    checkSize(to - from, signal.samplesPerFrame, file);
    const samples = new Int32Array((to - from) * signal.samplesPerFrame);
    return { ...signal, samples: samples.fill(INVALID_SAMPLE) };
  });

  let start = 0;
  for (const segment of segments) {
    const end = start + segment.frames;
    const first = Math.max(from, start);
    const last = Math.min(to, end);
    if (first < last && segment.name !== "~") {
      const part = readSegment(source, segment.name, segment.frames, {
        from: first - start,
        to: last - start,
        verification: options.verification === "error" ? "warn" : options.verification,
      });
      if (!variable && part.signals.length !== signals.length) {
        throw new UserError(
          `Cannot read ${file}: segment ${segment.name} has ${part.signals.length} signals, the ` +
            `first one has ${signals.length}`,
        );
      }
      for (const warning of part.warnings) warnings.push(`segment ${segment.name}: ${warning}`);
      part.signals.forEach((signal, index) => {
        const target = variable
          ? signals.find((candidate) => candidate.description === signal.description)
          : signals[index];
        if (target === undefined) {
          throw new UserError(
            `Cannot read ${file}: segment ${segment.name} has signal "${signal.description}", ` +
              `which the layout does not name`,
          );
        }
        place(signal, target, first - from, file, segment.name);
      });
    }
    start = end;
  }
  return { header, from, frames: to - from, signals, warnings };
}

function segmentHeader(source: FileSource, name: string): WfdbHeader {
  const file = `${name}.hea`;
  const header = parseHeader(new TextDecoder().decode(source.read(file)), file);
  // Segments of segments are not allowed by header(5); refusing them also ends any recursion.
  if (header.segments !== undefined) {
    throw new UserError(`Cannot read ${file}: a segment cannot have segments itself`);
  }
  return header;
}

function readSegment(
  source: FileSource,
  name: string,
  frames: number,
  options: ReadRecordOptions,
): WfdbRecord {
  const header = segmentHeader(source, name);
  if (header.frames !== undefined && header.frames !== frames) {
    throw new UserError(
      `Cannot read ${name}.hea: it has ${header.frames} frames, the multi-segment header says ` +
        `${frames}`,
    );
  }
  return readSingleSegment(source, { ...header, frames }, `${name}.hea`, options);
}

/** Copies a segment's signal to its place, in the digital units of the whole record. */
function place(
  signal: WfdbSignal,
  target: WfdbSignal,
  frame: number,
  file: string,
  segment: string,
): void {
  if (signal.samplesPerFrame !== target.samplesPerFrame) {
    throw new UserError(
      `Cannot read ${file}: signal "${signal.description}" of segment ${segment} has ` +
        `${signal.samplesPerFrame} samples a frame, the record has ${target.samplesPerFrame}`,
    );
  }
  const at = frame * target.samplesPerFrame;
  if (sameScale(signal, target)) {
    target.samples.set(signal.samples, at);
    return;
  }
  const ratio = target.gain / signal.gain;
  for (let i = 0; i < signal.samples.length; i++) {
    const value = signal.samples[i];
    if (value === INVALID_SAMPLE) continue;
    target.samples[at + i] = Math.round((value - signal.baseline) * ratio + target.baseline);
  }
}

function sameScale(a: SignalHeader, b: SignalHeader): boolean {
  return a.gain === b.gain && a.baseline === b.baseline;
}
