import { defineCommand } from "../src/console/flags/command.ts";
import { integerFlag, numberFlag } from "../src/console/flags/flags.ts";
import { probeFlags } from "../src/console/flags/evaluation_flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { runProbe } from "../src/console/probe.ts";

export const command = defineCommand({
  name: "knn-probe",
  summary: "Classify by the nearest neighbors of a checkpoint's frozen features",
  description: [
    "Asks the labeled records of folds 1-8 whose features are most similar to a record's. Nothing " +
    "is trained, so the result is the features' own. Reports on the test fold, next to the same on " +
    "random encoders. The gain is over the mean of the random encoders, with intervals paired by " +
    "record.",
    "Takes any encoder or classifier.",
  ],
  flags: {
    ...probeFlags,
    // As in Wu et al. 2018, but with fewer neighbors.
    "k": integerFlag({ default: 20, minimum: 1, description: "Nearest labeled records to ask" }),
    "temperature": numberFlag({
      default: 0.07,
      exclusiveMinimum: 0,
      description: "Weights are exp(cosine similarity / temperature)",
    }),
  },
  examples: [
    { args: "--checkpoint checkpoints/ssl_simclr.pt", about: "All labels" },
    {
      args: "--checkpoint checkpoints/ssl_simclr.pt --k 50 --json knn.json",
      about: "More of them",
    },
  ],
  run: (flags, context) =>
    runProbe(
      "knn-probe",
      flags,
      { kind: "knn", k: flags.k, temperature: flags.temperature },
      context,
    ),
});

if (import.meta.main) await runCommand(command);
