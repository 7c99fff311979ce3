/**
 * The SCP-ECG statements that the synthetic cohort uses, and how often each occurs.
 *
 * Codes, superclasses and subclasses are those of PTB-XL's `scp_statements.csv` (Wagner et al.,
 * "PTB-XL, a large publicly available electrocardiography dataset", Scientific Data 7:154, 2020);
 * descriptions are this project's own.
 *
 * @module
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

/** Every statement in use: diagnostic ones first, then form, then rhythm. */
export const STATEMENTS: readonly Statement[] = [
  { code: "NORM", description: "normal ECG", diagnostic: ["NORM", "NORM"], share: 1 },

  { code: "IMI", description: "inferior infarction", diagnostic: ["MI", "IMI"], share: 0.42 },
  { code: "ASMI", description: "anteroseptal infarction", diagnostic: ["MI", "AMI"], share: 0.32 },
  { code: "ILMI", description: "inferolateral infarction", diagnostic: ["MI", "IMI"], share: 0.07 },
  { code: "AMI", description: "anterior infarction", diagnostic: ["MI", "AMI"], share: 0.07 },
  { code: "ALMI", description: "anterolateral infarction", diagnostic: ["MI", "AMI"], share: 0.06 },
  { code: "LMI", description: "lateral infarction", diagnostic: ["MI", "LMI"], share: 0.04 },
  {
    code: "IPMI",
    description: "inferoposterior infarction",
    diagnostic: ["MI", "IMI"],
    share: 0.02,
  },

  {
    code: "NDT",
    description: "T wave changes without a specific diagnosis",
    diagnostic: ["STTC", "STTC"],
    form: true,
    share: 0.3,
  },
  {
    code: "NST_",
    description: "unspecific ST segment changes",
    diagnostic: ["STTC", "NST_"],
    form: true,
    share: 0.12,
  },
  { code: "ISC_", description: "ischaemia, unspecific", diagnostic: ["STTC", "ISC_"], share: 0.26 },
  {
    code: "ISCAL",
    description: "ischaemia, anterolateral leads",
    diagnostic: ["STTC", "ISCA"],
    share: 0.14,
  },
  {
    code: "ISCIN",
    description: "ischaemia, inferior leads",
    diagnostic: ["STTC", "ISCI"],
    share: 0.09,
  },
  {
    code: "DIG",
    description: "effect of digitalis",
    diagnostic: ["STTC", "STTC"],
    form: true,
    share: 0.05,
  },
  {
    code: "LNGQT",
    description: "long QT interval",
    diagnostic: ["STTC", "STTC"],
    form: true,
    share: 0.04,
  },

  {
    code: "LVH",
    description: "hypertrophy of the left ventricle",
    diagnostic: ["HYP", "LVH"],
    share: 0.8,
  },
  {
    code: "LAO/LAE",
    description: "overload or enlargement of the left atrium",
    diagnostic: ["HYP", "LAO/LAE"],
    share: 0.11,
  },
  {
    code: "RVH",
    description: "hypertrophy of the right ventricle",
    diagnostic: ["HYP", "RVH"],
    share: 0.06,
  },
  {
    code: "RAO/RAE",
    description: "overload or enlargement of the right atrium",
    diagnostic: ["HYP", "RAO/RAE"],
    share: 0.03,
  },

  {
    code: "LAFB",
    description: "left anterior fascicular block",
    diagnostic: ["CD", "LAFB/LPFB"],
    share: 0.29,
  },
  {
    code: "IRBBB",
    description: "incomplete right bundle branch block",
    diagnostic: ["CD", "IRBBB"],
    share: 0.21,
  },
  { code: "1AVB", description: "first degree AV block", diagnostic: ["CD", "_AVB"], share: 0.14 },
  {
    code: "IVCD",
    description: "intraventricular conduction disturbance, unspecific",
    diagnostic: ["CD", "IVCD"],
    share: 0.12,
  },
  {
    code: "CRBBB",
    description: "complete right bundle branch block",
    diagnostic: ["CD", "CRBBB"],
    share: 0.09,
  },
  {
    code: "CLBBB",
    description: "complete left bundle branch block",
    diagnostic: ["CD", "CLBBB"],
    share: 0.09,
  },
  {
    code: "LPFB",
    description: "left posterior fascicular block",
    diagnostic: ["CD", "LAFB/LPFB"],
    share: 0.03,
  },
  { code: "WPW", description: "ventricular preexcitation", diagnostic: ["CD", "WPW"], share: 0.03 },

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
