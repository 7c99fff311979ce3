import { defineCommand } from "../src/console/flags/command.ts";
import { integerFlag, numberListFlag, pathFlag } from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import {
  dataFlags,
  deviceFlags,
  foldFlag,
  normalizeFlag,
  seedFlag,
} from "../src/console/flags/training_flags.ts";
import { runEvaluate } from "../src/commands/evaluate.ts";

/** `deno task evaluate`: metrics of a classifier on the test fold. */
export const command = defineCommand({
  name: "evaluate",
  summary: "Evaluate a classifier on the test fold, clean or corrupted",
  description: [
    "With several values for --noise-std or --mask-ratio the clean record is evaluated, then every " +
    "noise without a gap and every gap without noise. A record has the same noise at every strength, " +
    "only scaled. Changes against the clean record have intervals paired by record.",
  ],
  flags: {
    "checkpoint": pathFlag({
      required: true,
      description: "Classifier (.pt or .safetensors), key model",
    }),
    ...dataFlags,
    "batch-size": integerFlag({ default: 64, minimum: 1, description: "Records at once" }),
    "noise-std": numberListFlag({
      default: [0],
      minimum: 0,
      description: "Standard deviation of noise added to every sample, mV; several values: a sweep",
    }),
    "mask-ratio": numberListFlag({
      default: [0],
      minimum: 0,
      exclusiveMaximum: 1,
      description: "Part of each record that one stretch of zeros covers; several values: a sweep",
    }),
    "fold": foldFlag(),
    "seed": seedFlag("Seed of corruption and bootstrap"),
    "normalize": normalizeFlag(true),
    "predictions": pathFlag({ description: "Write probabilities as CSV: ecg_id, one per class" }),
    "json": pathFlag({ description: "Write metrics and intervals as JSON" }),
    "figure": pathFlag({ description: "Draw the sweep as SVG: AUROC with intervals" }),
    ...deviceFlags,
  },
  examples: [
    { args: "--checkpoint checkpoints/finetuned.pt", about: "Test fold" },
    {
      args: "--checkpoint checkpoints/finetuned.pt --noise-std 0.1 --mask-ratio 0.2",
      about: "How much noise and gaps cost together",
    },
    {
      args: "--checkpoint checkpoints/finetuned.pt --noise-std 0.05,0.1,0.2 --mask-ratio 0.1,0.3 " +
        "--figure robustness.svg",
      about: "A sweep of each",
    },
  ],
  run: runEvaluate,
});

if (import.meta.main) await runCommand(command);
