/** Class weights against imbalance: plain arithmetic on counts of positives. */

/** Ways from counts to weights in {@linkcode classWeights}. */
export const CLASS_WEIGHT_METHODS = ["inverse_frequency", "log_inverse", "sqrt_inverse"] as const;

/** One of {@linkcode CLASS_WEIGHT_METHODS}. */
export type ClassWeightMethod = (typeof CLASS_WEIGHT_METHODS)[number];

/** β of {@linkcode effectiveNumberWeights} unless told otherwise (Cui et al. 2019). */
export const CLASS_BALANCED_BETA = 0.9999;

/**
 * Positives of every class.
 *
 * @param labels [records, C], 0 or 1 (soft labels count with their value)
 * @param classes C
 * @returns [C]
 */
export function countPositives(labels: ArrayLike<number>, classes: number): Float64Array {
  if (!(Number.isInteger(classes) && classes > 0) || labels.length % classes !== 0) {
    throw new RangeError(`Cannot read ${labels.length} labels as rows of ${classes} classes`);
  }
  const counts = new Float64Array(classes);
  for (let j = 0; j < labels.length; j++) counts[j % classes] += labels[j];
  return counts;
}

/**
 * Weights that fall with the number of positives n, scaled so that they sum to C:
 * `inverse_frequency` 1/(n + 1e-8), `log_inverse` 1/ln(n + 2), `sqrt_inverse` 1/√(n + 1e-8).
 *
 * A class without positives counts as one positive; else it would take nearly all the weight.
 *
 * @param counts n [C], >= 0
 * @returns [C], mean 1
 */
export function classWeights(
  counts: ArrayLike<number>,
  method: ClassWeightMethod = "inverse_frequency",
): Float64Array {
  switch (method) {
    case "inverse_frequency":
      return scaledToMeanOne(counts, (n) => 1 / (n + 1e-8));
    case "log_inverse":
      return scaledToMeanOne(counts, (n) => 1 / Math.log(n + 2));
    case "sqrt_inverse":
      return scaledToMeanOne(counts, (n) => 1 / Math.sqrt(n + 1e-8));
    default:
      throw new RangeError(`No class-weight method ${method satisfies never}`);
  }
}

/**
 * Effective number of samples (Cui, Jia, Lin, Song & Belongie 2019):
 * E_n = (1 − β^n) / (1 − β), the size of a class once overlap is allowed for. Counts below one
 * count as one, since the paper defines E for n >= 1.
 *
 * @param counts n [C], >= 0
 * @param beta β in [0, 1)
 * @returns E [C]
 */
export function effectiveNumbers(
  counts: ArrayLike<number>,
  beta = CLASS_BALANCED_BETA,
): Float64Array {
  if (!(beta >= 0 && beta < 1)) throw new RangeError(`β must be in [0, 1): got ${beta}`);
  // 1 − β^n loses digits where β^n is close to 1; expm1 does not. At β = 0, E = 1.
  return clampedCounts(counts).map((n) =>
    beta === 0 ? 1 : -Math.expm1(n * Math.log(beta)) / (1 - beta)
  );
}

/**
 * Class-balanced weights w ∝ 1/E_n (Cui et al. 2019), scaled so that they sum to C.
 *
 * @param counts n [C], >= 0
 * @param beta β in [0, 1); 0 gives ones, towards 1 inverse frequency
 * @returns [C], mean 1
 */
export function effectiveNumberWeights(
  counts: ArrayLike<number>,
  beta = CLASS_BALANCED_BETA,
): Float64Array {
  return scaledToMeanOne(effectiveNumbers(counts, beta), (effective) => 1 / effective);
}

/**
 * Negatives per positive of every class, the `pos_weight` that balances BCE within a class.
 *
 * @param counts n [C], >= 0; below one counts as one
 * @param records rows the counts come from
 * @returns [C]
 */
export function positiveWeights(counts: ArrayLike<number>, records: number): Float64Array {
  return clampedCounts(counts).map((n) => Math.max(records - n, 0) / n);
}

function clampedCounts(counts: ArrayLike<number>): Float64Array {
  return Float64Array.from(counts, (n) => {
    if (!(n >= 0 && Number.isFinite(n))) throw new RangeError(`Not a count of positives: ${n}`);
    return Math.max(n, 1);
  });
}

function scaledToMeanOne(
  counts: ArrayLike<number>,
  weigh: (count: number) => number,
): Float64Array {
  const raw = clampedCounts(counts).map(weigh);
  const sum = raw.reduce((total, weight) => total + weight, 0);
  return raw.map((weight) => weight * raw.length / sum);
}
