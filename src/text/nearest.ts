/**
 * The nearest name in a list, for "did you mean" messages.
 *
 * @module
 */

/**
 * Number of single-character insertions, deletions, substitutions and swaps of neighbors that
 * turn `from` into `to` (optimal string alignment distance; Damerau 1964).
 */
export function editDistance(from: string, to: string): number {
  // rows[i][j]: distance between the first i characters of `from` and the first j of `to`.
  const rows = Array.from({ length: from.length + 1 }, (_, i) => {
    const row = new Array<number>(to.length + 1).fill(0);
    row[0] = i;
    return row;
  });
  for (let j = 0; j <= to.length; j++) rows[0][j] = j;
  for (let i = 1; i <= from.length; i++) {
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1] ? 0 : 1;
      let best = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + same);
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) {
        best = Math.min(best, rows[i - 2][j - 2] + 1);
      }
      rows[i][j] = best;
    }
  }
  return rows[from.length][to.length];
}

/**
 * The candidate that `given` was probably meant to be, or undefined when none is near: the
 * smallest edit distance up to a third of the length (at least 2), else the only candidate that
 * begins with `given`.
 */
export function nearest(given: string, candidates: readonly string[]): string | undefined {
  const limit = Math.max(2, Math.floor(given.length / 3));
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of candidates) {
    const distance = editDistance(given.toLowerCase(), candidate.toLowerCase());
    // A distance as long as the word itself would match anything: "-x" is not a misspelled "lr".
    if (distance <= limit && distance < bestDistance && distance < candidate.length) {
      best = candidate;
      bestDistance = distance;
    }
  }
  if (best !== undefined) return best;
  const longer = candidates.filter((candidate) => given !== "" && candidate.startsWith(given));
  return longer.length === 1 ? longer[0] : undefined;
}
