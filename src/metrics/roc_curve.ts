/** The ROC curve of one class. */

import { groupCounts, rank } from "./ranking.ts";

/** Corners of a ROC curve, from (0, 0) to (1, 1); both arrays of one length. */
export interface RocCurve {
  /** 1 − specificity, in [0, 1], ascending. */
  readonly falsePositiveRate: readonly number[];
  /** Sensitivity, in [0, 1], ascending. */
  readonly truePositiveRate: readonly number[];
}

/**
 * The ROC curve: at every threshold the share of negatives and of positives that reach it. Equal
 * scores enter together, as a slanted line; points on a straight line between two others are left
 * out. The area under the lines is AUROC.
 *
 * @returns Undefined where only one label value occurs
 * @throws {RangeError} If lengths differ or a value is NaN
 */
export function rocCurve(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
): RocCurve | undefined {
  const counts = groupCounts(rank(labels, scores));
  const corners = [{ negatives: 0, positives: 0 }];
  let negatives = 0;
  let positives = 0;
  for (let group = counts.positives.length - 1; group >= 0; group--) {
    positives += counts.positives[group];
    negatives += counts.negatives[group];
    const [before, last] = [corners.at(-2), corners.at(-1)!];
    // Whole numbers, so that the test for a straight line is exact.
    if (
      before !== undefined &&
      (last.positives - before.positives) * (negatives - last.negatives) ===
        (positives - last.positives) * (last.negatives - before.negatives)
    ) {
      corners.pop();
    }
    corners.push({ negatives, positives });
  }
  if (positives === 0 || negatives === 0) return undefined;
  return {
    falsePositiveRate: corners.map((corner) => corner.negatives / negatives),
    truePositiveRate: corners.map((corner) => corner.positives / positives),
  };
}
