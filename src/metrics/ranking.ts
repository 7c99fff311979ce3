/**
 * Metrics of one class that depend on the order of the scores only. All take a weight for each
 * record, so that a bootstrap resample is a vector of counts and nothing is sorted twice.
 */

/** Records of one class in ascending order of score, with ties marked. */
export interface Ranking {
  /** Record indices, ascending by score. */
  readonly order: Uint32Array;
  /** Where each group of equal scores begins in `order`; the last entry is the length. */
  readonly groups: Uint32Array;
  /** Label (0 or 1) of each record, in order of records. */
  readonly labels: Uint8Array;
}

/**
 * Sorts one class's scores.
 *
 * @param labels Values of 0 or 1, one a record; above 0.5 is positive
 * @param scores One a record, higher means more likely positive
 * @throws {RangeError} If lengths differ or a value is NaN
 */
export function rank(labels: ArrayLike<number>, scores: ArrayLike<number>): Ranking {
  const count = labels.length;
  if (scores.length !== count) {
    throw new RangeError(`Cannot rank ${scores.length} scores: got ${count} labels`);
  }
  const values = Float64Array.from(scores);
  const positive = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    if (Number.isNaN(values[i])) throw new RangeError(`Cannot rank scores: value ${i} is NaN`);
    if (Number.isNaN(labels[i])) throw new RangeError(`Cannot rank scores: label ${i} is NaN`);
    positive[i] = labels[i] > 0.5 ? 1 : 0;
  }
  const order = Uint32Array.from({ length: count }, (_, i) => i)
    .sort((a, b) => values[a] < values[b] ? -1 : values[a] > values[b] ? 1 : a - b);
  const starts: number[] = [];
  for (let i = 0; i < count; i++) {
    if (i === 0 || values[order[i]] !== values[order[i - 1]]) starts.push(i);
  }
  starts.push(count);
  return { order, groups: Uint32Array.from(starts), labels: positive };
}

/**
 * Positives and negatives in each group of equal scores, ascending.
 *
 * @param weights Count of each record, in order of records; absent means 1 each
 */
export function groupCounts(
  { order, groups, labels }: Ranking,
  weights?: ArrayLike<number>,
): { positives: Float64Array; negatives: Float64Array } {
  const positives = new Float64Array(groups.length - 1);
  const negatives = new Float64Array(groups.length - 1);
  for (let group = 0; group < positives.length; group++) {
    for (let i = groups[group]; i < groups[group + 1]; i++) {
      const counts = labels[order[i]] === 1 ? positives : negatives;
      counts[group] += weights === undefined ? 1 : weights[order[i]];
    }
  }
  return { positives, negatives };
}

/** AUROC and average precision of one ranking. */
export interface RankingScores {
  /** NaN where a class has positives or negatives only. */
  readonly auroc: number;
  /** NaN where a class has no positives. */
  readonly auprc: number;
}

/**
 * Both ranking metrics, O(records).
 *
 * AUROC = P(score of a positive > score of a negative) + ½ P(equal)
 *       = Σ_groups P_g (N_below + N_g / 2) / (P N)      (Mann & Whitney 1947; Hanley & McNeil 1982)
 *
 * AUPRC = Σ_groups, descending: (R_g − R_(g−1)) · precision_g, the step-wise average precision,
 * without interpolation; equal scores enter together.
 *
 * @param weights As for {@linkcode groupCounts}
 */
export function rankingScores(ranking: Ranking, weights?: ArrayLike<number>): RankingScores {
  const { positives, negatives } = groupCounts(ranking, weights);
  let [allPositives, allNegatives, pairs] = [0, 0, 0]; // pairs in halves, exact in float64
  positives.forEach((p, group) => {
    pairs += p * (allNegatives + negatives[group] / 2);
    allPositives += p;
    allNegatives += negatives[group];
  });
  let [auprc, truePositives, falsePositives] = [0, 0, 0];
  for (let group = positives.length - 1; group >= 0; group--) {
    const p = positives[group];
    truePositives += p;
    falsePositives += negatives[group];
    if (p > 0) auprc += p * truePositives / (truePositives + falsePositives);
  }
  return {
    auroc: allPositives > 0 && allNegatives > 0 ? pairs / (allPositives * allNegatives) : NaN,
    auprc: allPositives > 0 ? auprc / allPositives : NaN,
  };
}

/**
 * Area under the ROC curve of one class; ties count ½. NaN if only one label value occurs.
 *
 * @throws {RangeError} If lengths differ or a value is NaN
 */
export function auroc(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  return rankingScores(rank(labels, scores)).auroc;
}

/**
 * Average precision (area under the precision-recall curve, step-wise) of one class. NaN if there
 * are no positives.
 *
 * @throws {RangeError} If lengths differ or a value is NaN
 */
export function averagePrecision(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  return rankingScores(rank(labels, scores)).auprc;
}
