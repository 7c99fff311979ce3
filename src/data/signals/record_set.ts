/** Records in memory, the one shape in which data reaches the rest of the project. */

import { UserError } from "../../errors.ts";
import { formatCount } from "../../text/format.ts";

/** The five diagnostic superclasses of PTB-XL, in the order of its label vectors. */
export const CLASS_NAMES = ["NORM", "MI", "STTC", "HYP", "CD"] as const;

/** The twelve leads, in the order of every signal. */
export const LEADS = [
  ...["I", "II", "III", "AVR", "AVL", "AVF"] as const,
  ...["V1", "V2", "V3", "V4", "V5", "V6"] as const,
] as const;

/** Digital units of one millivolt in every record set, as in PTB-XL. */
export const UNITS_PER_MILLIVOLT = 1000;

/** A record that was left out, and why. */
export interface QuarantinedRecord {
  /** `ecg_id`, or its number in a data set without. */
  readonly id: number;
  /** File as the table names it, or below the folder of the data set. */
  readonly file: string;
  /** What is wrong with it, for people. */
  readonly reason: string;
}

/** Records in memory, ready for upload. */
export interface RecordSet {
  /** Where the records come from, for people: `PTB-XL (1,500 records, /path)`. */
  readonly source: string;
  /** The options it was read with, for the settings of runs. */
  readonly origin?: Readonly<Record<string, string | number>>;
  /** True where a program made the signals. */
  readonly synthetic: boolean;
  /** Samples a second, Hz. */
  readonly samplingRate: number;
  /** Samples of a record, T. */
  readonly signalLength: number;
  /** Names of the 12 leads. */
  readonly leads: readonly string[];
  /** Names of the classes: NORM, MI, STTC, HYP, CD in PTB-XL, any others in one's own data. */
  readonly classNames: readonly string[];
  /** Digital units, [records, T, 12], the lead fastest (the order of a WFDB file). */
  readonly samples: Int16Array;
  /** Millivolts of one digital unit; one value for the set. */
  readonly millivoltsPerUnit: number;
  /** 0 or 1, [records, classes]; a record without any class is a row of zeros. */
  readonly labels: Float32Array;
  /** `ecg_id`, or numbers from 1 on in a data set without, [records]. */
  readonly ids: Int32Array;
  /** `patient_id`, or any numbers that are equal for records of one patient, [records]. */
  readonly patients: Int32Array;
  /** Fold 1 to 10, [records]. */
  readonly folds: Uint8Array;
  /** Paths of the records below the folder of the data set, [records]; absent in PTB-XL. */
  readonly files?: readonly string[];
  /** Records left out, with reasons. */
  readonly quarantined: readonly QuarantinedRecord[];
  /** Records shorter than T, padded with zeros on the right. */
  readonly padded: number;
  /** Records brought to the sampling rate from another; absent where that is not done. */
  readonly resampled?: number;
  /** Recordings that the records are windows of; absent where every record is a recording. */
  readonly recordings?: number;
}

/** Number of records in a set. */
export function recordCount(set: Pick<RecordSet, "ids">): number {
  return set.ids.length;
}

/**
 * One record in millivolts, [T, leads], the lead fastest.
 *
 * @param row Row in the set, 0 to records − 1 (not the `ecg_id`)
 * @throws {RangeError} where there is no such row
 */
export function recordMillivolts(
  set: Pick<RecordSet, "ids" | "signalLength" | "leads" | "samples" | "millivoltsPerUnit">,
  row: number,
): Float32Array {
  if (!Number.isInteger(row) || row < 0 || row >= set.ids.length) {
    throw new RangeError(`Cannot take row ${row}: need 0 to ${set.ids.length - 1}`);
  }
  const size = set.signalLength * set.leads.length;
  const samples = set.samples.subarray(row * size, (row + 1) * size);
  return Float32Array.from(samples, (value) => value * set.millivoltsPerUnit);
}

/**
 * How many of the given rows carry each class; the last entry counts the rows without any.
 *
 * @param labels 0 or 1, [records, classes]
 * @param rows Rows to count, with repetition; all of them where absent
 * @returns [classes + 1]
 */
export function countClasses(
  labels: ArrayLike<number>,
  classes: number,
  rows?: ArrayLike<number>,
): number[] {
  const counts = new Array<number>(classes + 1).fill(0);
  const total = rows?.length ?? labels.length / classes;
  for (let i = 0; i < total; i++) {
    const row = rows === undefined ? i : rows[i];
    let without = 1;
    for (let c = 0; c < classes; c++) {
      if (!(labels[row * classes + c] > 0)) continue;
      counts[c]++;
      without = 0;
    }
    counts[classes] += without;
  }
  return counts;
}

/**
 * Whether any record carries a class. Of a folder of recordings without labels none does: it serves
 * for pretraining, but nothing can be fitted to its labels or measured against them.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { hasLabels } from "ssrl-ecg";
 * assert(!hasLabels({ labels: new Float32Array(10) }));
 * ```
 */
export function hasLabels(set: Pick<RecordSet, "labels">): boolean {
  return set.labels.some((label) => label > 0);
}

/**
 * The summary that every command prints after reading: one line for the set, one for its classes,
 * one each for what was resampled and padded, one for each record that was left out (the first ten).
 */
export function describeRecordSet(
  set: Omit<
    RecordSet,
    "synthetic" | "leads" | "ids" | "patients" | "folds" | "samples" | "millivoltsPerUnit"
  >,
): string[] {
  const counts = countClasses(set.labels, set.classNames.length);
  const names = [...set.classNames, "none"];
  const records = set.labels.length / set.classNames.length;
  const lines = [
    `${set.source}, ${set.signalLength} samples at ${set.samplingRate} Hz`,
    hasLabels(set)
      ? `Classes: ${names.map((name, i) => `${name} ${formatCount(counts[i])}`).join(", ")}`
      : "Classes: none, the records have no labels",
  ];
  if (set.resampled !== undefined && set.resampled > 0) {
    lines.push(
      `${formatCount(set.resampled)} of ${formatCount(records)} records resampled to ` +
        `${set.samplingRate} Hz`,
    );
  }
  if (set.padded > 0) {
    lines.push(
      `${set.padded} ${set.padded === 1 ? "record is" : "records are"} shorter than ` +
        `${set.signalLength} samples; zeros follow on the right`,
    );
  }
  if (set.quarantined.length > 0) {
    const out = set.quarantined.length;
    const all = (set.recordings ?? records) + out;
    lines.push(
      `Left out ${formatCount(out)} of ${formatCount(all)} records, damaged or missing:`,
    );
    for (const { file, reason } of set.quarantined.slice(0, 10)) {
      lines.push(`  ${file}: ${reason}`);
    }
    if (set.quarantined.length > 10) lines.push(`  and ${set.quarantined.length - 10} more`);
  }
  return lines;
}

/** What a figure calls the data: `PTB-XL`, `synthetic cohort`, `Own data`. */
export function dataName(set: Pick<RecordSet, "source">): string {
  return set.source.split(" (")[0];
}

/**
 * @throws {UserError} When no record carries a label, so that there is nothing to learn or measure.
 */
export function assertLabeled(set: RecordSet): void {
  if (hasLabels(set)) return;
  throw new UserError(
    `The records of ${set.source} have no labels`,
    { remedy: "table-of-labels" },
  );
}
