import { defineCommand } from "../src/console/flags/command.ts";
import { numberFlag } from "../src/console/flags/flags.ts";
import { probeFlags } from "../src/console/flags/evaluation_flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { runProbe } from "../src/console/probe.ts";

export const command = defineCommand({
  name: "linear-probe",
  summary: "Fit a logistic regression to a checkpoint's frozen features",
  description: [
    "Fits one logistic regression a class to the standardized features of the labeled records of " +
    "folds 1-8, solved to convergence, and reports on the test fold, next to the same on random " +
    "encoders. The gain is over the mean of the random encoders, with intervals paired by record.",
    "Takes any encoder or classifier. C is chosen on fold 9, or given.",
    "--cross-validate is for data sets whose folds are too small to decide: for every fold " +
    "in turn the fold before it chooses C and the others are fitted to, and the answers for all " +
    "records are scored together.",
  ],
  flags: {
    ...probeFlags,
    "C": numberFlag({
      exclusiveMinimum: 0,
      description:
        "Inverse of the regularization's strength, as in scikit-learn; smaller is stronger",
      defaultText: "the one of six with the best macro AUROC on fold 9",
      aliases: { penalty: "it is scikit-learn's C: the inverse of a penalty" },
    }),
  },
  examples: [
    { args: "--checkpoint checkpoints/ssl_simclr.pt", about: "All labels" },
    {
      args: "--checkpoint checkpoints/ssl_simclr.pt --label-fraction 0.1 --figure probe.svg",
      about: "Few labels, with a figure",
    },
    { args: "--checkpoint checkpoints/ssl_simclr.pt --C 1", about: "scikit-learn's default" },
  ],
  run: (flags, context) =>
    runProbe("linear-probe", flags, { kind: "linear", inverseRegularization: flags.C }, context),
});

if (import.meta.main) await runCommand(command);
