import { runCommand } from "../src/console/flags/run_command.ts";
import { pretrainingCommand } from "../src/console/pretrain.ts";
import { simclr } from "../src/methods/simclr.ts";

export const command = pretrainingCommand(simclr, {
  summary: "Pretrain an encoder with SimCLR, without labels",
  description: [
    "Reads folds 1-8 of PTB-XL, trains encoder and projection head, writes the encoder, and " +
    "compares a linear probe on it with one on a random encoder.",
    "Without PTB-XL it uses a synthetic cohort, sized so that the run ends within minutes.",
    "--config no- followed by an augmentation leaves that one out, as an ablation does; none " +
    "makes both views equal.",
  ],
  examples: [
    { args: "", about: "The main job; without PTB-XL on the synthetic cohort" },
    { args: "--data-root data/PTB-XL --batch-size 128", about: "On PTB-XL, with less memory" },
    { args: "--config no-mixup --out checkpoints/no_mixup.pt", about: "One ablation" },
  ],
});

if (import.meta.main) await runCommand(command);
