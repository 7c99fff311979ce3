import { runCommand } from "../src/console/flags/run_command.ts";
import { pretrainingCommand } from "../src/console/pretrain.ts";
import { byol } from "../src/methods/byol.ts";

export const command = pretrainingCommand(byol, {
  summary: "Pretrain an encoder with BYOL, without labels and negative pairs",
  description: [
    "Reads folds 1-8 of PTB-XL. An online network learns to predict, from one view of a record, " +
    "what a slowly following target network makes of the other view. Writes the online encoder, " +
    "and compares a linear probe on it with one on a random encoder.",
    "With --momentum-tau 0.999 a quarter of the random target is left after 1,400 steps: for short " +
    "runs a lower value or --tau-schedule cosine follows faster.",
  ],
  examples: [
    { args: "", about: "With the documented settings" },
    {
      args: "--momentum-tau 0.99 --tau-schedule cosine",
      about: "For a run of a few hundred steps",
    },
  ],
});

if (import.meta.main) await runCommand(command);
