/**
 * Downloads the MIT-BIH Arrhythmia Database.
 *
 * @module
 */

import { downloadDataSet, type DownloadOptions, type DownloadSummary } from "./download.ts";

/**
 * Where PhysioNet publishes the data set (Moody & Mark, IEEE Eng. Med. Biol. 20:45, 2001; doi
 * 10.13026/C2F305).
 */
export const MIT_BIH_URL = "https://physionet.org/files/mitdb/1.0.0/";

/**
 * Downloads the MIT-BIH Arrhythmia Database, or what a server offers in its layout, as
 * `downloadDataSet` does it: the records, their annotations and the lists beside them. What lies in
 * folders below (the printed directory, additional signals without annotations) is left where it is.
 *
 * @returns Counts; every file is in place and verified.
 * @throws {UserError} for a missing file, a file with a wrong sum twice, an unreachable server, a
 *   folder that cannot be written, a full disk; `signal.reason` when aborted.
 */
export async function fetchMitBih(options: DownloadOptions): Promise<DownloadSummary> {
  return await downloadDataSet({
    url: MIT_BIH_URL,
    ledger: ".fetch-mitbih",
    wants: (name) => !name.includes("/"),
    noRecords: "records. Check --base-url",
  }, options);
}
