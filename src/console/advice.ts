/**
 * What to do about an error, in the words of the command line. The rooms below know no flags: their
 * errors carry {@linkcode ErrorFacts}, and this table makes a sentence of it.
 *
 * @module
 */

import type { ErrorFacts } from "../errors.ts";

/** A sentence for each remedy, without a full stop. */
const ADVICE: Readonly<Record<string, (facts: ErrorFacts) => string>> = {
  "resume-run": () =>
    "Start the command again, with --resume --run-dir where the run folder holds state.safetensors",
  "smaller-batch": ({ largestBatch }) =>
    largestBatch === undefined
      ? "Use a smaller --batch-size"
      : largestBatch === 0
      ? "Use shorter records (--signal-length): not even one fits"
      : `Use --batch-size ${largestBatch} or less`,
  "two-records-a-batch": () => "Give --batch-size 2 or more, and at least two labeled records",
  "smaller-learning-rate": () => "Use a smaller --lr",
  "other-sampling-rate": ({ rate }) => `Give --resolution ${rate}`,
};

/** The advice for an error, or undefined where it knows no remedy. */
export function adviceFor({ facts }: { readonly facts?: ErrorFacts }): string | undefined {
  return facts && ADVICE[facts.remedy]?.(facts);
}
