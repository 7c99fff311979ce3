/**
 * ROC and precision-recall curves read off at fixed places, so that the curves of several classes,
 * seeds or resamples can be averaged point by point (vertical averaging, Fawcett 2006).
 *
 * All functions take the ranking of one class and a weight for each record, as `rankingScores` does:
 * a bootstrap resample sorts nothing.
 */

import { mean } from "../stats/descriptive.ts";
import { groupCounts, type Ranking } from "./ranking.ts";

/** Positives and negatives among the records that reach a threshold, at each threshold, descending. */
function cumulate(ranking: Ranking, weights: ArrayLike<number> | undefined) {
  const counts = groupCounts(ranking, weights);
  const sum = (values: Float64Array) => {
    let total = 0;
    return values.reverse().map((value) => total += value);
  };
  return { positives: sum(counts.positives), negatives: sum(counts.negatives) };
}

/**
 * Sensitivity at given false positive rates: the ROC curve of straight lines between its points,
 * where it rises vertically its upper end.
 *
 * @param rates False positive rates in [0, 1], ascending
 * @returns One value a rate, in [0, 1]; undefined where only one label value occurs
 */
export function sampleRoc(
  ranking: Ranking,
  rates: ArrayLike<number>,
  weights?: ArrayLike<number>,
): Float64Array | undefined {
  const { positives, negatives } = cumulate(ranking, weights);
  const last = positives.length - 1;
  const [allPositives, allNegatives] = [positives[last] ?? 0, negatives[last] ?? 0];
  if (allPositives === 0 || allNegatives === 0) return undefined;
  const sampled = new Float64Array(rates.length);
  // The point before and after the rate; the curve begins in (0, 0).
  let next = 0;
  let [beforeP, beforeN] = [0, 0];
  for (let i = 0; i < rates.length; i++) {
    const wanted = rates[i] * allNegatives;
    while (next <= last && negatives[next] <= wanted) {
      beforeP = positives[next];
      beforeN = negatives[next];
      next++;
    }
    const rise = next <= last
      ? (wanted - beforeN) * (positives[next] - beforeP) / (negatives[next] - beforeN)
      : 0;
    sampled[i] = (beforeP + rise) / allPositives;
  }
  return sampled;
}

/**
 * Precision at given sensitivities: that of the fewest top-ranked records that contain at least this
 * share of the positives. Nothing is interpolated, since precision does not change linearly with
 * sensitivity (Davis & Goadrich 2006); the mean over many sensitivities is the average precision.
 *
 * @param recalls Sensitivities in (0, 1], ascending
 * @returns One value a sensitivity, in [0, 1]; undefined where there are no positives
 */
export function samplePrecision(
  ranking: Ranking,
  recalls: ArrayLike<number>,
  weights?: ArrayLike<number>,
): Float64Array | undefined {
  const { positives, negatives } = cumulate(ranking, weights);
  const last = positives.length - 1;
  const all = positives[last] ?? 0;
  if (all === 0) return undefined;
  const sampled = new Float64Array(recalls.length);
  let at = 0;
  for (let i = 0; i < recalls.length; i++) {
    // A share such as 0.07 of 100 positives is 7.000000000000001.
    const wanted = recalls[i] * all * (1 - 1e-12);
    while (at < last && positives[at] < wanted) at++;
    sampled[i] = positives[at] / (positives[at] + negatives[at]);
  }
  return sampled;
}

/** Mean of the curves that are defined, point by point; undefined where none is. */
export function meanCurve(
  curves: readonly (ArrayLike<number> | undefined)[],
): Float64Array | undefined {
  const defined = curves.filter((curve) => curve !== undefined);
  if (defined.length === 0) return undefined;
  return Float64Array.from(
    { length: defined[0].length },
    (_, i) => mean(defined.map((curve) => curve[i])),
  );
}
