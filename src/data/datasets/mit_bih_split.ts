/**
 * Which records of the MIT-BIH Arrhythmia Database serve for what: the inter-patient split of de
 * Chazal, O'Dwyer & Reilly (IEEE Trans. Biomed. Eng. 51:1196, 2004).
 *
 * Records 201 and 202 come from one man, and the published split has them on both sides. DS2 stays
 * as published, so that results compare; record 201 is left out of DS1.
 */

/** What a record serves for; `unused`: paced, or of a subject of the test part. */
export const MIT_BIH_PARTS = ["train", "validation", "test", "unused"] as const;

/** One of {@linkcode MIT_BIH_PARTS}. */
export type MitBihPart = typeof MIT_BIH_PARTS[number];

/** DS1: training and validation, 22 records. */
export const MIT_BIH_DS1: readonly number[] = [
  ...[101, 106, 108, 109, 112, 114, 115, 116, 118, 119, 122],
  ...[124, 201, 203, 205, 207, 208, 209, 215, 220, 223, 230],
];

/** DS2: test, 22 records. */
export const MIT_BIH_DS2: readonly number[] = [
  ...[100, 103, 105, 111, 113, 117, 121, 123, 200, 202, 210],
  ...[212, 213, 214, 219, 221, 222, 228, 231, 232, 233, 234],
];

/** Records with paced beats, which ANSI/AAMI EC57 leaves out. */
export const MIT_BIH_PACED: readonly number[] = [102, 104, 107, 217];

/** All 48 records, ascending. */
export const MIT_BIH_RECORDS: readonly number[] = [
  ...MIT_BIH_DS1,
  ...MIT_BIH_DS2,
  ...MIT_BIH_PACED,
].sort((a, b) => a - b);

/**
 * Records of DS1 for validation. Of 10-s windows, 38 % are abnormal here and 35 % in the rest of
 * DS1; S, V and F beats, a bundle branch block (118), a record without any abnormal beat (122) and
 * one whose lead II is its second signal (114) are among them.
 */
export const MIT_BIH_VALIDATION: readonly number[] = [114, 118, 122, 215, 223];

/** The record of DS1 whose subject is in DS2 as well. */
const SHARED_SUBJECT = 201;

const TRAIN = MIT_BIH_DS1.filter((record) =>
  record !== SHARED_SUBJECT && !MIT_BIH_VALIDATION.includes(record)
);

/**
 * What a record serves for.
 *
 * @param record Number of the record, 100 to 234
 */
export function mitBihPart(record: number): MitBihPart {
  if (TRAIN.includes(record)) return "train";
  if (MIT_BIH_VALIDATION.includes(record)) return "validation";
  return MIT_BIH_DS2.includes(record) ? "test" : "unused";
}

/**
 * Fold in the sense of `splitByFolds`: training records in folds 1 to 8, two each, validation
 * in 9, test in 10.
 *
 * @returns 1 to 10, or 0 for a record that is not used
 */
export function mitBihFold(record: number): number {
  const part = mitBihPart(record);
  if (part === "train") return 1 + Math.floor(TRAIN.indexOf(record) / 2);
  return part === "validation" ? 9 : part === "test" ? 10 : 0;
}

/**
 * Number of the person: that of the record, but 201 for both 201 and 202 (48 records,
 * 47 subjects).
 */
export function mitBihSubject(record: number): number {
  return record === 202 ? SHARED_SUBJECT : record;
}
