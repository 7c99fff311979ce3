/** Reads records in a worker. `read_records.ts` starts it and sends lists of files. */

/// <reference lib="deno.worker" />

import { readEach, type ReadRecords, type RecordShape } from "./read_records.ts";
import { folderSource } from "../files/wfdb/file_source.ts";

/** What the worker is asked for. */
export interface FileWorkerRequest {
  readonly root: string;
  readonly files: readonly string[];
  readonly shape: RecordShape;
}

/** What it answers. */
export type FileWorkerReply = ReadRecords | { readonly error: string };

self.onmessage = (event: MessageEvent<FileWorkerRequest>) => {
  const { root, files, shape } = event.data;
  try {
    const reply = readEach(folderSource(root), files, shape);
    self.postMessage(reply, [
      reply.samples.buffer,
      reply.padded.buffer,
      reply.resampled.buffer,
    ]);
  } catch (error) {
    self.postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
};
