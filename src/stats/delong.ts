/**
 * AUROCs with their covariance, without resampling (DeLong, DeLong & Clarke-Pearson 1988, Biometrics
 * 44(3)), in O(n log n) by midranks (Sun & Xu 2014, IEEE Signal Processing Letters 21(11)).
 */

import { mean } from "./descriptive.ts";
import { normalCdf, normalQuantile } from "./distributions.ts";
import { midranks } from "./midranks.ts";
import { scaled } from "./paired_t.ts";
import { requireFraction, requireSample } from "./samples.ts";

/** AUROCs of several scores of the same records. */
export interface AurocCovariance {
  /** One for each score; NaN unless both labels occur. */
  readonly aurocs: Float64Array;
  /** Row-major [scores, scores]; NaN unless each label occurs twice. */
  readonly covariance: Float64Array;
}

/**
 * AUROCs of several scores of the same records, and the covariance matrix of their estimates.
 *
 * @param labels 0 or 1, one a record; above 0.5 is positive
 * @param scores Each one a record, higher means more likely positive
 * @throws {RangeError} If lengths differ or a value is not finite
 */
export function aurocCovariance(
  labels: ArrayLike<number>,
  scores: readonly ArrayLike<number>[],
): AurocCovariance {
  const truth = requireSample(labels, 0, "rank records");
  const columns = scores.map((values) => {
    if (values.length !== truth.length) {
      throw new RangeError(`Cannot rank ${values.length} scores: got ${truth.length} labels`);
    }
    return requireSample(values, 0, "rank records");
  });
  const positive = [...truth.keys()].filter((i) => truth[i] > 0.5);
  const negative = [...truth.keys()].filter((i) => !(truth[i] > 0.5));
  const [m, n] = [positive.length, negative.length];
  // Placements: for each positive the share of negatives below it, and the other way round.
  const placements = columns.map((values) => {
    const { ranks } = midranks(values);
    const among = (group: number[]) => midranks(group.map((i) => values[i])).ranks;
    const [own, others] = [among(positive), among(negative)];
    return {
      ofPositives: Float64Array.from(positive, (record, i) => (ranks[record] - own[i]) / n),
      ofNegatives: Float64Array.from(negative, (record, i) => 1 - (ranks[record] - others[i]) / m),
    };
  });
  const aurocs = Float64Array.from(
    placements,
    ({ ofPositives }) => m > 0 && n > 0 ? mean(ofPositives) : NaN,
  );
  const covariance = new Float64Array(columns.length ** 2);
  placements.forEach((a, i) =>
    placements.forEach((b, j) => {
      covariance[i * columns.length + j] =
        productMoment(a.ofPositives, b.ofPositives, aurocs[i], aurocs[j]) / m +
        productMoment(a.ofNegatives, b.ofNegatives, aurocs[i], aurocs[j]) / n;
    })
  );
  return { aurocs, covariance };
}

/** Covariance with n − 1; NaN for fewer than two values. */
function productMoment(a: Float64Array, b: Float64Array, meanA: number, meanB: number): number {
  if (a.length < 2) return NaN;
  return a.reduce((sum, value, i) => sum + (value - meanA) * (b[i] - meanB), 0) / (a.length - 1);
}

/** Result of {@linkcode delongTest}. */
export interface DelongTest {
  readonly auroc1: number;
  readonly auroc2: number;
  /** auroc1 − auroc2 */
  readonly difference: number;
  readonly standardError: number;
  /** Ends of the normal interval of the difference. */
  readonly low: number;
  readonly high: number;
  readonly z: number;
  /** Two-sided. */
  readonly pValue: number;
}

/**
 * DeLong's test of two AUROCs on the same records. It takes records as independent: where a patient
 * has several, an interval that draws patients (`pairedBootstrapIntervals` with `clusters`) is the
 * safer one.
 *
 * Scores that rank all pairs alike give a difference of 0 with p = 1. If a label occurs fewer than
 * two times, all but the AUROCs is NaN.
 *
 * @param labels 0 or 1, one a record
 * @param level Coverage of the interval, in (0, 1)
 * @throws {RangeError} If lengths differ, a value is not finite, or the level is out of range
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { delongTest } from "ssrl-ecg";
 * const labels = [0, 0, 0, 1, 1, 1];
 * const { difference, pValue } = delongTest(labels, [1, 2, 4, 3, 5, 6], [2, 5, 3, 1, 6, 4]);
 * assert(difference > 0.3 && pValue > 0.05);
 * ```
 */
export function delongTest(
  labels: ArrayLike<number>,
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  level = 0.95,
): DelongTest {
  requireFraction(level, "level");
  const { aurocs: [auroc1, auroc2], covariance: [v11, v12, , v22] } = aurocCovariance(labels, [
    first,
    second,
  ]);
  const difference = auroc1 - auroc2;
  const variance = v11 + v22 - 2 * v12;
  // Of scores that rank alike nothing but rounding is left.
  const standardError = variance <= 1e-14 * (v11 + v22) ? 0 : Math.sqrt(variance);
  const z = Number.isNaN(standardError) ? NaN : scaled(difference, standardError);
  const half = normalQuantile((1 + level) / 2) * standardError;
  return {
    auroc1,
    auroc2,
    difference,
    standardError,
    low: difference - half,
    high: difference + half,
    z,
    pValue: 2 * normalCdf(-Math.abs(z)),
  };
}
