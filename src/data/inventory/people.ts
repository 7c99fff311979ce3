/**
 * Age and sex as data sets write them.
 *
 * @module
 */

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
 *
 * @example
 * ```ts
 * import { ageBand } from "ssrl-ecg/src/data/inventory/people.ts";
 * console.assert(ageBand(39) === "20-39" && ageBand(300) === "80 and over");
 * ```
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
 *
 * @example
 * ```ts
 * import { readComments } from "ssrl-ecg/src/data/inventory/people.ts";
 * const { age, sex, diagnoses } = readComments(["Age: 74", "Sex: Male", "Dx: 59118001,164889003"]);
 * console.assert(age === 74 && sex === "male" && diagnoses.length === 2);
 * ```
 */
export function readComments(comments: readonly string[]): HeaderComments {
  const find = (pattern: RegExp) =>
    comments.map((line) => pattern.exec(line)?.[1]).find((text) => text !== undefined);
  const mitBih = /^(-?\d+) +([MF])\b/.exec(comments[0] ?? "");
  const age = find(/(?:^|\s)<?age>?\s*:\s*(\S+)/i) ?? mitBih?.[1];
  const sex = (find(/(?:^|\s)<?sex>?\s*:\s*([a-z]+)/i) ?? mitBih?.[2] ?? "").toLowerCase();
  const diagnoses = find(/^Dx\s*:\s*(.*)$/i)?.split(/[,;\s]+/) ?? [];
  return {
    age: age === undefined ? NaN : Number(age),
    sex: /^m(ale)?$/.test(sex) ? "male" : /^f(emale)?$/.test(sex) ? "female" : "unknown",
    diagnoses: diagnoses.filter((code) => code !== "" && !/^(unknown|nan)$/i.test(code)),
  };
}
