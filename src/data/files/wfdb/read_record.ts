/**
 * Reads WFDB records, with one segment or several (header(5)). In a fixed layout every segment has the
 * same signals. In a variable layout the first segment, of length 0, lists all signals, and each
 * segment holds some of them, found by their description; what a segment does not hold is a gap.
 */

import { basename, dirname } from "node:path";
import { cannotRead } from "../file_errors.ts";
import { type FileSource, folderOf, folderSource } from "./file_source.ts";
import { readHeader, type SegmentHeader, type WfdbHeader } from "./header.ts";
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
  const local: FileSource = {
    read: (name) => source.read(folder + name),
    exists: (name) => source.exists(folder + name),
  };
  const name = path.slice(folder.length).replace(/\.hea$/, "");
  const file = `${name}.hea`;
  const header = readHeader(local, name);
  const record = header.segments === undefined
    ? readSingleSegment(local, header, file, options)
    : readSegments(local, header, header.segments, file, options);
  if (options.verification === "error" && record.warnings.length > 0) {
    throw cannotRead(file)(record.warnings.join("; "));
  }
  return record;
}

/**
 * Reads frames of a multi-segment record. Only the segments that the range touches are opened.
 *
 * @throws {UserError} where a segment is missing or does not fit the master header
 */
function readSegments(
  source: FileSource,
  header: WfdbHeader,
  segments: readonly SegmentHeader[],
  file: string,
  options: ReadRecordOptions,
): WfdbRecord {
  const fail = cannotRead(file);
  const variable = segments[0].frames === 0 && segments[0].name !== "~";
  const warnings: string[] = [];
  const total = segments.reduce((sum, segment) => sum + segment.frames, 0);
  if (header.frames !== undefined && header.frames !== total) {
    warnings.push(`the segments hold ${total} frames, the header says ${header.frames}`);
  }
  const { from, to } = frameRange(options, total, file);

  // The signals: from the layout header, or from the first segment that has a header.
  const model = segments.find(({ name }) => name !== "~");
  const headers = model === undefined ? [] : segmentHeader(source, model.name).signals;
  const signals: WfdbSignal[] = headers.map((signal) => {
    checkSize(to - from, signal.samplesPerFrame, file);
    const samples = new Int32Array((to - from) * signal.samplesPerFrame);
    return { ...signal, samples: samples.fill(INVALID_SAMPLE) };
  });

  let start = 0;
  for (const { name, frames } of segments) {
    const first = Math.max(from, start);
    const last = Math.min(to, start + frames);
    if (first < last && name !== "~") {
      const own = segmentHeader(source, name);
      if (own.frames !== undefined && own.frames !== frames) {
        throw cannotRead(`${name}.hea`)(
          `it has ${own.frames} frames, the multi-segment header says ${frames}`,
        );
      }
      const part = readSingleSegment(source, { ...own, frames }, `${name}.hea`, {
        from: first - start,
        to: last - start,
        verification: options.verification,
      });
      if (!variable && part.signals.length !== signals.length) {
        throw fail(
          `segment ${name} has ${part.signals.length} signals, the first one has ${signals.length}`,
        );
      }
      for (const warning of part.warnings) warnings.push(`segment ${name}: ${warning}`);
      part.signals.forEach((signal, index) => {
        const { description, samplesPerFrame } = signal;
        const target = variable
          ? signals.find((candidate) => candidate.description === description)
          : signals[index];
        if (target === undefined) {
          throw fail(
            `segment ${name} has signal "${description}", which the layout does not name`,
          );
        }
        if (samplesPerFrame !== target.samplesPerFrame) {
          throw fail(
            `signal "${description}" of segment ${name} has ${samplesPerFrame} samples a frame, ` +
              `the record has ${target.samplesPerFrame}`,
          );
        }
        place(signal, target, (first - from) * samplesPerFrame);
      });
    }
    start += frames;
  }
  return { header, from, frames: to - from, signals, warnings };
}

function segmentHeader(source: FileSource, name: string): WfdbHeader {
  const header = readHeader(source, name);
  // Segments of segments are not allowed by header(5); refusing them also ends any recursion.
  if (header.segments !== undefined) {
    throw cannotRead(`${name}.hea`)("a segment cannot have segments itself");
  }
  return header;
}

/** Copies a segment's signal to its place, in the digital units of the whole record. */
function place(signal: WfdbSignal, target: WfdbSignal, at: number): void {
  const { samples, gain, baseline } = signal;
  if (gain === target.gain && baseline === target.baseline) {
    target.samples.set(samples, at);
    return;
  }
  const ratio = target.gain / gain;
  samples.forEach((value, i) => {
    if (value === INVALID_SAMPLE) return;
    target.samples[at + i] = Math.round((value - baseline) * ratio + target.baseline);
  });
}
