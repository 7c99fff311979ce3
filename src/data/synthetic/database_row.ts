/** The row of `ptbxl_database.csv` that describes a synthetic record. */

import type { Patient } from "./patients.ts";
import type { RecordNotes } from "./record.ts";
import { STATEMENTS, type Superclass } from "./statements.ts";

/** The columns of PTB-XL's table that loaders read, and the build of the patient, in its order. */
export const DATABASE_COLUMNS = [
  ...["ecg_id", "patient_id", "age", "sex", "height", "weight", "scp_codes", "strat_fold"],
  ...["filename_lr", "filename_hr"],
];

/** The columns of `scp_statements.csv` in use, in the published order; the first has no name. */
export const STATEMENT_COLUMNS = [
  ...["", "description", "diagnostic", "form", "rhythm", "diagnostic_class", "diagnostic_subclass"],
];

/** Rows of `scp_statements.csv` for the statements in use, header first. */
export function statementRows(): string[][] {
  return [
    STATEMENT_COLUMNS,
    ...STATEMENTS.map(({ code, description, diagnostic, form, rhythm }) => [
      ...[code, description],
      ...[diagnostic, form, rhythm].map((flag) => flag ? "1.0" : ""),
      ...diagnostic ?? ["", ""],
    ]),
  ];
}

/** Record path without extension, as in PTB-XL: a folder for each thousand ids. */
export function recordPath(id: number, resolution: 100 | 500): string {
  const folder = String(Math.floor(id / 1000) * 1000).padStart(5, "0");
  const suffix = resolution === 100 ? "lr" : "hr";
  return `records${resolution}/${folder}/${String(id).padStart(5, "0")}_${suffix}`;
}

/**
 * SCP codes of a record with their likelihoods in per cent: the diagnoses, the forms that the
 * signal shows, one rhythm.
 *
 * Likelihood follows severity; forms and rhythms carry 0, which in PTB-XL means "not stated".
 */
export function statementsOf(patient: Patient, notes: RecordNotes): Map<string, number> {
  const codes = new Map<string, number>();
  for (const { code, severity } of patient.findings) {
    codes.set(code, severity > 0.4 || code === "NORM" ? 100 : severity > 0.2 ? 80 : 50);
  }
  // One finding a superclass, in the same order.
  const severityOf = (superclass: Superclass) =>
    patient.findings[patient.superclasses.indexOf(superclass)]?.severity ?? 0;
  const has = (...names: string[]) => names.some((name) => codes.has(name));
  if (severityOf("MI") > 0.35 || has("CLBBB", "CRBBB", "IVCD", "WPW")) codes.set("ABQRS", 0);
  if (severityOf("MI") > 0.75) codes.set("QWAVE", 0);
  if (severityOf("STTC") > 0.6 && has("ISC_", "ISCAL", "NST_", "DIG")) codes.set("STD_", 0);
  if (codes.has("LVH") && severityOf("HYP") > 0.5) codes.set("VCLVH", 0);
  if (codes.has("1AVB") && notes.pr > 0.22) codes.set("LPR", 0);
  if (notes.limbVoltage < 0.5) codes.set("LVOLT", 0);
  if (notes.beats.some((beat) => beat.kind === "ventricular")) codes.set("PVC", 0);
  if (notes.beats.some((beat) => beat.kind === "atrial")) codes.set("PAC", 0);
  if (patient.fibrillation) codes.set("AFIB", 0);
  else if (notes.heartRate > 100) codes.set("STACH", 0);
  else if (notes.heartRate < 55) codes.set("SBRAD", 0);
  else if (isArrhythmic(notes)) codes.set("SARRH", 0);
  else codes.set("SR", 0);
  return codes;
}

/** Sinus arrhythmia: sinus intervals that differ by more than 0.16 s within the record. */
function isArrhythmic({ beats }: RecordNotes): boolean {
  let shortest = Infinity;
  let longest = 0;
  for (let i = 1; i < beats.length; i++) {
    if (beats[i].kind !== "sinus" || beats[i - 1].kind !== "sinus") return false;
    shortest = Math.min(shortest, beats[i].time - beats[i - 1].time);
    longest = Math.max(longest, beats[i].time - beats[i - 1].time);
  }
  return longest - shortest > 0.16;
}

/**
 * One row, in the order of {@linkcode DATABASE_COLUMNS}.
 *
 * @param id `ecg_id`, from 1.
 */
export function databaseRow(patient: Patient, id: number, notes: RecordNotes): string[] {
  const float = (value: number) => value.toFixed(1);
  const codes = [...statementsOf(patient, notes)]
    .map(([code, likelihood]) => `'${code}': ${float(likelihood)}`);
  return [
    String(id),
    float(patient.index + 1),
    // PTB-XL writes 300 for ages above 89.
    float(patient.age > 89 ? 300 : patient.age),
    String(patient.sex),
    float(patient.height),
    float(patient.weight),
    `{${codes.join(", ")}}`,
    String(patient.fold),
    recordPath(id, 100),
    recordPath(id, 500),
  ];
}
