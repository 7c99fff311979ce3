/** One synthetic record: a patient's heart on one day, seen by twelve leads. */

import { CounterRandom, Stream } from "../../random/philox.ts";
import { UNITS_PER_MILLIVOLT } from "../signals/record_set.ts";
import { applyDiagnosis } from "./diagnoses.ts";
import { dipoleSeries } from "./dipole.ts";
import { ectopicWaves, type Heart, meanQrs, normalHeart, wavesOf } from "./heart.ts";
import { digitizeLeads, DOWER, ELECTRODE_COUNT, electrodeMatrix, frontalAxis } from "./leads.ts";
import { addNoise } from "./noise.ts";
import type { Patient } from "./patients.ts";
import { type Beat, makeBeats } from "./rhythm.ts";
import { clamp, type Vector } from "./vector.ts";

/** What is known about a record besides its signal. */
export interface RecordNotes {
  /** Beats that fall into the record. */
  readonly beats: readonly Beat[];
  /** Beats per minute over the record. */
  readonly heartRate: number;
  /** Frontal QRS axis in degrees from the area of QRS in leads I and aVF, −180 to 180. */
  readonly axis: number;
  /** PR interval in seconds. */
  readonly pr: number;
  /** Largest peak-to-peak QRS amplitude of the six limb leads in mV, before noise. */
  readonly limbVoltage: number;
}

/** The patient's heart with the stated and unstated changes; `course` scales their severity. */
export function patientHeart(patient: Patient, seed: number, course = 1): Heart {
  const random = new CounterRandom(seed, Stream.synthetic, { item: patient.index, view: 4 });
  const heart = normalHeart(patient, random);
  for (const { code, severity } of [...patient.findings, ...patient.variants]) {
    applyDiagnosis(code, clamp(severity * course, 0, 1), heart, random);
  }
  return heart;
}

/**
 * Computes the record with number `record` (from 0) of a patient.
 *
 * @param samplingRate Hz.
 * @param output Digital units, frames [T, 12] written from `offset` on.
 * @param length T.
 * @param quiet Without noise of any kind: for looking at the model itself.
 */
