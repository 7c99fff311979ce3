/**
 * From the heart's dipole to twelve leads.
 *
 * The eight independent leads are a linear image of the Frank dipole (x to the left, y to the
 * feet, z to the back), with the coefficients of Dower, Machado & Osborne, "On deriving the
 * electrocardiogram from vectorcardiographic leads", Clinical Cardiology 3:87 (1980). They are
 * expressed here as potentials of nine electrodes, so that noise can enter where it does in a
 * patient, at the electrode, and the relations of Einthoven and Goldberger hold with it.
 */

import { clamp, type Vector } from "./vector.ts";

/** Electrodes in the order of every electrode axis: RA, LA, LL, V1 … V6. */
export const ELECTRODE_COUNT = 9;

/** Rows I, II, V1 … V6; columns x, y, z. Unit: lead mV per dipole mV. */
export const DOWER: readonly Readonly<Vector>[] = [
  [0.632, -0.235, 0.059],
  [0.235, 1.066, -0.132],
  [-0.515, 0.157, -0.917],
  [0.044, 0.164, -1.387],
  [0.882, 0.098, -1.277],
  [1.213, 0.127, -0.601],
  [1.125, 0.127, -0.086],
  [0.831, 0.076, 0.230],
];

/**
 * Electrode potentials per unit of dipole, [9 × 3] row-major, for a lead matrix in the layout of
 * {@linkcode DOWER}.
 *
 * The limb potentials sum to zero (Wilson's terminal is the reference), hence
 * LA = (2·I − II)/3, LL = (2·II − I)/3, RA = −(I + II)/3, and each chest electrode equals its lead.
 */
export function electrodeMatrix(
  leads: readonly Readonly<Vector>[] = DOWER,
): Float64Array {
  const matrix = new Float64Array(ELECTRODE_COUNT * 3); // [9, 3]
  for (let axis = 0; axis < 3; axis++) {
    const one = leads[0][axis];
    const two = leads[1][axis];
    matrix[axis] = -(one + two) / 3;
    matrix[3 + axis] = (2 * one - two) / 3;
    matrix[6 + axis] = (2 * two - one) / 3;
    for (let chest = 0; chest < 6; chest++) matrix[9 + 3 * chest + axis] = leads[2 + chest][axis];
  }
  return matrix;
}

/**
 * Frontal axis of a dipole in degrees, −180 to 180: 0 points to the left arm, 90 to the feet.
 *
 * @param matrix Electrode potentials per unit of dipole, [9 × 3].
 */
export function frontalAxis(dipole: Readonly<Vector>, matrix: Float64Array): number {
  const potential = (e: number) =>
    matrix[3 * e] * dipole[0] + matrix[3 * e + 1] * dipole[1] + matrix[3 * e + 2] * dipole[2];
  const one = potential(1) - potential(0);
  const foot = 1.5 * potential(2); // aVF = LL − (RA + LA)/2, and the three sum to zero
  // In Einthoven's triangle aVF shows a vector at cos 30° of the scale of lead I.
  return Math.atan2(foot * 2 / Math.sqrt(3), one) * 180 / Math.PI;
}

/**
 * Twelve digital leads from nine electrode potentials.
 *
 * I, II and V1 … V6 are rounded; the other four are computed from the rounded I and II as an
 * electrocardiograph does: III = II − I exactly, and aVR = −(I + II)/2, aVL = I − II/2,
 * aVF = II − I/2 to within half a unit.
 *
 * @param electrodes Potentials in mV, [T, 9].
 * @param unitsPerMillivolt Gain.
 * @param output Frames [T, 12], written from `offset` on.
 */
export function digitizeLeads(
  electrodes: Float32Array,
  unitsPerMillivolt: number,
  output: Int16Array,
  offset = 0,
): void {
  const digital = (potential: number, limit: number) =>
    clamp(Math.round(potential * unitsPerMillivolt), -limit, limit);
  const frames = electrodes.length / ELECTRODE_COUNT;
  for (let t = 0; t < frames; t++) {
    const from = t * ELECTRODE_COUNT;
    const to = offset + t * 12;
    const ra = electrodes[from];
    const la = electrodes[from + 1];
    const ll = electrodes[from + 2];
    // Half the 16-bit range for I and II keeps III within it.
    const one = digital(la - ra, 16383);
    const two = digital(ll - ra, 16383);
    output[to] = one;
    output[to + 1] = two;
    output[to + 2] = two - one;
    output[to + 3] = Math.round(-(one + two) / 2);
    output[to + 4] = Math.round(one - two / 2);
    output[to + 5] = Math.round(two - one / 2);
    const terminal = (ra + la + ll) / 3;
    for (let chest = 0; chest < 6; chest++) {
      // −32768 means "no sample" in WFDB.
      output[to + 6 + chest] = digital(electrodes[from + 3 + chest] - terminal, 32767);
    }
  }
}
