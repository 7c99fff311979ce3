import { defineDownload } from "../src/console/download.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { mitBih } from "../src/data/datasets/mit_bih.ts";

export const command = defineDownload(mitBih, {
  summary: "Download the MIT-BIH Arrhythmia Database 1.0.0 and verify every file",
  about: "48 half-hour records of two leads with annotated beats, about 0.1 GB.",
  license:
    "The database is published on PhysioNet under the Open Data Commons Attribution License 1.0: " +
    "please cite Moody & Mark, IEEE Eng. Med. Biol. 20:45 (2001).",
  flags: {},
  examples: [
    { args: "", about: "Into data/MIT-BIH/files/mitdb/1.0.0" },
    { args: "--verify", about: "Check what is there and mend it" },
  ],
  next: "analyze-datasets --mitbih-root",
});

if (import.meta.main) await runCommand(command);
