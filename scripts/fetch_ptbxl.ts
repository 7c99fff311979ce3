/** `deno task fetch-ptbxl`: downloads PTB-XL and verifies every file. */

import { defineCommand, runCommand } from "../src/cli/command.ts";
import { booleanFlag, choiceFlag, integerFlag, pathFlag, stringFlag } from "../src/cli/flags.ts";
import { formatBytes, formatCount, formatDuration, formatPath } from "../src/cli/format.ts";
import { Interrupted } from "../src/cli/interrupt.ts";
import { Progress } from "../src/cli/progress.ts";
import { fetchPtbXl, PTB_XL_URL } from "../src/data/fetch_ptbxl.ts";

export const command = defineCommand({
  name: "fetch-ptbxl",
  summary: "Download PTB-XL 1.0.3 and verify every file",
  description: [
    "Takes about 0.6 GB at 100 Hz and 2.7 GB more at 500 Hz. Stopped at any moment, by " +
    "Ctrl-C or a lost connection, it goes on where it stopped when run again; files that are in place " +
    "and right are not downloaded again.",
    "PTB-XL is published on PhysioNet under the Creative Commons Attribution 4.0 licence: please " +
    "cite Wagner et al., Scientific Data 7:154 (2020).",
  ],
  flags: {
    out: pathFlag({ default: "data/PTB-XL", description: "Folder for the data set" }),
    "base-url": stringFlag({
      default: PTB_XL_URL,
      placeholder: "URL",
      description: "Where the files and SHA256SUMS.txt are",
    }),
    resolution: choiceFlag({
      choices: ["100", "500", "both"],
      default: "100",
      description: "Sampling rate of the signals in Hz; training uses 100",
    }),
    jobs: integerFlag({ default: 8, minimum: 1, maximum: 64, description: "Files at a time" }),
    verify: booleanFlag({
      description: "Read and check every file again, and replace those that are wrong",
    }),
  },
  examples: [
    { args: "", about: "The 100 Hz version into data/PTB-XL" },
    { args: "--resolution both --jobs 16", about: "Both versions, 16 files at a time" },
    { args: "--verify", about: "Check what is there and mend it" },
  ],
  async run({ out, baseUrl, resolution, jobs, verify }, { signal, program }) {
    using progress = new Progress({ label: "Fetching PTB-XL", total: 1, unit: "files" });
    try {
      const done = await fetchPtbXl({
        destination: out,
        baseUrl,
        resolution: resolution === "both" ? "both" : resolution === "100" ? 100 : 500,
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
      console.log(`Next: ${program} train-simclr --data-root ${formatPath(out)}`);
    } catch (error) {
      if (error instanceof Interrupted) {
        throw new Interrupted(
          `Stopped before the end. What has arrived is kept in ${formatPath(out)}: run the same ` +
            `command again to go on`,
        );
      }
      throw error;
    }
  },
});

if (import.meta.main) await runCommand(command);
