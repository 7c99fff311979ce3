import { defineCommand, runCommand } from "../src/cli/command.ts";
import { choiceFlag, integerFlag, numberFlag, pathFlag } from "../src/cli/flags.ts";
import { dataFlags, deviceFlags } from "../src/cli/training_flags.ts";
import { runEvaluate } from "../src/jobs/evaluate_command.ts";

/** `deno task evaluate`: metrics of a classifier on the test fold. */
export const command = defineCommand({
  name: "evaluate",
  summary: "Evaluate a classifier on the test fold, clean or corrupted",
  flags: {
    "checkpoint": pathFlag({
      required: true,
      description: "Classifier (.pt or .safetensors), key model",
    }),
    ...dataFlags,
    "batch-size": integerFlag({ default: 64, minimum: 1, description: "Records at once" }),
    "noise-std": numberFlag({
      default: 0,
      minimum: 0,
      description: "Standard deviation of noise added to every sample, mV",
    }),
    "mask-ratio": numberFlag({
      default: 0,
      minimum: 0,
      exclusiveMaximum: 1,
      description: "Part of each record that one stretch of zeros covers",
    }),
    "fold": integerFlag({
      default: 10,
      minimum: 1,
      maximum: 10,
      description: "Fold to evaluate on; 10 is the test fold",
    }),
    "seed": integerFlag({
      default: 42,
      minimum: 0,
      maximum: 2 ** 32 - 1,
      description: "Seed of corruption and bootstrap",
    }),
    "normalize": choiceFlag({
      choices: ["train", "none"],
      description: "Overrides the normalisation that the checkpoint carries",
      defaultText: "the checkpoint's; none where it carries none",
    }),
    "predictions": pathFlag({ description: "Write probabilities as CSV: ecg_id, one per class" }),
    "json": pathFlag({ description: "Write metrics and intervals as JSON" }),
    ...deviceFlags,
  },
  examples: [
    { args: "--checkpoint checkpoints/finetuned.pt", about: "Test fold" },
    {
      args: "--checkpoint checkpoints/finetuned.pt --noise-std 0.1 --mask-ratio 0.2",
      about: "How much noise and gaps cost",
    },
  ],
  run: runEvaluate,
});

if (import.meta.main) await runCommand(command);
