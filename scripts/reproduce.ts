import { classifierFlags } from "../src/console/flags/classifier_flags.ts";
import { defineCommand } from "../src/console/flags/command.ts";
import { choiceFlag, integerFlag, numberListFlag, pathFlag } from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import {
  dataFlags,
  deviceFlags,
  jobsFlag,
  SEEDS,
  trainingFlags,
} from "../src/console/flags/training_flags.ts";
import { type CommandLoader, REPRODUCE_PRESETS, runReproduce } from "../src/commands/reproduce.ts";

const STAGES = {
  "train-multiseed": () => import("./train_multiseed.ts"),
  "statistical-tests": () => import("./statistical_tests.ts"),
  "generate-publication-report": () => import("./generate_publication_report.ts"),
};

const load: CommandLoader = async (name) => (await STAGES[name]()).command;

/** `deno task reproduce`: the headline experiment. */
export const command = defineCommand({
  name: "reproduce",
  summary: "Run the headline experiment, from training to the report",
  description: [
    "SimCLR, BYOL and supervised training with focal loss and oversampling on 10 % of the labels, " +
    "with ten seeds; then the statistical tests, then the report. Three commands one after the " +
    "other, which are printed and can be run by themselves.",
    "What is done is kept; stopped or failed, the same command goes on. The time left follows from " +
    "the epochs measured so far, by kind of run.",
  ],
  flags: {
    "preset": choiceFlag({
      choices: REPRODUCE_PRESETS,
      default: "quick",
      description: "Three seeds, 5 epochs and 5 of pretraining; or ten seeds, 30 and 20",
    }),
    "seeds": numberListFlag({
      ...SEEDS,

      description: "Seeds",
      defaultText: "those of the preset",
    }),
    "epochs": integerFlag({
      minimum: 1,
      description: "Passes over the labeled records",
      defaultText: "those of the preset",
    }),
    "pretrain-epochs": integerFlag({
      minimum: 1,
      description: "Passes over all training records in pretraining",
      defaultText: "those of the preset",
    }),
    "label-fraction": classifierFlags["label-fraction"],
    "normalize": trainingFlags.normalize,
    "jobs": jobsFlag,
    "results-dir": pathFlag({
      description: "Folder of results, tests and report",
      defaultText: "results, with the preset quick results/quick",
    }),
    "checkpoint-dir": pathFlag({
      description: "Folder of the classifiers' checkpoints",
      defaultText: "checkpoints, with the preset quick checkpoints/quick",
    }),
    ...dataFlags,
    ...deviceFlags,
  },
  examples: [
    { args: "", about: "A quick look, within minutes on a GPU" },
    { args: "--preset paper --jobs 2", about: "Ten seeds, two runs at a time" },
  ],
  run: (options, context) => runReproduce(options, context, load),
});

if (import.meta.main) await runCommand(command);
