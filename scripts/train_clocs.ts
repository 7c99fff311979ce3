import { runCommand } from "../src/console/flags/run_command.ts";
import { pretrainingCommand } from "../src/console/pretrain.ts";
import { clocs } from "../src/methods/clocs.ts";

export const command = pretrainingCommand(clocs, {
  summary: "Pretrain an encoder by contrasting patients",
  description: [
    "SimCLR whose two views show two records of one patient (Kiyasseh et al. 2021); a record without " +
    "another one of its patient is paired with a second view of itself. 4,089 of PTB-XL's 17,418 " +
    "training records have another one. Data without patients, such as a folder of records, gives " +
    "no pairs, and the command says so: it is then train-simclr.",
  ],
  examples: [{ args: "--data-root data/PTB-XL", about: "On PTB-XL" }],
});

if (import.meta.main) await runCommand(command);
