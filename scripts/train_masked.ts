import { defineCommand } from "../src/console/flags/command.ts";
import { integerFlag, numberFlag } from "../src/console/flags/flags.ts";
import { pretrainingFlags } from "../src/console/flags/pretraining_flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { runPretrain } from "../src/console/pretrain.ts";
import { maskedRecipe, reconstructionFile } from "../src/training/masked_recipe.ts";

/** `deno task train-masked`: reconstruct what a mask hides. */
export const command = defineCommand({
  name: "train-masked",
  summary: "Pretrain an encoder by reconstructing masked stretches",
  description: [
    "Reads folds 1-8 of PTB-XL, hides stretches of every record in all leads, and trains encoder " +
    "and decoder to give back the whole record. Writes the encoder, draws input, masked input and " +
    "reconstruction after every epoch, and compares a linear probe with one on a random encoder.",
  ],
  flags: {
    ...pretrainingFlags({ batchSize: 64, out: "checkpoints/ssl_masked.pt" }),
    "mask-ratio": numberFlag({
      default: 0.3,
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      description: "Length of all blocks together, as a share of the record; blocks may overlap",
    }),
    "block-size": integerFlag({
      minimum: 1,
      description: "Samples of a block",
      defaultText: "half a second: 50, at 500 Hz 250",
    }),
  },
  examples: [
    { args: "", about: "With the documented settings" },
    { args: "--mask-ratio 0.5 --block-size 100", about: "More hidden, in longer stretches" },
  ],
  run(options, context) {
    const { maskRatio: ratio, blockSize = Number(options.resolution) / 2 } = options;
    return runPretrain(options, {
      title: "Masked reconstruction",
      recipe: maskedRecipe({ ratio, blockSize }),
      loss: "Mean squared error",
      network: "four decoder layers",
      details: [`${Number((100 * ratio).toFixed(2))} % masked`, `blocks of ${blockSize} samples`],
      figure: reconstructionFile,
    }, context);
  },
});

if (import.meta.main) await runCommand(command);
