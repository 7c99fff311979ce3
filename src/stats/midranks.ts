/** Ranks where equal values share the mean of their places. */

/** Ranks of some values. */
export interface Midranks {
  /** 1 to n in the order of the values; equal ones have the mean of the ranks they take up. */
  readonly ranks: Float64Array;
  /** Σ (t³ − t) over groups of t equal values; 0 without ties. */
  readonly tieSum: number;
}

/**
 * Ranks the values in O(n log n).
 *
 * @param values Numbers, none NaN
 */
export function midranks(values: ArrayLike<number>): Midranks {
  const n = values.length;
  const order = Uint32Array.from({ length: n }, (_, i) => i)
    .sort((a, b) => values[a] - values[b] || a - b);
  const ranks = new Float64Array(n);
  let tieSum = 0;
  for (let start = 0; start < n;) {
    let end = start + 1;
    while (end < n && values[order[end]] === values[order[start]]) end++;
    const tied = end - start;
    for (let i = start; i < end; i++) ranks[order[i]] = (start + 1 + end) / 2;
    tieSum += tied ** 3 - tied;
    start = end;
  }
  return { ranks, tieSum };
}
