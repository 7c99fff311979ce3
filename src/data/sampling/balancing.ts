/** Weights and counts for training on unequal classes. */

import { countClasses } from "../signals/record_set.ts";

/** The strategies by name. */
export const BALANCING_STRATEGIES = ["standard", "stratified", "oversample"] as const;

/**
 * How an epoch draws its training records.
 *
 * - `standard`: every record once.
 * - `stratified`: every record once, each batch with the class proportions of the whole.
 * - `oversample`: as many draws as records, with replacement, by {@linkcode oversamplingWeights}.
 */
export type Balancing = typeof BALANCING_STRATEGIES[number];

/**
 * Drawing weights for `oversample`.
 *
 * The rule for records with several classes: a record weighs 1 / n(c) for its rarest class c, where
 * n(c) counts the records of class c. A class whose records carry no rarer one thus gets the same
 * share of draws as any other such class; a class that often occurs with rarer ones gets more.
 * (Exactly equal shares are impossible in general when a record carries several classes.) A record
 * without any class weighs as much as one of the most frequent class: it is never favored.
 *
 * @param indices Rows to draw from
 * @param labels 0 or 1, [records, classes]
 * @returns Weight of each entry of `indices`, summing to 1
 */
export function oversamplingWeights(
  indices: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): Float64Array {
  const counts = countClasses(labels, classes, indices).slice(0, classes);
  const most = Math.max(1, ...counts);
  const weights = new Float64Array(indices.length);
  let sum = 0;
  for (let i = 0; i < indices.length; i++) {
    let rarest = most;
    for (let c = 0; c < classes; c++) {
      if (labels[indices[i] * classes + c] > 0 && counts[c] < rarest) rarest = counts[c];
    }
    weights[i] = 1 / rarest;
    sum += weights[i];
  }
  for (let i = 0; i < weights.length; i++) weights[i] /= sum;
  return weights;
}

/** One line of the table that is printed before training. */
export interface ClassFrequency {
  /** Name of the class; `none` for records without any. */
  readonly className: string;
  /** Records with the class in natural order. */
  readonly before: number;
  /** Draws with the class in one epoch. */
  readonly after: number;
  /** `before` over all records. */
  readonly shareBefore: number;
  /** `after` over all draws. */
  readonly shareAfter: number;
}

/**
 * Class frequencies before and after balancing.
 *
 * @param options `indices` are the training rows, `order` the draws of an epoch
 */
export function classFrequencies(options: {
  readonly indices: ArrayLike<number>;
  readonly order: ArrayLike<number>;
  readonly labels: ArrayLike<number>;
  readonly classNames: readonly string[];
}): ClassFrequency[] {
  const { indices, order, labels, classNames } = options;
  const before = countClasses(labels, classNames.length, indices);
  const after = countClasses(labels, classNames.length, order);
  return [...classNames, "none"].map((className, c) => ({
    className,
    before: before[c],
    after: after[c],
    shareBefore: indices.length === 0 ? 0 : before[c] / indices.length,
    shareAfter: order.length === 0 ? 0 : after[c] / order.length,
  }));
}
