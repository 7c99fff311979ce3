/**
 * Age and sex as data sets write them.
 *
 * @module
 */

import { challengePatient } from "../files/challenge_header.ts";
import { decimal } from "../../text/decimal.ts";

/** Bands of age, youngest first. */
export const AGE_BANDS = ["under 20", "20-39", "40-59", "60-79", "80 and over", "unknown"] as const;

/** Sexes as they are counted. */
export const SEXES = ["male", "female", "unknown"] as const;

/** One of {@linkcode SEXES}. */
export type Sex = (typeof SEXES)[number];

/**
 * Band of an age.
 *
 * @param age Years; 300 stands for "older than 89" in PTB-XL; NaN and negative ages are unknown
 */
export function ageBand(age: number): (typeof AGE_BANDS)[number] {
  if (!(age >= 0)) return "unknown";
  return AGE_BANDS[Math.min(4, Math.floor(age / 20))];
}

/** What the comments of a header say about the person and the findings. */
export interface HeaderComments {
  /** Years; NaN where not stated. */
  readonly age: number;
  readonly sex: Sex;
  /** Codes of the line `Dx:` of the PhysioNet challenges, in their order. */
  readonly diagnoses: readonly string[];
}

/**
 * Reads age, sex and diagnoses from the comments of a header: `Age: 74`, `Sex: Male` and
 * `Dx: 59118001,426783006` of the PhysioNet challenges, `<age>: 66 <sex>: F`, and `69 M 1085 1629 x1`
 * of the MIT-BIH databases.
 *
 * @param comments Comment lines without their `#`
 */
export function readComments(comments: readonly string[]): HeaderComments {
  const challenge = challengePatient({ comments });
  const older = /<age>: *(\S+) +<sex>: *([MF])/.exec(comments.join("\n")) ??
    /^(-?\d+) +([MF])\b/.exec(comments[0] ?? "");
  const sex = Number.isNaN(challenge.sex) ? ["M", "F"].indexOf(older?.[2] ?? "") : challenge.sex;
  return {
    age: Number.isNaN(challenge.age) ? decimal(older?.[1]) ?? NaN : challenge.age,
    sex: SEXES[sex] ?? "unknown",
    diagnoses: challenge.diagnoses,
  };
}
