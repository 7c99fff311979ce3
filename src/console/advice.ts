/**
 * What to do about an error, in the words of the command line. The rooms below know no flags: their
 * errors carry {@linkcode ErrorFacts}, and this table makes a sentence of it.
 */

import type { ErrorFacts } from "../errors.ts";
import { programName } from "./flags/own_command.ts";

/** A sentence for each remedy, without a full stop. */
const ADVICE: Readonly<Record<string, (facts: ErrorFacts) => string>> = {
  "resume-run": () =>
    "Start the command again, with --resume --run-dir where the run folder holds state.safetensors",
  "resume-or-other-folder": () => "Continue it with --resume, or give another --run-dir",
  "other-run-folder": () => "Choose another --run-dir",
  "same-settings": () => "Give the same, or choose another --run-dir",
  "more-epochs": ({ epochs }) => `Give --epochs ${epochs} or more`,
  "smaller-batch": ({ largestBatch }) =>
    largestBatch === undefined
      ? "Use a smaller --batch-size"
      : largestBatch === 0
      ? "Use shorter records (--signal-length): not even one fits"
      : `Use --batch-size ${largestBatch} or less`,
  "two-records-a-batch": () => "Give --batch-size 2 or more, and at least two labeled records",
  "smaller-learning-rate": () => "Use a smaller --lr",
  "fetch-dataset": ({ id, name, rate }) => {
    const task = `${programName()} fetch-${id}${rate === 500 ? " --resolution 500" : ""}`;
    const flag = id === "ptbxl" ? "--data-root" : `--${id}-root`;
    return `Bring the records with "${task}", or point ${flag} at a folder in the layout of ${name}`;
  },
  "record-folder": () => "Point --data-root at a folder of WFDB records",
  "table-of-labels": () => "Give a table of them with --labels-csv",
  "not-strict": () => "Leave out --strict to continue without damaged records",
  "state-sampling-rate": () => "Give --sampling-rate",
  "state-units": () => "Give --units",
  "other-address": ({ versions }) => `Check --base-url${versions ? " and --resolution" : ""}`,
  "other-out": () => "Give another folder with --out",
  "fewer-neighbors": ({ fewLabels }) =>
    `Give a smaller --k${fewLabels ? " or a larger --label-fraction" : ""}`,
  "fixed-regularization": () => "Give --C",
  "one-fold": () => "Or give --fold in place of --cross-validate",
  "needs-encoder": () => "The pretraining commands write encoders",
  "needs-classifier": () =>
    "finetune and train-supervised write classifiers; compare-baselines puts a head on an encoder",
  "seed-results": ({ file }) =>
    `Give --results-dir the folder that holds ${file} (train-multiseed writes results/), or a JSON ` +
    "or CSV file of results",
  "other-checkpoint-folder": () => "Or give another --checkpoint-dir",
  "other-sampling-rate": ({ rate }) => `Give --resolution ${rate}`,
};

/** The advice for an error, or undefined where it knows no remedy. */
export function adviceFor({ facts }: { readonly facts?: ErrorFacts }): string | undefined {
  return facts && ADVICE[facts.remedy]?.(facts);
}

/** The message of an error with its advice. */
export function advised(reason: string, facts?: ErrorFacts): string {
  const advice = adviceFor({ facts });
  return advice === undefined ? reason : `${reason}. ${advice}`;
}
