/** Writes WFDB records in format 16: one header, one signal file. */

import { UserError } from "../../../errors.ts";
import { fileErrorReason } from "../file_errors.ts";
import type { SignalHeader } from "./header.ts";

/** How one signal is described in the header; the gain is not 0. */
export type SignalDescription = Pick<SignalHeader, "description" | "gain" | "baseline" | "units">;

/** A record to write. */
export interface RecordToWrite {
  /** Letters, digits, `_` and `-`. */
  readonly name: string;
  /** Hz. */
  readonly samplingRate: number;
  readonly signals: readonly SignalDescription[];
  /** Digital values, [frames, signals], the signal fastest; −32768 marks a missing sample. */
  readonly samples: Int16Array;
  /** Lines for the end of the header, without `#`. */
  readonly comments?: readonly string[];
}

/**
 * The two files of a record; the header carries the initial value and the
 * 16-bit checksum of every signal.
 *
 * @throws {RangeError} where the samples do not fill whole frames or a field would break the header
 */
export function encodeRecord(record: RecordToWrite): { header: string; data: Uint8Array } {
  const { name, samplingRate, signals, samples } = record;
  const fail = (reason: string) => new RangeError(`Cannot write record ${name}: ${reason}`);
  if (!/^[A-Za-z0-9_-]+$/.test(name)) throw fail("its name needs letters, digits, _ or -");
  if (!(samplingRate > 0)) throw fail("sampling rate is not > 0");
  const count = signals.length;
  if (count === 0 || samples.length % count !== 0) {
    throw fail(`${samples.length} samples do not fill frames of ${count} signals`);
  }
  const frames = samples.length / count;
  const lines = [`${name} ${count} ${samplingRate} ${frames}`];
  signals.forEach((signal, s) => {
    const hasGain = Number.isFinite(signal.gain) && signal.gain !== 0;
    if (!hasGain || !Number.isInteger(signal.baseline)) {
      throw fail(`signal ${s} has no valid gain or baseline`);
    }
    if (/\s/.test(signal.units) || /[\r\n]/.test(signal.description)) {
      throw fail(`signal ${s} has blanks in its unit or name`);
    }
    let sum = 0;
    for (let t = 0; t < frames; t++) sum = (sum + samples[t * count + s]) << 16 >> 16;
    lines.push(
      `${name}.dat 16 ${signal.gain}(${signal.baseline})/${signal.units} 16 0 ` +
        `${frames > 0 ? samples[s] : 0} ${sum} 0 ${signal.description}`,
    );
  });
  for (const comment of record.comments ?? []) lines.push(`# ${comment.replace(/[\r\n]+/g, " ")}`);

  const data = new Uint8Array(2 * samples.length);
  const view = new DataView(data.buffer);
  for (let i = 0; i < samples.length; i++) view.setInt16(2 * i, samples[i], true);
  return { header: lines.join("\n") + "\n", data };
}

/**
 * Writes `<name>.hea` and `<name>.dat` into a folder, which must exist.
 *
 * @throws {UserError} naming the file where it cannot be written
 * @throws {RangeError} as {@linkcode encodeRecord}
 */
export function writeRecordSync(folder: string, record: RecordToWrite): void {
  const { header, data } = encodeRecord(record);
  const path = `${folder}/${record.name}`;
  // The header goes last: a record without one is not taken for whole.
  for (const [file, bytes] of [[`${path}.dat`, data], [`${path}.hea`, header]] as const) {
    try {
      if (typeof bytes === "string") Deno.writeTextFileSync(file, bytes);
      else Deno.writeFileSync(file, bytes);
    } catch (error) {
      throw new UserError(`Cannot write ${file}: ${fileErrorReason(error)}`);
    }
  }
}
