import { defineCommand } from "../src/console/flags/command.ts";
import { booleanFlag, choiceFlag, integerFlag, pathFlag } from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { deviceFlags, learningRateFlag, seedFlag } from "../src/console/flags/training_flags.ts";
import { runTransferMitBih } from "../src/commands/transfer_mitbih.ts";

/** `deno task transfer-mitbih`: what an encoder is worth on MIT-BIH. */
export const command = defineCommand({
  name: "transfer-mitbih",
  summary: "Train an encoder's classifier on MIT-BIH and test it on other people",
  description: [
    "Puts a linear head with one output on the encoder of a checkpoint and trains both, or the head " +
    "alone (--freeze-encoder), to tell windows of 10 s with an abnormal beat from normal ones. " +
    "Training and validation records are DS1 of the inter-patient split, test records DS2. Keeps " +
    "the epoch with the best validation AUROC and reports DS2 once, pooled and record by record, " +
    "beside the same classifier trained from random weights.",
    "Lead MLII is repeated on all twelve channels at the checkpoint's sampling rate (100 Hz where it " +
    "states none). A run that was stopped goes on where the same command names its --run-dir.",
  ],
  flags: {
    "mitbih-root": pathFlag({
      default: "data/MIT-BIH/files/mitdb/1.0.0",
      description: "Folder of the MIT-BIH Arrhythmia Database",
    }),
    "strict": booleanFlag({ description: "Fail on the first damaged or missing record" }),
    "checkpoint": pathFlag({
      required: true,
      description: "Encoder (.pt or .safetensors): key encoder, else key model's under encoder.",
    }),
    "use-ssl": booleanFlag({
      description: "Take a pretrained encoder only (key encoder), refuse a classifier (key model)",
    }),
    "freeze-encoder": booleanFlag({
      description: "Train the head alone, on features that are computed once",
    }),
    "no-baseline": booleanFlag({
      description: "Leave out the classifier from random weights, which takes half of the time",
    }),
    "normalize": choiceFlag({
      choices: ["train", "checkpoint", "none"],
      default: "train",
      description: "Standardize by the training windows or as the checkpoint's leads, or take mV",
    }),
    "batch-size": integerFlag({ default: 32, minimum: 1, description: "Windows of a step" }),
    "finetune-epochs": integerFlag({
      default: 10,
      minimum: 1,
      description: "Passes over the training windows",
    }),
    "lr": learningRateFlag(1e-3),
    "seed": seedFlag(),
    "run-dir": pathFlag({
      description: "Folder of classifiers, metrics, JSON and figures",
      defaultText: "results/NAME-DATE",
    }),
    "json": pathFlag({
      description: "Where the results are written as JSON",
      defaultText: "transfer_mitbih.json in the run folder",
    }),
    "predictions": pathFlag({
      description: "Write probabilities as CSV: record, window, abnormal, transfer, baseline",
    }),
    ...deviceFlags,
  },
  examples: [
    {
      args: "--checkpoint checkpoints/ssl_simclr.pt --use-ssl --freeze-encoder",
      about: "What the encoder's features are worth",
    },
    { args: "--checkpoint checkpoints/ssl_simclr.pt --lr 1e-4", about: "Train the encoder too" },
  ],
  run: runTransferMitBih,
});

if (import.meta.main) await runCommand(command);
