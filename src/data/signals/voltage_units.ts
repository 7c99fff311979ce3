/**
 * Units of voltage as headers and users write them.
 *
 * @module
 */

/** By lower-case name; the micro sign and the Greek letter are two characters. */
const MILLIVOLTS: Readonly<Record<string, number>> = {
  v: 1e3,
  mv: 1,
  uv: 1e-3,
  "µv": 1e-3,
  "μv": 1e-3,
  nv: 1e-6,
};

/**
 * Millivolts of one unit.
 *
 * @param units V, mV, µV (also written uV) or nV, in any case
 * @returns The factor, or undefined where the unit is none of these
 */
export function millivoltsPerUnit(units: string): number | undefined {
  const name = units.trim().toLowerCase();
  return Object.hasOwn(MILLIVOLTS, name) ? MILLIVOLTS[name] : undefined;
}
