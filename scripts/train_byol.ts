import { AUGMENTATION_CONFIGS } from "../src/augment/augmentations.ts";
import { defineCommand } from "../src/console/flags/command.ts";
import { choiceFlag, numberFlag } from "../src/console/flags/flags.ts";
import { pretrainingFlags } from "../src/console/flags/pretraining_flags.ts";
import { runCommand } from "../src/console/flags/run_command.ts";
import { runPretrain } from "../src/console/pretrain.ts";
import { byolRecipe } from "../src/training/byol_recipe.ts";
import { MOMENTUM_SCHEDULES } from "../src/methods/byol.ts";

/** `deno task train-byol`: pretrain an encoder without labels and without negative pairs. */
export const command = defineCommand({
  name: "train-byol",
  summary: "Pretrain an encoder with BYOL, without labels and negative pairs",
  description: [
    "Reads folds 1-8 of PTB-XL. An online network learns to predict, from one view of a record, " +
    "what a slowly following target network makes of the other view. Writes the online encoder, " +
    "and compares a linear probe on it with one on a random encoder.",
    "With --momentum-tau 0.999 a quarter of the random target is left after 1,400 steps: for short " +
    "runs a lower value or --tau-schedule cosine follows faster.",
  ],
  flags: {
    ...pretrainingFlags({ batchSize: 256, out: "checkpoints/ssl_byol.pt" }),
    "momentum-tau": numberFlag({
      default: 0.999,
      minimum: 0,
      maximum: 1,
      description: "Share of the target network that stays in a step",
    }),
    "tau-schedule": choiceFlag({
      choices: MOMENTUM_SCHEDULES,
      default: "constant",
      description: "Keep that share, or let it rise to 1 as a cosine",
    }),
    "config": choiceFlag({
      choices: AUGMENTATION_CONFIGS,
      default: "full",
      description: "Augmentations: all seven, all but one, or none (two identical views)",
    }),
  },
  examples: [
    { args: "", about: "With the documented settings" },
    {
      args: "--momentum-tau 0.99 --tau-schedule cosine",
      about: "For a run of a few hundred steps",
    },
  ],
  run(options, context) {
    const { momentumTau: momentum, tauSchedule: schedule, config } = options;
    return runPretrain(options, {
      title: "BYOL",
      recipe: byolRecipe({ momentum, schedule, config }),
      loss: "Regression loss (0 to 8)",
      network: "projection 256, predictor 256, target network",
      batch: "two views each",
      details: [
        `target momentum ${momentum}${schedule === "cosine" ? " rising to 1" : ""}`,
        `augmentations ${config}`,
      ],
    }, context);
  },
});

if (import.meta.main) await runCommand(command);
