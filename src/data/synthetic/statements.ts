/**
 * The SCP-ECG statements that the synthetic cohort uses, and how often each occurs.
 *
 * Codes, superclasses and subclasses are those of PTB-XL's `scp_statements.csv` (Wagner et al.,
 * "PTB-XL, a large publicly available electrocardiography dataset", Scientific Data 7:154, 2020);
 * descriptions are this project's own.
 */

import type { CLASS_NAMES } from "../signals/record_set.ts";

/** Diagnostic superclass of PTB-XL. */
export type Superclass = typeof CLASS_NAMES[number];

/** One row of `scp_statements.csv`. */
export interface Statement {
  /** SCP-ECG code, e.g. `IMI`. */
  readonly code: string;
  /** What it says, in words. */
  readonly description: string;
  /** Superclass and subclass of a diagnostic statement; absent for form and rhythm statements. */
  readonly diagnostic?: readonly [Superclass, string];
  /** Describes the form of a wave. */
  readonly form?: true;
  /** Describes the rhythm. */
  readonly rhythm?: true;
  /**
   * Share of the synthetic records of its superclass for which this is the leading statement;
   * close to the shares in PTB-XL. Absent where the statement follows from the record instead.
   */
  readonly share?: number;
}

function diagnosis(
  code: string,
  description: string,
  superclass: Superclass,
  subclass: string,
  share: number,
  form?: true,
): Statement {
  return { code, description, diagnostic: [superclass, subclass], share, form };
}

/** Every statement in use: diagnostic ones first, then form, then rhythm. */
export const STATEMENTS: readonly Statement[] = [
  diagnosis("NORM", "normal ECG", "NORM", "NORM", 1),
  diagnosis("IMI", "inferior infarction", "MI", "IMI", 0.42),
  diagnosis("ASMI", "anteroseptal infarction", "MI", "AMI", 0.32),
  diagnosis("ILMI", "inferolateral infarction", "MI", "IMI", 0.07),
  diagnosis("AMI", "anterior infarction", "MI", "AMI", 0.07),
  diagnosis("ALMI", "anterolateral infarction", "MI", "AMI", 0.06),
  diagnosis("LMI", "lateral infarction", "MI", "LMI", 0.04),
  diagnosis("IPMI", "inferoposterior infarction", "MI", "IMI", 0.02),
  diagnosis("NDT", "T wave changes without a specific diagnosis", "STTC", "STTC", 0.3, true),
  diagnosis("NST_", "unspecific ST segment changes", "STTC", "NST_", 0.12, true),
  diagnosis("ISC_", "ischemia, unspecific", "STTC", "ISC_", 0.26),
  diagnosis("ISCAL", "ischemia, anterolateral leads", "STTC", "ISCA", 0.14),
  diagnosis("ISCIN", "ischemia, inferior leads", "STTC", "ISCI", 0.09),
  diagnosis("DIG", "effect of digitalis", "STTC", "STTC", 0.05, true),
  diagnosis("LNGQT", "long QT interval", "STTC", "STTC", 0.04, true),
  diagnosis("LVH", "hypertrophy of the left ventricle", "HYP", "LVH", 0.8),
  diagnosis("LAO/LAE", "overload or enlargement of the left atrium", "HYP", "LAO/LAE", 0.11),
  diagnosis("RVH", "hypertrophy of the right ventricle", "HYP", "RVH", 0.06),
  diagnosis("RAO/RAE", "overload or enlargement of the right atrium", "HYP", "RAO/RAE", 0.03),
  diagnosis("LAFB", "left anterior fascicular block", "CD", "LAFB/LPFB", 0.29),
  diagnosis("IRBBB", "incomplete right bundle branch block", "CD", "IRBBB", 0.21),
  diagnosis("1AVB", "first degree AV block", "CD", "_AVB", 0.14),
  diagnosis("IVCD", "intraventricular conduction disturbance, unspecific", "CD", "IVCD", 0.12),
  diagnosis("CRBBB", "complete right bundle branch block", "CD", "CRBBB", 0.09),
  diagnosis("CLBBB", "complete left bundle branch block", "CD", "CLBBB", 0.09),
  diagnosis("LPFB", "left posterior fascicular block", "CD", "LAFB/LPFB", 0.03),
  diagnosis("WPW", "ventricular preexcitation", "CD", "WPW", 0.03),
  { code: "ABQRS", description: "abnormal QRS complex", form: true },
  { code: "PVC", description: "ventricular premature beat", form: true },
  { code: "PAC", description: "atrial premature beat", form: true },
  { code: "QWAVE", description: "Q waves", form: true },
  { code: "STD_", description: "ST depression, unspecific", form: true },
  { code: "STE_", description: "ST elevation, unspecific", form: true },
  { code: "VCLVH", description: "voltage criteria of left ventricular hypertrophy", form: true },
  { code: "LVOLT", description: "low QRS voltage", form: true },
  { code: "LPR", description: "long PR interval", form: true },
  { code: "SR", description: "sinus rhythm", rhythm: true },
  { code: "AFIB", description: "atrial fibrillation", rhythm: true },
  { code: "STACH", description: "sinus tachycardia", rhythm: true },
  { code: "SBRAD", description: "sinus bradycardia", rhythm: true },
  { code: "SARRH", description: "sinus arrhythmia", rhythm: true },
];

/** Diagnostic codes of a superclass with the share of each, in table order. */
export function codesOf(superclass: Superclass): { code: string; share: number }[] {
  return STATEMENTS
    .filter((row) => row.diagnostic?.[0] === superclass)
    .map((row) => ({ code: row.code, share: row.share ?? 0 }));
}
