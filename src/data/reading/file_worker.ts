/**
 * Reads records in a worker. `read_records.ts` starts it and sends lists of files.
 *
 * @module
 */

/// <reference lib="deno.worker" />

import {
  type ManyTwelveLeads,
  readManyTwelveLeads,
  type TwelveLeadShape,
} from "../signals/twelve_leads.ts";
import { folderSource } from "../files/wfdb/file_source.ts";

/** What the worker is asked for. */
export interface FileWorkerRequest {
  readonly root: string;
  readonly files: readonly string[];
  readonly shape: TwelveLeadShape;
}

/** What it answers. */
export type FileWorkerReply = ManyTwelveLeads | { readonly error: string };

self.onmessage = (event: MessageEvent<FileWorkerRequest>) => {
  const { root, files, shape } = event.data;
  try {
    const reply = readManyTwelveLeads(folderSource(root), files, shape);
    self.postMessage(reply, [
      reply.samples.buffer,
      reply.padded.buffer,
      reply.resampled.buffer,
    ]);
  } catch (error) {
    self.postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
};
