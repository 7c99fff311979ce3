/**
 * JSON of measurements.
 *
 * @module
 */

/** Indented JSON whose fractions have six significant digits, more than any timing has. */
export function roundedJson(value: unknown): string {
  const round = (_key: string, each: unknown): unknown =>
    typeof each === "number" && !Number.isInteger(each) ? Number(each.toPrecision(6)) : each;
  return JSON.stringify(value, round, 1) + "\n";
}
