/**
 * What `fetch-ptbxl`, `fetch-mitbih` and their like share: flags, progress, and what comes next.
 *
 * @module
 */

import type { Dataset } from "../data/datasets/dataset.ts";
import { type DataSetFiles, downloadDataSet } from "../data/download/download.ts";
import { formatBytes, formatCount, formatDuration, formatPath } from "../text/format.ts";
import type { CommandContext, Options } from "./flags/command.ts";
import { booleanFlag, integerFlag, pathFlag, stringFlag } from "./flags/flags.ts";
import { Interrupted } from "./flags/interrupt.ts";
import { Progress } from "./progress.ts";

/** Where from, where to, how many at a time. */
export function downloadFlags({ folder, files }: Dataset) {
  return {
    "out": pathFlag({ default: folder!, description: "Folder for the data set" }),
    "base-url": stringFlag({
      default: files!.url,
      placeholder: "URL",
      description: "Where the files and SHA256SUMS.txt are",
    }),
    "jobs": integerFlag({ default: 8, minimum: 1, maximum: 64, description: "Files at a time" }),
    "verify": booleanFlag({
      description: "Read and check every file again, and replace those that are wrong",
    }),
  };
}

/**
 * Runs a download with its progress bar, says what came of it and what to do next.
 *
 * @param name What is fetched, for people
 * @param files Which files are wanted
 * @param next Command that uses the folder, without the program's name
 */
export async function runDownload(
  name: string,
  { out, baseUrl, jobs, verify }: Options<ReturnType<typeof downloadFlags>>,
  { signal, program }: CommandContext,
  files: DataSetFiles,
  next: string,
): Promise<void> {
  using progress = new Progress({ label: `Fetching ${name}`, unit: "files" });
  try {
    const done = await downloadDataSet(files, {
      destination: out,
      baseUrl,
      concurrency: jobs,
      verify,
      signal,
      onProgress: ({ filesDone, filesTotal, bytes }) =>
        progress.update(filesDone, bytes > 0 ? formatBytes(bytes) : "", filesTotal),
    });
    const resumed = done.resumed > 0 ? `, ${formatCount(done.resumed)} of them resumed` : "";
    progress.finish(
      done.downloaded === 0
        ? `All ${formatCount(done.files)} files are in ${formatPath(out)} and verified`
        : `Downloaded ${formatCount(done.downloaded)} files${resumed} (${
          formatBytes(done.bytes)
        } in ${formatDuration(progress.elapsed)}); all ${formatCount(done.files)} in ${
          formatPath(out)
        } are verified`,
    );
    console.log(`Next: ${program} ${next} ${formatPath(out)}`);
  } catch (error) {
    if (error instanceof Interrupted) {
      throw new Interrupted(
        `Stopped before the end. What has arrived is kept in ${formatPath(out)}: run the same ` +
          `command again to continue`,
      );
    }
    throw error;
  }
}
