/**
 * Temporal dropout, in float64: the samples between `before` and `behind` are lost in all leads and
 * replaced by a straight line between those two.
 *
 * @module
 */

const LEADS = 12;

/** Bridges a gap of [T, 12]; `before` and `behind` are samples that stay. */
export function bridgeGap(x: ArrayLike<number>, before: number, behind: number): Float64Array {
  const y = Float64Array.from(x);
  for (let t = before + 1; t < behind; t++) {
    const part = (t - before) / (behind - before);
    for (let c = 0; c < LEADS; c++) {
      y[LEADS * t + c] = (1 - part) * x[LEADS * before + c] + part * x[LEADS * behind + c];
    }
  }
  return y;
}
