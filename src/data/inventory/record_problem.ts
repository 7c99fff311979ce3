/** Whether the files of a record are there and whole. */

import { UserError } from "../../errors.ts";
import { attempt, cannotRead, readFailureReason } from "../files/file_errors.ts";
import { fileSize, folderOf, folderSource } from "../files/wfdb/file_source.ts";
import { sampleFormat } from "../files/wfdb/formats.ts";
import { readHeader, type WfdbHeader } from "../files/wfdb/header.ts";
import { readRecordFrom } from "../files/wfdb/read_record.ts";

/** What is wrong with a record. */
export interface RecordProblem {
  /** A file of it is not there, or a file is there but not right. */
  readonly kind: "missing" | "damaged";
  /** For people, naming the file. */
  readonly reason: string;
}

/**
 * Looks for what is wrong with a record. The quick check parses the header and compares the sizes of
 * the signal files with it; `verify` reads every sample and compares initial values and checksums.
 *
 * @param folder Folder of the record
 * @param name Record path in it, without extension
 * @returns The first problem, or undefined where there is none
 */
export function recordProblem(
  folder: string,
  name: string,
  verify: boolean,
): RecordProblem | undefined {
  const below = folderOf(name);
  const base = name.slice(below.length);
  const at = `${folder}/${below}`.slice(0, -1);
  const problem = attempt(() => {
    const found = checkFiles(at, base);
    if (found === undefined && verify) {
      readRecordFrom(folderSource(at), base, { verification: "error" });
    }
    return found;
  });
  if (!(problem instanceof UserError)) return problem;
  // Files are named below the data set, as in its tables.
  return { kind: "damaged", reason: readFailureReason(problem).replace(`${at}/`, "") };
}

/** Header and sizes of the signal files, of a segmented record those of all segments. */
function checkFiles(folder: string, base: string, isSegment = false): RecordProblem | undefined {
  const file = `${base}.hea`;
  if (fileSize(folder, file) === undefined) return missing(file);
  const header = readHeader(folderSource(folder), base);
  if (isSegment && header.segments !== undefined) {
    throw cannotRead(file)("a segment may not have segments of its own");
  }
  for (const { name } of header.segments ?? []) {
    const problem = name === "~" ? undefined : checkFiles(folder, name, true);
    if (problem !== undefined) return problem;
  }
  for (const [signalFile, bytes] of neededBytes(header)) {
    const size = fileSize(folder, signalFile);
    if (size === undefined) return missing(signalFile);
    if (size < bytes) {
      return {
        kind: "damaged",
        reason: `${signalFile}: the file is truncated, ${bytes} bytes are needed, it has ${size}`,
      };
    }
  }
  return undefined;
}

const missing = (file: string): RecordProblem => ({
  kind: "missing",
  reason: `${file}: the file is missing`,
});

/** Bytes that each signal file of a header holds at least; 0 where the header does not say. */
function neededBytes(header: WfdbHeader): Map<string, number> {
  const perFrame = new Map<string, number>();
  const needed = new Map<string, number>();
  for (const { fileName, format, samplesPerFrame, byteOffset } of header.signals) {
    // A signal without a file is one long gap.
    if (fileName === "~" || format === 0) continue;
    const samples = (perFrame.get(fileName) ?? 0) + samplesPerFrame;
    perFrame.set(fileName, samples);
    const frames = header.frames ?? 0;
    needed.set(fileName, byteOffset + sampleFormat(format, fileName).bytesFor(frames * samples));
  }
  return needed;
}
