import { defineDownload } from "../src/console/download.ts";
import { choiceFlag } from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { ptbXl, ptbXlFiles } from "../src/data/datasets/ptb_xl.ts";

export const command = defineDownload(ptbXl, {
  summary: "Download PTB-XL 1.0.3 and verify every file",
  about: "Takes about 0.6 GB at 100 Hz and 2.7 GB more at 500 Hz.",
  license:
    "PTB-XL is published on PhysioNet under the Creative Commons Attribution 4.0 license: please " +
    "cite Wagner et al., Scientific Data 7:154 (2020).",
  flags: {
    resolution: choiceFlag({
      choices: ["100", "500", "both"],
      default: "100",
      description: "Sampling rate of the signals in Hz; training uses 100",
    }),
  },
  examples: [
    { args: "", about: "The 100 Hz version into data/PTB-XL" },
    { args: "--resolution both --jobs 16", about: "Both versions, 16 files at a time" },
    { args: "--verify", about: "Check what is there and mend it" },
  ],
  files: ({ resolution }) =>
    ptbXlFiles(({ "100": 100, "500": 500, "both": "both" } as const)[resolution]),
  next: "train-simclr --data-root",
});

if (import.meta.main) await runCommand(command);
