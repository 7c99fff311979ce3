/** The commands that fetch a data set. */

import type { Dataset } from "../data/datasets/dataset.ts";
import { type DataSetFiles, downloadDataSet } from "../data/download/download.ts";
import { formatBytes, formatCount, formatDuration, formatPath } from "../text/format.ts";
import { type Command, defineCommand, type FlagTable, type Options } from "./flags/command.ts";
import { booleanFlag, integerFlag, pathFlag, stringFlag } from "./flags/flags.ts";
import { Progress } from "./progress.ts";

/** What a command says of its data set. */
interface Download<Flags extends FlagTable> extends Pick<Command<Flags>, "summary" | "examples"> {
  /** What it holds, and how much that is. */
  readonly about: string;
  readonly license: string;
  /** Flags in addition to the shared ones. */
  readonly flags: Flags;
  /** Which files are wanted. Default: those of the data set. */
  files?(options: Options<Flags>): DataSetFiles;
  /** Command that uses the folder, without the program's name. */
  readonly next: string;
}

/** A command that downloads a data set, and says what came of it and what to do next. */
export function defineDownload<const Flags extends FlagTable>(
  dataset: Dataset,
  { about, license, flags, files, next, ...texts }: Download<Flags>,
) {
  const shared = {
    "out": pathFlag({ default: dataset.folder!, description: "Folder for the data set" }),
    "base-url": stringFlag({
      default: dataset.files!.url,
      placeholder: "URL",
      description: "Where the files and SHA256SUMS.txt are",
    }),
    "jobs": integerFlag({ default: 8, minimum: 1, maximum: 64, description: "Files at a time" }),
    "verify": booleanFlag({
      description: "Read and check every file again, and replace those that are wrong",
    }),
  };
  return defineCommand({
    name: `fetch-${dataset.id}`,
    ...texts,
    description: [
      `${about} Stopped at any moment, by Ctrl-C or a lost connection, it continues where it ` +
      "stopped when run again; files that are in place and right are not downloaded again.",
      license,
    ],
    flags: { ...shared, ...flags } as typeof shared & FlagTable,
    async run({ out, baseUrl, jobs, verify, ...options }, { signal, program }) {
      using progress = new Progress({ label: `Fetching ${dataset.name}`, unit: "files" });
      const wanted = files?.(options as Options<Flags>) ?? dataset.files!;
      const done = await downloadDataSet(wanted, {
        destination: out,
        baseUrl,
        concurrency: jobs,
        verify,
        signal,
        onProgress: ({ filesDone, filesTotal, bytes }) =>
          progress.update(filesDone, bytes > 0 ? formatBytes(bytes) : "", filesTotal),
      });
      const resumed = done.resumed > 0 ? `, ${formatCount(done.resumed)} of them resumed` : "";
      const folder = formatPath(out);
      progress.finish(
        done.downloaded === 0
          ? `All ${formatCount(done.files)} files are in ${folder} and verified`
          : `Downloaded ${formatCount(done.downloaded)} files${resumed} ` +
            `(${formatBytes(done.bytes)} in ${formatDuration(progress.elapsed)}); ` +
            `all ${formatCount(done.files)} in ${folder} are verified`,
      );
      console.log(`Next: ${program} ${next} ${folder}`);
    },
    stopped: ({ out }) =>
      `Stopped before the end. What has arrived is kept in ${formatPath(out)}: run the same ` +
      "command again to continue",
  });
}
