/**
 * Iterative stratification of multi-label records (Sechidis, Tsoumakas & Vlahavas, "On the
 * stratification of multi-label data", ECML PKDD 2011), with exact subset sizes.
 */

import type { CounterRandom } from "../../random/philox.ts";

/** What {@linkcode stratify} needs. */
export interface StratifyOptions {
  /** Rows to distribute. */
  readonly indices: ArrayLike<number>;
  /** 0 or 1, [records, classes]. */
  readonly labels: ArrayLike<number>;
  readonly classes: number;
  /** Records of each subset; they add up to the number of rows. */
  readonly sizes: readonly number[];
  /** Decides the order of the records and the ties. */
  readonly random: CounterRandom;
}

/**
 * Distributes rows over subsets so that each subset has its share of every class.
 *
 * The rarest class goes first: each of its records goes to the subset that lacks most records of
 * that class, of several the one that lacks most records at all, of several a random one. Records
 * without any class form a class of their own here. A full subset takes no more records, so sizes
 * are exact; the paper leaves them approximate.
 *
 * @returns Subset of each entry of `indices`, in its order
 * @throws {RangeError} where the sizes do not add up
 */
export function stratify(options: StratifyOptions): Int32Array {
  const { indices, labels, classes, sizes, random } = options;
  const count = indices.length;
  const subsets = sizes.length;
  if (sizes.some((size) => size < 0) || sizes.reduce((sum, size) => sum + size, 0) !== count) {
    throw new RangeError(`Cannot divide ${count} records into subsets of ${sizes.join(", ")}`);
  }
  const kinds = classes + 1; // the last one: no class at all
  const carries = new Uint8Array(count * kinds);
  const left = new Int32Array(kinds);
  for (let i = 0; i < count; i++) {
    const own = carries.subarray(i * kinds, (i + 1) * kinds);
    for (let c = 0; c < classes; c++) own[c] = Number(labels[indices[i] * classes + c] > 0);
    own[classes] = Number(!own.includes(1));
    own.forEach((carried, c) => left[c] += carried);
  }
  const wanted = new Float64Array(kinds * subsets); // [kinds, subsets]
  for (let c = 0; c < kinds; c++) {
    for (let s = 0; s < subsets; s++) wanted[c * subsets + s] = left[c] * sizes[s] / count;
  }
  const free = Int32Array.from(sizes);
  const assigned = new Int32Array(count).fill(-1);
  const order = random.shuffle(Int32Array.from({ length: count }, (_, i) => i));

  for (;;) {
    let rarest = -1;
    for (let c = 0; c < kinds; c++) {
      if (left[c] > 0 && (rarest < 0 || left[c] < left[rarest])) rarest = c;
    }
    if (rarest < 0) return assigned;
    for (const i of order) {
      if (assigned[i] >= 0 || carries[i * kinds + rarest] === 0) continue;
      const subset = neediest(wanted, rarest * subsets, free, random);
      assigned[i] = subset;
      free[subset]--;
      for (let c = 0; c < kinds; c++) {
        left[c] -= carries[i * kinds + c];
        wanted[c * subsets + subset] -= carries[i * kinds + c];
      }
    }
  }
}

/** The subset with room that lacks most of a class; ties by room, then by chance. */
function neediest(
  wanted: Float64Array,
  offset: number,
  free: Int32Array,
  random: CounterRandom,
): number {
  let best: number[] = [];
  for (let s = 0; s < free.length; s++) {
    if (free[s] === 0) continue;
    const [first] = best;
    // Shares such as 0.1 · 7 carry rounding errors, which must not decide.
    const difference = first === undefined ? 1 : wanted[offset + s] - wanted[offset + first];
    if (difference > 1e-9 || (difference > -1e-9 && free[s] > free[first])) best = [s];
    else if (difference > -1e-9 && free[s] === free[first]) best.push(s);
  }
  return best.length === 1 ? best[0] : best[random.integer(best.length)];
}
