/**
 * What an epoch costs in comparison with one of another method, before any was measured.
 *
 * @module
 */

import { FORWARD_PASS, TRAINING_PASS } from "../methods/pretraining_method.ts";
import { type MethodName, METHODS } from "../methods/registry.ts";

/** Records that an epoch visits. */
export interface EpochRecords {
  /** That are trained on: of pretraining all of folds 1-8, of a classifier the labeled ones. */
  readonly trained: number;
  /** That are looked at afterwards, in evaluation. */
  readonly validated: number;
}

/** What is trained, as far as it matters for the cost. */
export type CostedMethod = MethodName | "classifier";

/** Records times passes through the encoder. Heads and augmentations are left out. */
export function epochCost(method: CostedMethod, { trained, validated }: EpochRecords): number {
  const passes = method === "classifier" ? TRAINING_PASS : METHODS[method].cost;
  return trained * passes + validated * FORWARD_PASS;
}
