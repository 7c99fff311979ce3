import { STEPS } from "../src/bench/steps.ts";
import { defineCommand } from "../src/console/flags/command.ts";
import { booleanFlag, integerFlag, pathFlag, stringListFlag } from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { deviceFlags } from "../src/console/flags/training_flags.ts";
import { runBench } from "../src/commands/bench.ts";

/** `deno task bench`: how fast this machine trains. */
export const command = defineCommand({
  name: "bench",
  summary: "Time training and inference on this machine",
  description: [
    "Times the steps of SimCLR, BYOL, masked reconstruction, fine-tuning, ResNet-1D and the " +
    "improved CNN, and inference with the encoder, on synthetic records that live on the GPU, " +
    "measures the adapter's peaks in the same run, and writes all figures as JSON.",
    "Rates are medians; every repetition ends with one look at the losses, as in training.",
  ],
  flags: {
    "batch-size": integerFlag({
      default: 64,
      minimum: 2,
      description: "Records of a training step",
    }),
    "only": stringListFlag({
      choices: STEPS,
      defaultText: "all, and the way from disk to the GPU",
      description: "Steps to time",
    }),
    "data-root": pathFlag({
      description: "Folder of PTB-XL, to time the way from disk to the GPU",
      defaultText: "data/PTB-XL where it exists",
    }),
    "out": pathFlag({
      description: "File to write",
      defaultText: "results/bench/ADAPTER.json; none with --only or --quick",
    }),
    "compare": pathFlag({
      description: "Fail when anything is more than 20 % slower than in this file",
    }),
    "quick": booleanFlag({ description: "A run of seconds, for tests" }),
    ...deviceFlags,
  },
  examples: [
    { args: "", about: "Everything, in a few minutes" },
    {
      args: "--compare results/bench/nvidia-h200.json --out /tmp/now.json",
      about: "Has it become slower?",
    },
    { args: "--only byol,masked", about: "Two steps, for a look" },
    { args: "--quick --batch-size 4", about: "Does it run?" },
  ],
  run: runBench,
});

if (import.meta.main) await runCommand(command);
