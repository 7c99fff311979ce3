/** Groups of people that an inventory counts. */

/** Bands of age, youngest first. */
export const AGE_BANDS = ["under 20", "20-39", "40-59", "60-79", "80 and over", "unknown"] as const;

/** Sexes as they are counted. */
export const SEXES = ["male", "female", "unknown"] as const;

/**
 * Band of an age.
 *
 * @param age Years; 300 means "older than 89" in PTB-XL; NaN and negative ages are unknown
 */
export function ageBand(age: number): (typeof AGE_BANDS)[number] {
  if (!(age >= 0)) return "unknown";
  return AGE_BANDS[Math.min(4, Math.floor(age / 20))];
}

/** Name of a sex: 0 male, 1 female, as in PTB-XL. */
export function sexName(sex: number): (typeof SEXES)[number] {
  return SEXES[sex] ?? "unknown";
}
