/**
 * Motion artifact, in float64: one sine of baseline wander, its size and sign drawn for each lead.
 *
 *     y[t, c] = x[t, c] + amplitude[c] · sin(2π(frequency · t / rate + phase))
 *
 * @module
 */

const LEADS = 12;

/** Adds wander to [T, 12]: Hz, turns, mV. */
export function addMotion(
  x: ArrayLike<number>,
  motion: { frequency: number; phase: number; amplitudes: readonly number[] },
  samplingRate: number,
): Float64Array {
  return Float64Array.from(x, (value, j) => {
    const turns = motion.frequency * Math.floor(j / LEADS) / samplingRate + motion.phase;
    return value + motion.amplitudes[j % LEADS] * Math.sin(2 * Math.PI * turns);
  });
}
