/**
 * Per-channel noise, in float64: y[t, c] = x[t, c] + level[c] · deviation[c] · normal[t, c].
 *
 * @module
 */

const LEADS = 12;

/** Population standard deviation of each lead of [T, 12]. */
export function leadDeviations(x: ArrayLike<number>): number[] {
  const length = x.length / LEADS;
  return Array.from({ length: LEADS }, (_, c) => {
    let mean = 0;
    for (let t = 0; t < length; t++) mean += x[LEADS * t + c] / length;
    let squares = 0;
    for (let t = 0; t < length; t++) squares += (x[LEADS * t + c] - mean) ** 2;
    return Math.sqrt(squares / length);
  });
}

/** Adds noise to [T, 12]. */
export function addChannelNoise(
  x: ArrayLike<number>,
  levels: readonly number[],
  deviations: readonly number[],
  normals: ArrayLike<number>,
): Float64Array {
  return Float64Array.from(
    x,
    (value, j) => value + levels[j % LEADS] * deviations[j % LEADS] * normals[j],
  );
}
