/**
 * `fetch-ptbxl` and `fetch-mitbih` as a person sees them.
 *
 * @module
 */

import type { CommandContext } from "./flags/command.ts";
import { formatBytes, formatCount, formatDuration, formatPath } from "../text/format.ts";
import { Interrupted } from "./flags/interrupt.ts";
import { Progress } from "./progress.ts";
import type { DownloadOptions, DownloadSummary } from "../data/download/download.ts";

/** The options that the commands share. */
export interface DownloadFlags {
  readonly out: string;
  readonly baseUrl: string;
  readonly jobs: number;
  readonly verify: boolean;
}

/**
 * Runs a download with its progress bar, says what came of it and what to do next.
 *
 * @param name What is fetched, for people
 * @param fetch The download of the data set
 * @param next Command that uses the folder, without the program's name
 */
export async function runDownload(
  name: string,
  { out, baseUrl, jobs, verify }: DownloadFlags,
  { signal, program }: CommandContext,
  fetch: (options: DownloadOptions) => Promise<DownloadSummary>,
  next: string,
): Promise<void> {
  using progress = new Progress({ label: `Fetching ${name}`, total: 1, unit: "files" });
  try {
    const done = await fetch({
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
          `command again to go on`,
      );
    }
    throw error;
  }
}