export function makeRecord(
  patient: Patient,
  record: number,
  seed: number,
  samplingRate: number,
  length: number,
  output: Int16Array,
  offset = 0,
  quiet = false,
): RecordNotes {
  const random = new CounterRandom(seed, Stream.synthetic, { item: record, view: 1 });
  const heart = patientHeart(patient, seed, Math.exp(0.1 * random.normal()));
  // Atrial, ectopic and lead draws below: always the same number, whatever the diagnosis.
  const heartRate = clamp(patient.heartRate * Math.exp(0.07 * random.normal()), 42, 150);
  const breathing = random.uniform(0.2, 0.32);
  const youth = Math.max(0.25, 1.5 - patient.age / 60);
  const extra = random.uniform();
  const duration = length / samplingRate;
  const beats = makeBeats(
    {
      heartRate,
      variability: 0.045 * youth * Math.exp(0.4 * random.normal()) * (60 / heartRate),
      lowToHigh: 0.5,
      breathing,
      fibrillation: patient.fibrillation,
      ventricularRate: extra < 0.06 ? random.uniform(0.05, 0.25) : 0,
      atrialRate: extra > 0.97 && !patient.fibrillation ? random.uniform(0.08, 0.25) : 0,
    },
    duration,
    random,
  );

  const sinus = wavesOf(heart, !patient.fibrillation);
  const dipole = new Float32Array(length * 3); // [T, 3]
  dipoleSeries(
    beats,
    {
      sinus,
      // An ectopic P wave: another direction, a shorter way to the AV node.
      atrial: sinus.map((w) =>
        w.kind === "P"
          ? { ...w, time: w.time + 0.02, vector: [w.vector[0], -0.5 * w.vector[1], w.vector[2]] }
          : w
      ),
      ventricular: ectopicWaves(
        new CounterRandom(seed, Stream.synthetic, { item: patient.index, view: 5 }),
      ),
    },
    samplingRate,
    dipole,
  );
  if (patient.fibrillation) {
    // f waves: 5 to 7 Hz with a wandering phase, largest in V1 and the inferior leads.
    const size = random.uniform(0.015, 0.06);
    const rate = 2 * Math.PI * random.uniform(5, 7) / samplingRate;
    let phase = random.uniform(0, 2 * Math.PI);
    for (let t = 0; t < length; t++) {
      phase += rate + 0.35 / Math.sqrt(samplingRate) * random.normal();
      const height = size * (Math.cos(phase) + 0.3 * Math.cos(2 * phase + 1));
      dipole[3 * t] -= 0.2 * height;
      dipole[3 * t + 1] += 0.7 * height;
      dipole[3 * t + 2] -= height;
    }
  }

  // Torso and electrode positions: every coefficient of the lead matrix varies, and each chest
  // electrode sits a little towards one neighbor.
  const leads = DOWER.map((row) =>
    row.map((c) => c * (1 + 0.08 * random.normal()) + 0.02 * random.normal()) as Vector
  );
  for (let chest = 2; chest < 8; chest++) {
    const shift = clamp(0.18 * random.normal(), -0.45, 0.45);
    const neighbor = DOWER[clamp(chest + (shift < 0 ? -1 : 1), 2, 7)];
    for (let axis = 0; axis < 3; axis++) {
      leads[chest][axis] += Math.abs(shift) * (neighbor[axis] - DOWER[chest][axis]);
    }
  }
  const matrix = electrodeMatrix(leads);

  // Breathing moves the heart: a few per cent of amplitude and a little axis.
  const depth = 0.03 * Math.abs(random.normal());
  const sway = 0.04 * random.normal();
  const phase = random.uniform(0, 2 * Math.PI);
  const potentials = new Float32Array(length * ELECTRODE_COUNT); // [T, 9]
  let low = [0, 0];
  let high = [0, 0];
  for (let t = 0; t < length; t++) {
    const breath = Math.sin(2 * Math.PI * breathing * t / samplingRate + phase);
    const gain = 1 + depth * breath;
    const turn = sway * breath;
    const x = gain * (dipole[3 * t] - turn * dipole[3 * t + 1]);
    const y = gain * (dipole[3 * t + 1] + turn * dipole[3 * t]);
    const z = gain * dipole[3 * t + 2];
    const at = t * ELECTRODE_COUNT;
    for (let e = 0; e < ELECTRODE_COUNT; e++) {
      potentials[at + e] = matrix[3 * e] * x + matrix[3 * e + 1] * y + matrix[3 * e + 2] * z;
    }
    const one = potentials[at + 1] - potentials[at];
    const two = potentials[at + 2] - potentials[at];
    low = [Math.min(low[0], one), Math.min(low[1], two)];
    high = [Math.max(high[0], one), Math.max(high[1], two)];
  }
  // Amplifiers are AC-coupled: what is constant over the record does not pass. PTB-XL's records have
  // a mean of a few µV.
  for (let e = 0; e < ELECTRODE_COUNT; e++) {
    let mean = 0;
    for (let t = 0; t < length; t++) mean += potentials[t * ELECTRODE_COUNT + e] / length;
    for (let t = 0; t < length; t++) potentials[t * ELECTRODE_COUNT + e] -= mean;
  }
  if (!quiet) addNoise(potentials, samplingRate, breathing, seed, record);
  digitizeLeads(potentials, UNITS_PER_MILLIVOLT, output, offset);

  const inside = beats.filter((beat) => beat.time >= 0 && beat.time < duration);
  const span = inside.length > 1 ? inside[inside.length - 1].time - inside[0].time : 0;
  return {
    beats: inside,
    heartRate: span > 0 ? 60 * (inside.length - 1) / span : heartRate,
    axis: frontalAxis(meanQrs(heart), matrix),
    pr: heart.pr,
    limbVoltage: Math.max(high[0] - low[0], high[1] - low[1]),
  };
}
