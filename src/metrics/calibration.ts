/** Whether a probability means what it says: of the records given 0.7, do 70 % have the class? */

/** Records with similar probabilities. */
export interface ReliabilityBin {
  readonly count: number;
  /** Mean probability given to them. */
  readonly predicted: number;
  /** Share of them that has the class. */
  readonly observed: number;
}

/** What {@linkcode calibration} gives. */
export interface Calibration {
  readonly count: number;
  /** Bins of equal width from 0 to 1, ascending; empty ones are left out. */
  readonly bins: readonly ReliabilityBin[];
  /** Mean of |observed − predicted| over the bins, weighted by count, in [0, 1]. */
  readonly expectedError: number;
  /** The largest |observed − predicted| of a bin. */
  readonly maximumError: number;
  /** Mean squared difference between probability and label (Brier 1950), in [0, 1]. */
  readonly brier: number;
}

/**
 * Reliability of the probabilities of one class, with the expected calibration error (Naeini, Cooper
 * & Hauskrecht 2015). A probability of exactly 1 belongs to the last bin, one on an inner edge to the
 * bin above.
 *
 * The expected error grows with noise: of n perfectly calibrated records it is not 0. Compare it
 * between models on the same records.
 *
 * @param labels 0 or 1, one a record
 * @param probabilities In [0, 1], one a record
 * @param bins Number of bins. Default 10.
 * @throws {RangeError} Lengths differ, nothing is given, or a value is out of range
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { calibration } from "ssrl-ecg";
 * const { expectedError, bins } = calibration([0, 1, 1, 1], [0.2, 0.2, 0.9, 0.9]);
 * assert(bins.length === 2 && bins[0].observed === 0.5);
 * assert(Math.abs(expectedError - (0.3 + 0.1) / 2) < 1e-12);
 * ```
 */
export function calibration(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  bins = 10,
): Calibration {
  const count = labels.length;
  if (count === 0 || probabilities.length !== count) {
    throw new RangeError(
      `Cannot measure calibration: got ${count} labels and ${probabilities.length} probabilities`,
    );
  }
  if (!Number.isInteger(bins) || bins < 1) {
    throw new RangeError(`Cannot measure calibration in ${bins} bins: need 1 or more`);
  }
  const sums = Array.from({ length: bins }, () => ({ count: 0, predicted: 0, observed: 0 }));
  let squares = 0;
  for (let i = 0; i < count; i++) {
    const [label, probability] = [labels[i], probabilities[i]];
    if (label !== 0 && label !== 1) {
      throw new RangeError(`Cannot measure calibration: label ${i} is ${label}, need 0 or 1`);
    }
    if (!(probability >= 0 && probability <= 1)) {
      throw new RangeError(
        `Cannot measure calibration: probability ${i} is ${probability}, need 0 to 1`,
      );
    }
    const bin = sums[Math.min(bins - 1, Math.floor(probability * bins))];
    bin.count++;
    bin.predicted += probability;
    bin.observed += label;
    squares += (probability - label) ** 2;
  }
  const filled = sums.filter((bin) => bin.count > 0).map((bin): ReliabilityBin => ({
    count: bin.count,
    predicted: bin.predicted / bin.count,
    observed: bin.observed / bin.count,
  }));
  const errors = filled.map(({ predicted, observed }) => Math.abs(observed - predicted));
  return {
    count,
    bins: filled,
    expectedError: errors.reduce((sum, error, b) => sum + error * filled[b].count, 0) / count,
    maximumError: Math.max(...errors),
    brier: squares / count,
  };
}
