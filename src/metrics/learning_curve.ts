/**
 * What the curves of a training say about its length: still learning at the end, or over-fitting.
 */

import { meanOfFinite } from "../stats/descriptive.ts";

/** Epochs that the last part of a curve covers: a quarter, at least one. */
export function lastQuarter(epochs: number): number {
  return Math.max(1, Math.round(epochs / 4));
}

/**
 * How much of its fall a loss makes at the end: the fall from the mean of the third quarter to that of
 * the last, as a share of the fall from the first epoch to the last quarter. Near 0 where the loss has
 * settled, below 0 where it rises, 1/3 for a straight line over four epochs.
 *
 * @returns NaN for fewer than four epochs, and where the loss did not fall at all.
 */
export function lateFall(losses: readonly number[]): number {
  const part = lastQuarter(losses.length);
  if (losses.length < 4) return NaN;
  const last = meanOfFinite(losses.slice(-part));
  const before = meanOfFinite(losses.slice(-2 * part, -part));
  const fall = losses[0] - last;
  return fall > 0 ? (before - last) / fall : NaN;
}

/** How far training and validation have moved apart; see {@linkcode overfittingGap}. */
export interface OverfittingGap {
  /** Epoch with the lowest validation loss, from 1. */
  readonly lowestLossEpoch: number;
  /** Rise of the validation loss since then, as a share of its lowest value. */
  readonly validationLossRise: number;
  /** Fall of the training loss since then, as a share of its value there. */
  readonly trainingLossFall: number;
  /** Epoch with the highest validation AUROC, from 1; NaN where it is not defined. */
  readonly bestAurocEpoch: number;
  /** Fall of the validation AUROC since then; NaN where it is not defined. */
  readonly aurocFall: number;
}

/**
 * The signs of over-fitting in the curves of a classifier: a training loss that still falls while
 * the validation loss rises, and a validation AUROC below its best. The two losses may differ in kind
 * (focal and cross-entropy), so each is compared with itself. Ends of curves are means over their last
 * quarter.
 */
export function overfittingGap(
  { training, validation, auroc }: {
    readonly training: readonly number[];
    readonly validation: readonly number[];
    readonly auroc: readonly number[];
  },
): OverfittingGap {
  const part = lastQuarter(training.length);
  const end = (curve: readonly number[]) => meanOfFinite(curve.slice(-part));
  const lowest = indexOfLargest(validation.map((loss) => -loss));
  const best = indexOfLargest(auroc);
  return {
    lowestLossEpoch: lowest + 1,
    validationLossRise: end(validation) / validation[lowest] - 1,
    trainingLossFall: 1 - end(training) / training[lowest],
    bestAurocEpoch: best + 1,
    aurocFall: auroc[best] - end(auroc),
  };
}

/** Index of the first of the largest finite values; NaN where there is none. */
function indexOfLargest(values: readonly number[]): number {
  const largest = Math.max(...values.filter(Number.isFinite));
  const index = values.indexOf(largest);
  return index < 0 ? NaN : index;
}
