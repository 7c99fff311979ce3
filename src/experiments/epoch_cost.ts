/**
 * What an epoch costs in comparison with one of another method, before any was measured.
 *
 * @module
 */

/** Passes of a record through the encoder: a forward pass is one, its backward pass two. */
const TRAINING_PASS = 3;
const FORWARD_PASS = 1;

/** Records that an epoch visits. */
export interface EpochRecords {
  /** That are trained on: of pretraining all of folds 1-8, of a classifier the labeled ones. */
  readonly trained: number;
  /** That are looked at afterwards, in evaluation. */
  readonly validated: number;
}

/** What is trained, as far as it matters for the cost. */
export type CostedMethod = "simclr" | "byol" | "masked" | "classifier";

const PASSES: Readonly<Record<CostedMethod, number>> = {
  simclr: 2 * TRAINING_PASS,
  // Each view also goes forward through the target network.
  byol: 2 * (TRAINING_PASS + FORWARD_PASS),
  // The decoder mirrors the encoder.
  masked: 2 * TRAINING_PASS,
  classifier: TRAINING_PASS,
};

/** Records times passes through the encoder. Heads and augmentations are left out. */
export function epochCost(method: CostedMethod, { trained, validated }: EpochRecords): number {
  return trained * PASSES[method] + validated * FORWARD_PASS;
}
