/**
 * One WFDB record as a 12-lead signal of fixed length, lead order and scale.
 *
 * @module
 */

import { UserError } from "../errors.ts";
import { LEADS } from "./record_set.ts";
import { millivoltsPerUnit } from "./voltage_units.ts";
import type { FileSource } from "./wfdb/file_source.ts";
import { INVALID_SAMPLE, readRecordFrom, type WfdbSignal } from "./wfdb/read_record.ts";

/** Digital units of one millivolt in a record set, as in PTB-XL. */
export const UNITS_PER_MILLIVOLT = 1000;

/** The shape that a record is brought to. */
export interface TwelveLeadShape {
  /** Rate that the record must have, Hz. */
  readonly samplingRate: number;
  /** Samples to keep, T. */
  readonly signalLength: number;
}

/**
 * Reads a record into `target`: leads found by name (any case) and put in the order of `LEADS`, the
 * first T samples, zeros after the end of a shorter record, {@linkcode UNITS_PER_MILLIVOLT} units a
 * millivolt whatever the gain and baseline of the header.
 *
 * @param source Folder of the data set
 * @param file Record path in it, without extension
 * @param target Receives [T, 12], the lead fastest
 * @returns Whether the record was shorter than T
 * @throws {UserError} where the record is missing, truncated or damaged, fails its checksum, lacks a
 *   lead, has another rate, holds missing samples, or exceeds ±32.767 mV
 *
 * @example
 * ```ts
 * import { encodeRecord } from "ssrl-ecg/src/data/wfdb/write_record.ts";
 * import { memorySource } from "ssrl-ecg/src/data/wfdb/file_source.ts";
 * import { LEADS } from "ssrl-ecg/src/data/record_set.ts";
 * import { readTwelveLeads } from "ssrl-ecg/src/data/twelve_leads.ts";
 * const { header, data } = encodeRecord({
 *   name: "a",
 *   samplingRate: 100,
 *   signals: LEADS.map((description) => ({ description, gain: 1000, baseline: 0, units: "mV" })),
 *   samples: new Int16Array(24).fill(3),
 * });
 * const source = memorySource({ "a.hea": new TextEncoder().encode(header), "a.dat": data });
 * const target = new Int16Array(3 * 12);
 * const shorter = readTwelveLeads(source, "a", { samplingRate: 100, signalLength: 3 }, target);
 * console.assert(shorter && target[23] === 3 && target[24] === 0);
 * ```
 */
export function readTwelveLeads(
  source: FileSource,
  file: string,
  shape: TwelveLeadShape,
  target: Int16Array,
): boolean {
  const cut = file.lastIndexOf("/");
  const folder = file.slice(0, cut + 1);
  const inFolder: FileSource = { read: (name) => source.read(folder + name) };
  const record = readRecordFrom(inFolder, file.slice(cut + 1), { verification: "error" });
  const fail = (reason: string) => new UserError(`Cannot read ${file}.hea: ${reason}`);
  if (record.header.frameRate !== shape.samplingRate) {
    throw fail(`the rate is ${record.header.frameRate} Hz, need ${shape.samplingRate} Hz`);
  }
  const byName = new Map<string, WfdbSignal>();
  for (const signal of record.signals) byName.set(signal.description.toUpperCase(), signal);
  const missing = LEADS.filter((lead) => !byName.has(lead));
  if (missing.length > 0) throw fail(`it has no lead ${missing.join(", ")}`);

  const length = Math.min(record.frames, shape.signalLength);
  target.fill(0, length * LEADS.length);
  LEADS.forEach((lead, index) => {
    const signal = byName.get(lead)!;
    const millivolts = millivoltsPerUnit(signal.units);
    if (millivolts === undefined) throw fail(`lead ${lead} is in "${signal.units}", need mV`);
    if (signal.samplesPerFrame !== 1) {
      throw fail(`lead ${lead} has ${signal.samplesPerFrame} samples a frame, need 1`);
    }
    const scale = UNITS_PER_MILLIVOLT * millivolts / signal.gain;
    const { samples, baseline } = signal;
    const plain = scale === 1 && baseline === 0;
    for (let t = 0, at = index; t < length; t++, at += LEADS.length) {
      let value = samples[t];
      if (value === INVALID_SAMPLE) throw fail(`lead ${lead} has no value at sample ${t}`);
      if (!plain) value = Math.round((value - baseline) * scale);
      if (value < -32768 || value > 32767) {
        throw fail(`lead ${lead} exceeds 32.767 mV at sample ${t}`);
      }
      target[at] = value;
    }
  });
  return record.frames < shape.signalLength;
}

/** What came of a list of records; see {@linkcode readManyTwelveLeads}. */
export interface ManyTwelveLeads {
  /** [records, T, 12]; zeros where a record failed. */
  readonly samples: Int16Array<ArrayBuffer>;
  /** 1 where the record was shorter than T, [records]. */
  readonly padded: Uint8Array<ArrayBuffer>;
  /** Records that failed, with the reason. */
  readonly failures: readonly { index: number; reason: string }[];
}

/**
 * Reads several records; those that fail are listed, not thrown.
 *
 * @param source Folder of the data set
 * @param files Record paths in it, without extension
 *
 * @example
 * ```ts
 * import { memorySource } from "ssrl-ecg/src/data/wfdb/file_source.ts";
 * import { readManyTwelveLeads } from "ssrl-ecg/src/data/twelve_leads.ts";
 * const shape = { samplingRate: 100, signalLength: 1000 };
 * const { failures } = readManyTwelveLeads(memorySource({}), ["a"], shape);
 * console.assert(failures[0].reason === "a.hea: the file is missing");
 * ```
 */
export function readManyTwelveLeads(
  source: FileSource,
  files: readonly string[],
  shape: TwelveLeadShape,
): ManyTwelveLeads {
  const size = shape.signalLength * LEADS.length;
  const samples = new Int16Array(files.length * size);
  const padded = new Uint8Array(files.length);
  const failures: { index: number; reason: string }[] = [];
  for (let index = 0; index < files.length; index++) {
    const target = samples.subarray(index * size, (index + 1) * size);
    try {
      padded[index] = readTwelveLeads(source, files[index], shape, target) ? 1 : 0;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      target.fill(0);
      failures.push({ index, reason: error.message.replace(/^Cannot read /, "") });
    }
  }
  return { samples, padded, failures };
}
