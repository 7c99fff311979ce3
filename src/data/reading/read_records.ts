/**
 * Reads many records, in this thread or in several file workers, into one array of fixed rate, length,
 * lead order and scale.
 */

import { type ErrorFacts, UserError } from "../../errors.ts";
import type { FileWorkerReply, FileWorkerRequest } from "./file_worker.ts";
import { type SignalAssumptions, windowAtRate } from "../signals/lead_signals.ts";
import { LEADS, UNITS_PER_MILLIVOLT } from "../signals/record_set.ts";
import {
  ecgFile,
  readLeads,
  readWfdbLeads,
  type WfdbLeads,
  wfdbSignals,
} from "../files/twelve_leads.ts";
import { attempt, cannotRead, type Fail, readFailureReason } from "../files/file_errors.ts";
import { type FileSource, folderSource } from "../files/wfdb/file_source.ts";
import { INVALID_SAMPLE } from "../files/wfdb/record.ts";

/** The shape that a record is brought to. */
export interface RecordShape extends SignalAssumptions {
  /** Rate that the record must have or is brought to, Hz. */
  readonly samplingRate: number;
  /** Samples to keep, T. */
  readonly signalLength: number;
  /** Resample a record of another rate; by default it is an error. */
  readonly resample?: boolean;
}

/** What came of a list of records. */
export interface ReadRecords {
  /** [records, T, 12]; zeros where a record failed. */
  readonly samples: Int16Array<ArrayBuffer>;
  /** 1 where the record was shorter than T, [records]. */
  readonly padded: Uint8Array<ArrayBuffer>;
  /** 1 where the record was brought to another rate, [records]. */
  readonly resampled: Uint8Array<ArrayBuffer>;
  /** Records that failed: what is wrong, naming the file, and what could be changed. */
  readonly failures: {
    readonly index: number;
    readonly reason: string;
    readonly facts?: ErrorFacts;
  }[];
}

