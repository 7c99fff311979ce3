/**
 * Downloads PTB-XL.
 *
 * @module
 */

import { downloadDataSet, type DownloadOptions, type DownloadSummary } from "./download.ts";

/** Where PhysioNet publishes the data set (Wagner et al. 2022, doi 10.13026/kfzx-aw45). */
export const PTB_XL_URL = "https://physionet.org/files/ptb-xl/1.0.3/";

/** How to download PTB-XL. */
export interface FetchPtbXlOptions extends DownloadOptions {
  /** Which versions of the signals, Hz; default 100. */
  readonly resolution?: 100 | 500 | "both";
}

/** Whether a file belongs to the wanted resolution; tables and texts always do. */
function isWanted(name: string, resolution: 100 | 500 | "both"): boolean {
  if (name.startsWith("records100/")) return resolution !== 500;
  if (name.startsWith("records500/")) return resolution !== 100;
  return true;
}

/**
 * Downloads PTB-XL, or what a server offers in its layout, as `downloadDataSet` does it. The tables
 * come last: without them a half-filled folder is not taken for the data set.
 *
 * @returns Counts; every file is in place and verified.
 * @throws {UserError} for a missing file, a file with a wrong sum twice, an unreachable server, a
 *   folder that cannot be written, a full disk; `signal.reason` when aborted.
 */
export async function fetchPtbXl(options: FetchPtbXlOptions): Promise<DownloadSummary> {
  const { resolution = 100, ...rest } = options;
  if (resolution !== 100 && resolution !== 500 && resolution !== "both") {
    throw new RangeError(`Cannot download at ${resolution} Hz: need 100, 500 or "both"`);
  }
  return await downloadDataSet({
    url: PTB_XL_URL,
    ledger: ".fetch-ptbxl",
    wants: (name) => isWanted(name, resolution),
    isLast: (name) => name.endsWith(".csv"),
    noRecords: `records at ${resolution === "both" ? "100 or 500" : resolution} Hz. ` +
      `Check --base-url and --resolution`,
  }, rest);
}
