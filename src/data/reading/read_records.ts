/**
 * Reads many records, in this thread or in several file workers.
 *
 * @module
 */

import { UserError } from "../../errors.ts";
import type { FileWorkerReply, FileWorkerRequest } from "./file_worker.ts";
import { LEADS } from "../signals/record_set.ts";
import {
  type ManyTwelveLeads,
  readManyTwelveLeads,
  type TwelveLeadShape,
} from "../signals/twelve_leads.ts";
import { folderSource } from "../files/wfdb/file_source.ts";

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

/** The same where records may be resampled: 3 ms for 10 s at 500 Hz, beside the reading. */
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
 * @param root Folder of the data set
 * @param files Record paths in it: WFDB without extension, `.csv` or `.mat`
 * @throws {UserError} where the set does not fit in memory
 */
export async function readRecords(
  root: string,
  files: readonly string[],
  shape: TwelveLeadShape,
  options: ReadRecordsOptions = {},
): Promise<ManyTwelveLeads> {
  const size = shape.signalLength * LEADS.length;
  const samples = allocate(files.length, size);
  const padded = new Uint8Array(files.length);
  const resampled = new Uint8Array(files.length);
  const failures: { index: number; reason: string }[] = [];
  let done = 0;
  const take = (start: number, part: ManyTwelveLeads) => {
    samples.set(part.samples, start * size);
    padded.set(part.padded, start);
    resampled.set(part.resampled, start);
    for (const { index, reason } of part.failures) failures.push({ index: start + index, reason });
    done += part.padded.length;
    options.onProgress?.(done, files.length);
  };

  const chunks = Math.ceil(files.length / CHUNK);
  const workers = Math.min(options.workers ?? defaultWorkers(files.length, shape.resample), chunks);
  let next = 0;
  const chunk = (): { start: number; part: readonly string[] } | undefined => {
    if (next >= files.length) return undefined;
    const start = next;
    next = Math.min(next + CHUNK, files.length);
    return { start, part: files.slice(start, next) };
  };
  const readHere = async () => {
    const source = folderSource(root);
    for (let job = chunk(); job !== undefined; job = chunk()) {
      take(job.start, readManyTwelveLeads(source, job.part, shape));
      // Lets timers run, so that a progress bar moves and Ctrl-C is heard.
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  };
  if (workers === 0) {
    await readHere();
  } else {
    const threads = Array.from(
      { length: workers },
      () => new Worker(new URL("./file_worker.ts", import.meta.url), { type: "module" }),
    );
    try {
      await Promise.all(threads.map(async (thread) => {
        for (let job = chunk(); job !== undefined; job = chunk()) {
          const { start, part } = job;
          const reply = await ask(thread, { root, files: part, shape });
          if (reply !== undefined) {
            take(start, reply);
            continue;
          }
          // The worker does not run here (no permission, or left out of a compiled binary): slower,
          // but the records can still be read.
          take(start, readManyTwelveLeads(folderSource(root), part, shape));
          await readHere();
        }
      }));
    } finally {
      // A worker that is left alone keeps the process from ending.
      for (const thread of threads) thread.terminate();
    }
  }
  failures.sort((a, b) => a.index - b.index);
  return { samples, padded, resampled, failures };
}

function allocate(records: number, size: number): Int16Array<ArrayBuffer> {
  try {
    return new Int16Array(records * size);
  } catch {
    const gigabytes = (2 * records * size / 1e9).toFixed(1);
    throw new UserError(
      `Cannot read ${records} records: ${gigabytes} GB do not fit in memory. Use a lower ` +
        `sampling rate or a shorter signal length`,
    );
  }
}

/** The worker's answer, or undefined where it failed. */
function ask(thread: Worker, request: FileWorkerRequest): Promise<ManyTwelveLeads | undefined> {
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
