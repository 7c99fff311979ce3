/** Correction for testing several hypotheses (Holm 1979). */

/**
 * Holm's adjusted p-values: one at or below alpha rejects its hypothesis, and the chance of any false
 * rejection among all stays at or below alpha, whatever the dependence between the tests. The i-th
 * smallest of m, i = 0 … m − 1, becomes min(1, (m − i) p), and no less than the one before it.
 *
 * @param pValues In [0, 1]; NaN, where there was no test, stays NaN and does not count
 * @returns In the order given
 * @throws {RangeError} If one is outside [0, 1]
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { holm } from "ssrl-ecg";
 * assert(holm([0.01, 0.5, 0.04]).join() === "0.03,0.5,0.08");
 * ```
 */
export function holm(pValues: ArrayLike<number>): Float64Array {
  const p = Float64Array.from(pValues);
  const bad = p.find((value) => value < 0 || value > 1);
  if (bad !== undefined) throw new RangeError(`Cannot correct p = ${bad}: it is not in [0, 1]`);
  const tested = [...p.keys()].filter((i) => !Number.isNaN(p[i])).sort((a, b) => p[a] - p[b]);
  let before = 0;
  tested.forEach((index, i) => {
    before = Math.min(1, Math.max(before, (tested.length - i) * p[index]));
    p[index] = before;
  });
  return p;
}
