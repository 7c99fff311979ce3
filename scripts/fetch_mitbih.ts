import { defineCommand } from "../src/console/flags/command.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { downloadFlags, runDownload } from "../src/console/download.ts";
import { mitBih } from "../src/data/datasets/mit_bih.ts";

export const command = defineCommand({
  name: "fetch-mitbih",
  summary: "Download the MIT-BIH Arrhythmia Database 1.0.0 and verify every file",
  description: [
    "48 half-hour records of two leads with annotated beats, about 0.1 GB. Stopped at any moment, " +
    "by Ctrl-C or a lost connection, it continues where it stopped when run again; files that are in " +
    "place and right are not downloaded again.",
    "The database is published on PhysioNet under the Open Data Commons Attribution License 1.0: " +
    "please cite Moody & Mark, IEEE Eng. Med. Biol. 20:45 (2001).",
  ],
  flags: downloadFlags(mitBih),
  examples: [
    { args: "", about: "Into data/MIT-BIH/files/mitdb/1.0.0" },
    { args: "--verify", about: "Check what is there and mend it" },
  ],
  run: (flags, context) =>
    runDownload("MIT-BIH", flags, context, mitBih.files!, "analyze-datasets --mitbih-root"),
});

if (import.meta.main) await runCommand(command);
