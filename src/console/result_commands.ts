/** The commands that make results a report can lack. */

import type { MissingResult } from "../results/report/document.ts";

/** What follows the program's name. */
const ARGUMENTS: Readonly<Record<MissingResult, string>> = {
  "ablation": "",
  "evaluate": "--checkpoint checkpoints/finetuned.pt --noise-std 0.05,0.1,0.2 " +
    "--mask-ratio 0.1,0.2,0.4 --json results/robustness.json",
  "label-scarcity": "",
  "linear-probe": "--checkpoint checkpoints/ssl_simclr.pt --json results/linear_probe.json",
  "statistical-tests": "--results-dir results",
  "train-multiseed": "",
  "train-simclr": "",
  "transfer-mitbih": "--checkpoint checkpoints/ssl_simclr.pt",
};

/** The command line for a result, as it is typed after `program`. */
export function commandFor(program: string): (result: MissingResult) => string {
  return (result) => `${program} ${result} ${ARGUMENTS[result]}`.trimEnd();
}
