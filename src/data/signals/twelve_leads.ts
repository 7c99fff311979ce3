/**
 * One record as a 12-lead signal of fixed rate, length, lead order and scale.
 *
 * @module
 */

import { UserError } from "../../errors.ts";
import { type SignalAssumptions, windowAtRate } from "./lead_signals.ts";
import { ecgFile, readLeads, wfdbSignals } from "../files/read_leads.ts";
import { LEADS } from "./record_set.ts";
import type { FileSource } from "../files/wfdb/file_source.ts";
import { INVALID_SAMPLE } from "../files/wfdb/record.ts";
import { readWfdbLeads, type WfdbLeads } from "../files/wfdb_leads.ts";

/** Digital units of one millivolt in a record set, as in PTB-XL. */
export const UNITS_PER_MILLIVOLT = 1000;

/** The shape that a record is brought to. */
export interface TwelveLeadShape extends SignalAssumptions {
  /** Rate that the record must have or is brought to, Hz. */
  readonly samplingRate: number;
  /** Samples to keep, T. */
  readonly signalLength: number;
  /** Resample a record of another rate; by default it is an error. */
  readonly resample?: boolean;
}

/** What was done to a record. */
export interface Fitting {
  /** It was shorter than T; zeros follow. */
  readonly padded: boolean;
  /** It had another rate. */
  readonly resampled: boolean;
}

/**
 * Reads a record into `target`: leads found by name and put in the order of `LEADS`, the first T
 * samples, zeros after the end of a shorter record, {@linkcode UNITS_PER_MILLIVOLT} units a
 * millivolt whatever the gain and baseline of the header.
 *
 * @param source Folder of the data set
 * @param path WFDB record without extension, `.csv` or `.mat` file in it; see {@linkcode ecgFile}
 * @param shape Rate and length to bring it to
 * @param target Receives [T, 12], the lead fastest
 * @throws {UserError} where the record is missing, truncated or damaged, fails its checksum, lacks a
 *   lead, has another rate (without `resample`), holds missing samples, or exceeds ±32.767 mV
 */
export function readTwelveLeads(
  source: FileSource,
  path: string,
  shape: TwelveLeadShape,
  target: Int16Array,
): Fitting {
  const file = ecgFile(source, path);
  const shown = file.kind === "wfdb" ? `${file.file}.hea` : file.file;
  const { samplingRate, signalLength } = shape;
  const record = file.kind === "wfdb" ? readWfdbLeads(source, file.file) : undefined;
  if (record?.samplingRate === samplingRate) {
    copyDigital(record, signalLength, target, shown);
    return { padded: record.samples < signalLength, resampled: false };
  }
  const signals = record === undefined ? readLeads(source, file, shape) : wfdbSignals(record);
  const resampled = signals.samplingRate !== samplingRate;
  if (resampled && shape.resample !== true) {
    throw new UserError(
      `Cannot read ${shown}: the rate is ${signals.samplingRate} Hz, need ${samplingRate} Hz`,
    );
  }
  const leads = windowAtRate(signals, samplingRate, 0, signalLength, shown);
  const length = leads[0].length;
  target.fill(0, length * LEADS.length);
  leads.forEach((values, index) => {
    for (let t = 0; t < length; t++) {
      const value = Math.round(values[t] * UNITS_PER_MILLIVOLT);
      target[t * LEADS.length + index] = inRange(value, index, t, shown);
    }
  });
  return { padded: length < signalLength, resampled };
}

/** Digital values of a record at the wanted rate, without a way through millivolts where it can. */
function copyDigital(
  record: WfdbLeads,
  signalLength: number,
  target: Int16Array,
  shown: string,
): void {
  const length = Math.min(record.samples, signalLength);
  target.fill(0, length * LEADS.length);
  record.signals.forEach(({ samples, baseline, gain }, index) => {
    const scale = UNITS_PER_MILLIVOLT * record.millivolts[index] / gain;
    const plain = scale === 1 && baseline === 0;
    for (let t = 0, at = index; t < length; t++, at += LEADS.length) {
      let value = samples[t];
      if (value === INVALID_SAMPLE) {
        throw new UserError(
          `Cannot read ${shown}: lead ${LEADS[index]} has no value at sample ${t}`,
        );
      }
      if (!plain) value = Math.round((value - baseline) * scale);
      target[at] = inRange(value, index, t, shown);
    }
  });
}

function inRange(value: number, lead: number, sample: number, shown: string): number {
  if (value >= -32768 && value <= 32767) return value;
  throw new UserError(
    `Cannot read ${shown}: lead ${LEADS[lead]} exceeds 32.767 mV at sample ${sample}`,
  );
}

/** What came of a list of records; see {@linkcode readManyTwelveLeads}. */
export interface ManyTwelveLeads {
  /** [records, T, 12]; zeros where a record failed. */
  readonly samples: Int16Array<ArrayBuffer>;
  /** 1 where the record was shorter than T, [records]. */
  readonly padded: Uint8Array<ArrayBuffer>;
  /** 1 where the record was brought to another rate, [records]. */
  readonly resampled: Uint8Array<ArrayBuffer>;
  /** Records that failed, with the reason. */
  readonly failures: readonly { index: number; reason: string }[];
}

/**
 * Reads several records; those that fail are listed, not thrown.
 *
 * @param source Folder of the data set
 * @param files Paths in it, as {@linkcode readTwelveLeads} takes them
 */
export function readManyTwelveLeads(
  source: FileSource,
  files: readonly string[],
  shape: TwelveLeadShape,
): ManyTwelveLeads {
  const size = shape.signalLength * LEADS.length;
  const samples = new Int16Array(files.length * size);
  const padded = new Uint8Array(files.length);
  const resampled = new Uint8Array(files.length);
  const failures: { index: number; reason: string }[] = [];
  for (let index = 0; index < files.length; index++) {
    const target = samples.subarray(index * size, (index + 1) * size);
    try {
      const fitting = readTwelveLeads(source, files[index], shape, target);
      padded[index] = Number(fitting.padded);
      resampled[index] = Number(fitting.resampled);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      target.fill(0);
      failures.push({ index, reason: error.message.replace(/^Cannot read /, "") });
    }
  }
  return { samples, padded, resampled, failures };
}