/** Options of {@linkcode readRecords}. */
export interface ReadRecordsOptions {
  /** File workers; 0 reads in this thread. By default as many as pay. */
  readonly workers?: number;
  /** Called with the number of records read so far and the number of all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Records that one request covers: small enough for a smooth progress bar. */
const CHUNK = 128;

/**
 * Number of records from which on workers pay. On two cores, first start: 1,500 records take 0.4 s
 * with and without two workers, 21,799 take 4.8 s with them and 10.6 s without.
 */
const WORTH_WORKERS = 3000;

/** The same where records may be resampled: 3 ms for 10 s at 500 Hz, on top of reading. */
const WORTH_WORKERS_RESAMPLED = 300;

/** As many workers as pay for `records` records on this machine. */
export function defaultWorkers(records: number, resample = false): number {
  if (records < (resample ? WORTH_WORKERS_RESAMPLED : WORTH_WORKERS)) return 0;
  const cores = navigator.hardwareConcurrency || 1;
  return cores < 2 ? 0 : Math.min(cores, 8);
}

/**
 * Reads records to [records, T, 12]; those that fail are listed, not thrown.
 *
 * @param files Record paths in it: WFDB without extension, `.csv` or `.mat`
 * @throws {UserError} where the set does not fit in memory
 */
export async function readRecords(
  root: string,
  files: readonly string[],
  shape: RecordShape,
  options: ReadRecordsOptions = {},
): Promise<ReadRecords> {
  const all = allocate(files.length, shape);
  let done = 0;
  const take = (start: number, part: ReadRecords) => {
    all.samples.set(part.samples, start * shape.signalLength * LEADS.length);
    all.padded.set(part.padded, start);
    all.resampled.set(part.resampled, start);
    for (const failure of part.failures) {
      all.failures.push({ ...failure, index: start + failure.index });
    }
    done += part.padded.length;
    options.onProgress?.(done, files.length);
  };

  const chunks = Math.ceil(files.length / CHUNK);
  const workers = Math.min(options.workers ?? defaultWorkers(files.length, shape.resample), chunks);
  let next = 0;
  const readAll = async (read: (part: readonly string[]) => Promise<ReadRecords>) => {
    while (next < files.length) {
      const start = next;
      next = Math.min(next + CHUNK, files.length);
      take(start, await read(files.slice(start, next)));
    }
  };
  const readHere = async (part: readonly string[]) => {
    // Lets timers run, so that a progress bar moves and Ctrl-C is heard.
    await new Promise((resolve) => setTimeout(resolve, 0));
    return readEach(folderSource(root), part, shape);
  };
  const threads = Array.from(
    { length: workers },
    () => new Worker(new URL("./file_worker.ts", import.meta.url), { type: "module" }),
  );
  try {
    await Promise.all(
      threads.map((thread) => {
        // A worker may not run here (no permission, or left out of a compiled binary): slower, but the
        // records can still be read.
        let runs = true;
        return readAll(async (part) => {
          const reply = runs ? await ask(thread, { root, files: part, shape }) : undefined;
          runs = reply !== undefined;
          return reply ?? await readHere(part);
        });
      }),
    );
    await readAll(readHere);
  } finally {
    // A worker that is left alone keeps the process from ending.
    for (const thread of threads) thread.terminate();
  }
  all.failures.sort((a, b) => a.index - b.index);
  return all;
}

function allocate(records: number, { signalLength }: RecordShape): ReadRecords {
  const size = records * signalLength * LEADS.length;
  try {
    return {
      samples: new Int16Array(size),
      padded: new Uint8Array(records),
      resampled: new Uint8Array(records),
      failures: [],
    };
  } catch {
    const gigabytes = (2 * size / 1e9).toFixed(1);
    throw new UserError(
      `Cannot read ${records} records: ${gigabytes} GB do not fit in memory. Use a lower ` +
        `sampling rate or a shorter signal length`,
    );
  }
}

/** The worker's answer, or undefined where it failed. */
function ask(thread: Worker, request: FileWorkerRequest): Promise<ReadRecords | undefined> {
  return new Promise((resolve) => {
    thread.onmessage = ({ data }: MessageEvent<FileWorkerReply>) => {
      resolve("error" in data ? undefined : data);
    };
    thread.onerror = (event) => {
      event.preventDefault();
      resolve(undefined);
    };
    thread.postMessage(request);
  });
}

/** Reads several records; those that fail are listed, not thrown. */
export function readEach(
  source: FileSource,
  files: readonly string[],
  shape: RecordShape,
): ReadRecords {
  const read = allocate(files.length, shape);
  files.forEach((file, index) => {
    const size = shape.signalLength * LEADS.length;
    const target = read.samples.subarray(index * size, (index + 1) * size);
    const result = attempt(() => readRecordInto(source, file, shape, target));
    if (result instanceof UserError) {
      target.fill(0);
      read.failures.push({ index, reason: readFailureReason(result), facts: result.facts });
    } else {
      read.padded[index] = Number(result.padded);
      read.resampled[index] = Number(result.resampled);
    }
  });
  return read;
}

/**
 * Reads a record into `target`: leads found by name and put in the order of `LEADS`, the first T
 * samples, zeros after the end of a shorter record, {@linkcode UNITS_PER_MILLIVOLT} units a
 * millivolt whatever the gain and baseline of the header.
 *
 * @param path WFDB record without extension, `.csv` or `.mat` file in it; see {@linkcode ecgFile}
 * @param target Receives [T, 12], the lead fastest
 * @returns Whether it was shorter than T, and whether it had another rate
 * @throws {UserError} where the record is missing, truncated or damaged, fails its checksum, lacks a
 *   lead, has another rate (without `resample`), holds missing samples, or exceeds ±32.767 mV
 */
export function readRecordInto(
  source: FileSource,
  path: string,
  shape: RecordShape,
  target: Int16Array,
): { padded: boolean; resampled: boolean } {
  const file = ecgFile(source, path);
  const shown = file.kind === "wfdb" ? `${file.file}.hea` : file.file;
  const fail = cannotRead(shown);
  const { samplingRate, signalLength } = shape;
  const record = file.kind === "wfdb" ? readWfdbLeads(source, file.file) : undefined;
  if (record?.samplingRate === samplingRate) {
    copyDigital(record, signalLength, target, fail);
    return { padded: record.samples < signalLength, resampled: false };
  }
  const signals = record === undefined ? readLeads(source, file, shape) : wfdbSignals(record);
  const resampled = signals.samplingRate !== samplingRate;
  if (resampled && shape.resample !== true) {
    throw fail(`the rate is ${signals.samplingRate} Hz, need ${samplingRate} Hz`);
  }
  const leads = windowAtRate(signals, samplingRate, 0, signalLength, shown);
  const length = leads[0].length;
  target.fill(0, length * LEADS.length);
  leads.forEach((values, index) => {
    for (let t = 0; t < length; t++) {
      const value = Math.round(values[t] * UNITS_PER_MILLIVOLT);
      target[t * LEADS.length + index] = inRange(value, index, t, fail);
    }
  });
  return { padded: length < signalLength, resampled };
}

/** Digital values of a record at the wanted rate, without a way through millivolts where it can. */
function copyDigital(
  record: WfdbLeads,
  signalLength: number,
  target: Int16Array,
  fail: Fail,
): void {
  const length = Math.min(record.samples, signalLength);
  target.fill(0, length * LEADS.length);
  record.signals.forEach(({ samples, baseline, gain, millivolts }, index) => {
    const scale = UNITS_PER_MILLIVOLT * millivolts / gain;
    const plain = scale === 1 && baseline === 0;
    for (let t = 0, at = index; t < length; t++, at += LEADS.length) {
      let value = samples[t];
      if (value === INVALID_SAMPLE) {
        throw fail(`lead ${LEADS[index]} has no value at sample ${t}`);
      }
      if (!plain) value = Math.round((value - baseline) * scale);
      target[at] = inRange(value, index, t, fail);
    }
  });
}

function inRange(value: number, lead: number, sample: number, fail: Fail): number {
  if (value >= -32768 && value <= 32767) return value;
  throw fail(`lead ${LEADS[lead]} exceeds 32.767 mV at sample ${sample}`);
}
