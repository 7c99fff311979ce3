/** A patient with chosen findings, for looking at one morphology at a time. */

import type { Finding, Patient } from "../../../src/data/synthetic/patients.ts";
import { makeRecord, type RecordNotes } from "../../../src/data/synthetic/record.ts";

/** A middle-aged person of average build. */
export function patientWith(
  findings: readonly Finding[],
  index: number,
  changes: Partial<Patient> = {},
): Patient {
  return {
    index,
    age: 45,
    sex: index % 2 === 0 ? 0 : 1,
    bodyMassIndex: 25,
    height: 172,
    weight: 74,
    superclasses: [],
    findings,
    variants: [],
    heartRate: 60,
    fibrillation: false,
    recordCount: 1,
    fold: 1,
    ...changes,
  };
}

/** A record without noise: `lead(l)` in mV, notes. */
export function quietRecord(patient: Patient, samplingRate = 500): {
  notes: RecordNotes;
  lead: (index: number) => Float64Array;
} {
  const length = 10 * samplingRate;
  const samples = new Int16Array(length * 12);
  const notes = makeRecord(
    patient,
    patient.index,
    7,
    samplingRate,
    length,
    samples,
    0,
    true,
  );
  return {
    notes,
    lead: (index) => Float64Array.from({ length }, (_, t) => samples[t * 12 + index] / 1000),
  };
}

/** One complete sinus beat from 0.35 s before R to 0.5 s after it, baseline of PR at zero. */
export function middleBeat(
  record: ReturnType<typeof quietRecord>,
  lead: number,
  samplingRate = 500,
): Float64Array {
  const beat = record.notes.beats.find((b, i, all) =>
    b.time > 2 && b.kind === "sinus" && all[i + 1]?.kind === "sinus" && all[i - 1]?.kind === "sinus"
  )!;
  const start = Math.round((beat.time - 0.35) * samplingRate);
  const cut = record.lead(lead).slice(start, start + Math.round(0.85 * samplingRate));
  // The quietest place before QRS: the mean of the 8 ms that end 60 ms before R.
  const zero = cut.slice(Math.round(0.282 * samplingRate), Math.round(0.29 * samplingRate));
  const level = zero.reduce((a, b) => a + b, 0) / zero.length;
  return cut.map((v) => v - level);
}

export function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
