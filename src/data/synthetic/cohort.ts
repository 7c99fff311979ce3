/** The synthetic cohort in memory. */

import { CLASS_NAMES, LEADS, type RecordSet, UNITS_PER_MILLIVOLT } from "../signals/record_set.ts";
import { drawPatients, type Patient, recordsOf } from "./patients.ts";
import { makeRecord, type RecordNotes } from "./record.ts";

/** What to synthesize. */
export interface CohortOptions {
  /** Number of records, 1 to 1,000,000. */
  readonly records: number;
  /** Everything follows from it. */
  readonly seed: number;
  /** Samples per second; default 100. */
  readonly samplingRate?: number;
  /** Seconds per record; default 10. */
  readonly duration?: number;
  /** Without noise and electrode faults; default false. */
  readonly quiet?: boolean;
  /** Called after every 64 records and at the end. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A record set with the patients and findings that the signals were computed from. */
export interface SyntheticCohort extends RecordSet {
  /** Patient of each record, [records]. */
  readonly people: readonly Patient[];
  /** What is known about each record, [records]. */
  readonly notes: readonly RecordNotes[];
}

/**
 * Synthesizes a cohort in memory: signals in digital units, labels, patients and folds as PTB-XL
 * has them. A pure function of its options; record i is the same in every cohort of one seed that
 * is large enough to hold it.
 *
 * @returns A record set with `synthetic: true`; 1,000 records of 12 × 1,000 samples take 24 MB.
 * @throws {RangeError} for a record count, rate or duration out of range.
 */
export function synthesizeCohort(options: CohortOptions): SyntheticCohort {
  const { records, seed, samplingRate = 100, duration = 10, quiet = false, onProgress } = options;
  if (!(Number.isInteger(records) && records >= 1 && records <= 1_000_000)) {
    throw new RangeError(`Cannot synthesize ${records} records: need 1 to 1,000,000`);
  }
  if (!(samplingRate >= 50 && samplingRate <= 2000)) {
    throw new RangeError(`Cannot synthesize at ${samplingRate} Hz: need 50 to 2,000 Hz`);
  }
  const length = Math.round(samplingRate * duration);
  if (!(length >= 1 && length <= 1_000_000)) {
    throw new RangeError(`Cannot synthesize ${duration} s: need 1 to 1,000,000 samples a record`);
  }
  const samples = new Int16Array(records * length * LEADS.length); // [records, T, 12]
  const labels = new Float32Array(records * CLASS_NAMES.length);
  const ids = new Int32Array(records);
  const patients = new Int32Array(records);
  const folds = new Uint8Array(records);
  const people: Patient[] = [];
  const notes: RecordNotes[] = [];
  for (const { patient, record } of recordsOf(drawPatients(records, seed), records)) {
    const offset = record * length * LEADS.length;
    notes.push(makeRecord(patient, record, seed, samplingRate, length, samples, offset, quiet));
    for (const name of patient.superclasses) {
      labels[record * CLASS_NAMES.length + CLASS_NAMES.indexOf(name)] = 1;
    }
    ids[record] = record + 1;
    patients[record] = patient.index + 1;
    folds[record] = patient.fold;
    people.push(patient);
    if ((record & 63) === 63) onProgress?.(record + 1, records);
  }
  onProgress?.(records, records);
  return {
    source: `synthetic cohort (${records.toLocaleString("en-US")} records, seed ${seed})`,
    synthetic: true,
    samplingRate,
    signalLength: length,
    leads: LEADS,
    classNames: CLASS_NAMES,
    samples,
    millivoltsPerUnit: 1 / UNITS_PER_MILLIVOLT,
    labels,
    ids,
    patients,
    folds,
    quarantined: [],
    padded: 0,
    people,
    notes,
  };
}
