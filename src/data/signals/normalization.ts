/** Standardization of the twelve leads. */

import type { RecordSet } from "./record_set.ts";

/** How a model's input is standardized; part of every checkpoint. */
export interface Normalization {
  /** `train`: by mean and standard deviation of the training records; `none`: left in mV. */
  readonly kind: "train" | "none";
  /** Mean of each lead, mV, [12]; zeros for `none`. */
  readonly mean: readonly number[];
  /** Standard deviation of each lead, mV, [12]; ones for `none`. */
  readonly standardDeviation: readonly number[];
}

/** No standardization: x stays in mV. */
export function noNormalization(leads = 12): Normalization {
  return {
    kind: "none",
    mean: new Array<number>(leads).fill(0),
    standardDeviation: new Array<number>(leads).fill(1),
  };
}

/**
 * Mean and standard deviation of each lead over all samples of the given rows, in mV:
 * mean = Σx / n, SD = √(Σ(x − mean)² / n). Zeros that pad short records count, as the model sees
 * them. A constant lead has SD 1, so that it becomes 0 and not NaN.
 *
 * Sums are taken of digital units, whole numbers, in float64: exact below 2⁵³, which the training
 * folds of PTB-XL do not reach, so E[x²] − E[x]² loses nothing.
 *
 * @throws {RangeError} where there are no rows
 */
export function trainNormalization(
  set: Pick<RecordSet, "signalLength" | "leads" | "samples" | "millivoltsPerUnit">,
  rows: ArrayLike<number>,
): Normalization {
  const { signalLength, samples, millivoltsPerUnit } = set;
  const leads = set.leads.length;
  if (rows.length === 0) throw new RangeError("Cannot normalize: there are no training records");
  const sums = new Float64Array(leads);
  const squares = new Float64Array(leads);
  for (let r = 0; r < rows.length; r++) {
    let at = rows[r] * signalLength * leads;
    for (let t = 0; t < signalLength; t++) {
      for (let c = 0; c < leads; c++, at++) {
        const x = samples[at];
        sums[c] += x;
        squares[c] += x * x;
      }
    }
  }
  const n = rows.length * signalLength;
  const mean = Array.from(sums, (sum) => sum / n);
  const standardDeviation = mean.map((m, c) => {
    const variance = Math.max(0, squares[c] / n - m * m);
    return variance > 0 ? Math.sqrt(variance) * millivoltsPerUnit : 1;
  });
  return { kind: "train", mean: mean.map((m) => m * millivoltsPerUnit), standardDeviation };
}
