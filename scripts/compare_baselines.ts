import { defineCommand } from "../src/console/flags/command.ts";
import { compareFlags, comparePositionals } from "../src/console/flags/compare_flags.ts";
import { integerFlag, pathFlag } from "../src/console/flags/flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { labelFractionFlag, seedFlag } from "../src/console/flags/training_flags.ts";
import { runCompareBaselines } from "../src/commands/compare_baselines.ts";

/** `deno task compare-baselines`: methods beside each other. */
export const command = defineCommand({
  name: "compare-baselines",
  summary: "Compare methods on the test fold, encoders under a linear head",
  description: [
    "Evaluates classifiers on the same records, each with the normalization it carries, sorts them " +
    "by AUROC, and gives the differences from --baseline with intervals paired by record.",
    "An encoder without a head gets a linear one, trained on its frozen features with a part of the " +
    "labels. Heads are kept: they are trained again only where encoder, data or settings changed.",
  ],
  flags: {
    ...compareFlags,
    "epochs": integerFlag({ default: 30, minimum: 1, description: "Epochs of a head" }),
    "label-fraction": labelFractionFlag(
      0.1,
      "Share of the training records whose labels a head sees",
    ),
    "seed": seedFlag("Seed of the heads (labels, weights, order) and of the bootstrap"),
    "out": pathFlag({ default: "results/compare_baselines", description: "Folder of the heads" }),
    "figure": pathFlag({ description: "Draw AUROC with intervals as SVG" }),
  },
  positionals: comparePositionals,
  examples: [
    { args: "", about: "The documented checkpoints, against plain BCE" },
    {
      args: "--checkpoints simclr=checkpoints/ssl_simclr.pt,resnet=checkpoints/resnet1d.pt " +
        "--baseline simclr --figure methods.svg",
      about: "Two of them, named, with a figure",
    },
  ],
  run: runCompareBaselines,
});

if (import.meta.main) await runCommand(command);
