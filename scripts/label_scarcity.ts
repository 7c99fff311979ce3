import { defineCommand } from "../src/console/flags/command.ts";
import {
  choiceFlag,
  integerFlag,
  numberListFlag,
  pathFlag,
  stringListFlag,
} from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import {
  dataFlags,
  deviceFlags,
  learningRateFlag,
  SEEDS,
} from "../src/console/flags/training_flags.ts";
import { runLabelScarcity } from "../src/commands/label_scarcity.ts";
import { TRACKS } from "../src/experiments/label_scarcity.ts";

/** `deno task label-scarcity`: metrics against the share of labels. */
export const command = defineCommand({
  name: "label-scarcity",
  summary: "Compare pretrained and fresh encoders at several shares of labels",
  description: [
    "Trains a classifier from scratch, on a pretrained encoder (fine-tuned and frozen), and on a " +
    "frozen random encoder, at every share of the labels with every seed. Each run starts from " +
    "fresh weights. Runs that are done are kept; started again, the command goes on.",
  ],
  flags: {
    ...dataFlags,
    "ssl-checkpoint": pathFlag({
      default: "checkpoints/ssl_masked.pt",
      description: "Pretrained encoder (.pt or .safetensors), key encoder",
    }),
    "fractions": numberListFlag({
      default: [0.05, 0.1, 0.25, 1],
      exclusiveMinimum: 0,
      maximum: 1,
      description: "Shares of the training labels",
    }),
    "seeds": numberListFlag({
      ...SEEDS,
      default: [42, 52, 62],

      description: "Seeds; each chooses labels, weights and order",
    }),
    "tracks": stringListFlag({
      choices: TRACKS,
      default: TRACKS,
      description: "What to compare",
    }),
    "epochs": integerFlag({ default: 30, minimum: 1, description: "Epochs of a run, at most" }),
    "batch-size": integerFlag({ default: 32, minimum: 1, description: "Records of a step" }),
    "lr": learningRateFlag(5e-4),
    "normalize": choiceFlag({
      choices: ["train", "none"],
      description: "Standardize each lead by the training folds, or take mV as they are",
      defaultText: "the checkpoint's",
    }),
    "out": pathFlag({
      default: "results/label_scarcity",
      description: "Folder of runs, JSON and figure",
    }),
    ...deviceFlags,
  },
  examples: [
    {
      args: "--ssl-checkpoint checkpoints/ssl_simclr.pt",
      about: "Four tracks, four shares, three seeds",
    },
    { args: "--fractions 0.01,0.1 --seeds 1,2 --tracks supervised,random_frozen", about: "Less" },
  ],
  run: runLabelScarcity,
});

if (import.meta.main) await runCommand(command);
