/**
 * When the beats come: the RR process of the dynamical model, atrial fibrillation, ectopic beats.
 *
 * McSharry, Clifford, Tarassenko & Smith, "A dynamical model for generating synthetic
 * electrocardiogram signals", IEEE Trans. Biomed. Eng. 50:289 (2003): the RR tachogram has a
 * bimodal power spectrum, a Gaussian peak at 0.1 Hz (Mayer waves of the blood pressure) and one at
 * the breathing rate (respiratory sinus arrhythmia), and random phases.
 */

import type { CounterRandom } from "../../random/philox.ts";

/** What kind of beat it is. */
export type BeatKind = "sinus" | "atrial" | "ventricular";

/** One beat. */
export interface Beat {
  /** Time of the R wave in seconds from the first sample; may be outside the record. */
  readonly time: number;
  /** Seconds since the beat before: sets the pace of repolarization. */
  readonly interval: number;
  readonly kind: BeatKind;
}

/** What the rhythm of a record is drawn from. */
export interface RhythmSettings {
  /** Beats per minute. */
  readonly heartRate: number;
  /** Standard deviation of the RR intervals in seconds. */
  readonly variability: number;
  /** Power of the Mayer wave over that of respiration (LF/HF); 0.5 in the paper. */
  readonly lowToHigh: number;
  /** Breaths per second. */
  readonly breathing: number;
  /** Atrial fibrillation: independent intervals, no P waves. */
  readonly fibrillation: boolean;
  /** Chance that a beat is a premature ventricular one. */
  readonly ventricularRate: number;
  /** Chance that a beat is a premature atrial one. */
  readonly atrialRate: number;
}

/** Cosines that make one peak of the spectrum. */
const LINES_PER_PEAK = 12;

/**
 * The RR tachogram RR(t) in seconds as a sum of cosines with random phases, whose amplitudes follow
 * the bimodal spectrum: the paper's inverse Fourier transform, evaluated at any instant.
 */
export function tachogram(
  settings: RhythmSettings,
  random: CounterRandom,
): (time: number) => number {
  const lines: { frequency: number; amplitude: number; phase: number }[] = [];
  const peaks = [
    { center: 0.1, power: settings.lowToHigh / (1 + settings.lowToHigh) },
    { center: settings.breathing, power: 1 / (1 + settings.lowToHigh) },
  ];
  for (const { center, power } of peaks) {
    for (let line = 0; line < LINES_PER_PEAK; line++) {
      // Frequencies drawn from the Gaussian peak, equal power each: Monte Carlo of the spectrum.
      lines.push({
        frequency: center + 0.01 * random.normal(),
        amplitude: settings.variability * Math.sqrt(2 * power / LINES_PER_PEAK),
        phase: random.uniform(0, 2 * Math.PI),
      });
    }
  }
  const mean = 60 / settings.heartRate;
  return (time) => {
    let interval = mean;
    for (const { frequency, amplitude, phase } of lines) {
      interval += amplitude * Math.cos(2 * Math.PI * frequency * time + phase);
    }
    return Math.max(0.3 * mean, interval);
  };
}

/**
 * Beats from before the record's start to after its end.
 *
 * @param duration Length of the record in seconds.
 */
export function makeBeats(
  settings: RhythmSettings,
  duration: number,
  random: CounterRandom,
): Beat[] {
  const interval = tachogram(settings, random);
  const mean = 60 / settings.heartRate;
  const beats: Beat[] = [];
  let time = -2.5 * mean + random.uniform(0, mean);
  let last = mean;
  while (time < duration + 1.5) {
    beats.push({ time, interval: last, kind: "sinus" });
    // Fibrillating atria: intervals without order, coefficient of variation about 0.2, and no
    // shorter than the refractory period of the AV node.
    let next = settings.fibrillation
      ? Math.max(0.33, mean * (1 + 0.22 * random.normal()))
      : interval(time);
    const draw = random.uniform();
    if (draw < settings.ventricularRate) {
      // The premature beat leaves the sinus clock alone: the pause after it is compensatory.
      const early = next * random.uniform(0.5, 0.68);
      beats.push({ time: time + early, interval: early, kind: "ventricular" });
      last = 2 * next - early;
      time += 2 * next;
      continue;
    }
    if (draw < settings.ventricularRate + settings.atrialRate) {
      const early = next * random.uniform(0.58, 0.75);
      time += early;
      beats.push({ time, interval: early, kind: "atrial" });
      // The sinus node is reset: the pause is a little longer than one interval.
      next *= random.uniform(1.02, 1.2);
    }
    time += next;
    last = next;
  }
  return beats;
}
