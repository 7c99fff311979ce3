/** `deno task synthesize`: writes a synthetic cohort in PTB-XL's layout. */

import { defineCommand } from "../src/console/flags/command.ts";
import { integerFlag, pathFlag } from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { seedFlag } from "../src/console/flags/training_flags.ts";
import { Progress } from "../src/console/progress.ts";
import { writeCohort } from "../src/data/synthetic/write_cohort.ts";
import { formatBytes, formatPath, plural } from "../src/text/format.ts";

export const command = defineCommand({
  name: "synthesize",
  summary: "Write a synthetic cohort of 12-lead ECGs in PTB-XL's layout",
  description: [
    "The signals come from the dynamical model of McSharry et al. (2003), extended to twelve leads " +
    "by a moving dipole, with a morphology for each diagnosis: infarction, ST-T changes, " +
    "hypertrophy, conduction disturbances. Prevalences, folds, patients with several records and " +
    "the tables are like those of PTB-XL. No person was recorded.",
    "The same seed gives the same bytes, and the records of a larger cohort begin with those of " +
    "a smaller one. Every command reads the folder with --data-root.",
  ],
  flags: {
    records: integerFlag({
      default: 1000,
      minimum: 1,
      maximum: 99_999,
      description: "Number of records, 10 s at 100 Hz each; 24 kB a record",
    }),
    seed: seedFlag("Everything follows from it"),
    out: pathFlag({ default: "data/synthetic", description: "Folder to write to" }),
  },
  examples: [
    { args: "", about: "1,000 records in data/synthetic" },
    { args: "--records 5000 --seed 1 --out data/large", about: "A larger cohort" },
  ],
  async run({ records, seed, out }, { signal, program }) {
    using progress = new Progress({ label: "Synthesizing", total: records, unit: "records" });
    const written = await writeCohort({
      destination: out,
      records,
      seed,
      signal,
      onProgress: (done) => progress.update(done),
    });
    progress.finish(
      `Wrote ${plural(written.records, "record")} of ${plural(written.patients, "patient")} ` +
        `(${formatBytes(written.bytes)}) to ${formatPath(out)}`,
    );
    console.log(`Next: ${program} train-simclr --data-root ${formatPath(out)}`);
  },
  stopped: ({ out }) =>
    `Stopped before the end. ${formatPath(out)} has no table yet; run the same command again`,
});

if (import.meta.main) await runCommand(command);
