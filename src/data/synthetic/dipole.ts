/**
 * The dipole over time: the closed form of the dynamical model.
 *
 * In McSharry's equations the point (x, y) is drawn to the unit circle and runs round it once a
 * beat; z obeys ż = −Σ aᵢ Δθᵢ exp(−Δθᵢ²/2bᵢ²) − (z − z₀). Started on the circle it stays there, so
 * θ(t) is known from the RR intervals alone, and without the slow pull to z₀ (which only carries the
 * baseline, and baseline wander is added at the electrodes) the last equation integrates to
 * z = Σ aᵢ (bᵢ²/ω) exp(−Δθᵢ²/2bᵢ²), the form of Sameni et al. (2007). That sum is evaluated here at
 * the sample times: no step size, no start-up transient, and exact at any sampling rate.
 *
 * Within a beat of length RR the phase grows by 2π: a wave at phase θᵢ with width bᵢ is at
 * θᵢ·RR/2π with width bᵢ·RR/2π. The waves of {@linkcode Wave} are given in seconds at 60 beats per
 * minute, and their phases are chosen such that QRS keeps its length at any rate, QT follows √RR
 * (Bazett 1920), and PR shortens a little.
 */

import type { Wave } from "./heart.ts";
import type { Beat, BeatKind } from "./rhythm.ts";
import { clamp } from "./vector.ts";

/** End of depolarization, seconds after the R wave: the point from which √RR stretches time. */
const J_POINT = 0.05;

/**
 * Adds up all waves of all beats.
 *
 * @param waves Waves of each kind of beat.
 * @param samplingRate Samples per second.
 * @param output [T, 3] in mV, overwritten.
 */
export function dipoleSeries(
  beats: readonly Beat[],
  waves: Readonly<Record<BeatKind, readonly Wave[]>>,
  samplingRate: number,
  output: Float32Array,
): void {
  output.fill(0);
  const length = output.length / 3;
  for (const beat of beats) {
    const stretch = Math.sqrt(clamp(beat.interval, 0.35, 1.6));
    const early = 0.8 + 0.2 * stretch;
    for (const wave of waves[beat.kind]) {
      const isRecovery = wave.kind === "ST" || wave.kind === "T";
      const offset = wave.kind === "P"
        ? wave.time * early
        : isRecovery
        ? J_POINT + (wave.time - J_POINT) * stretch
        : wave.time;
      const width = isRecovery ? wave.width * stretch : wave.width;
      const [x, y, z] = wave.vector;
      const center = (beat.time + offset) * samplingRate;
      const sigma = width * samplingRate;
      // Beyond 4.5 σ a wave of 2 mV is below 0.1 µV, a tenth of a digital unit.
      const first = Math.max(0, Math.ceil(center - 4.5 * sigma));
      const last = Math.min(length - 1, Math.floor(center + 4.5 * sigma));
      const sharpness = -0.5 / (sigma * sigma);
      for (let t = first; t <= last; t++) {
        const distance = t - center;
        const height = Math.exp(sharpness * distance * distance);
        output[3 * t] += x * height;
        output[3 * t + 1] += y * height;
        output[3 * t + 2] += z * height;
      }
    }
  }
}
