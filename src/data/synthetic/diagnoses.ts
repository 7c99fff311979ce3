/**
 * What each diagnosis does to a normal heart, from barely visible (severity near 0) to the textbook
 * picture (severity 1). The criteria are those of the AHA/ACCF/HRS recommendations for the
 * standardization and interpretation of the electrocardiogram (parts III to VI, 2009) and of the
 * universal definition of myocardial infarction, turned into dipole vectors: tissue that no longer
 * takes part is a vector away from it, injury an ST vector towards it, ischemia a T vector away.
 */

import type { CounterRandom } from "../../random/philox.ts";
import {
  depolarization,
  type Heart,
  QRS_ONSET,
  repolarization,
  shiftRecovery,
  shiftSegment,
  type Wave,
  wave,
} from "./heart.ts";
import { add, jittered, scale, scaled, type Vector } from "./vector.ts";

/** Changes a heart in place. */
type Diagnosis = (heart: Heart, severity: number, random: CounterRandom) => void;

function qrs(time: number, width: number, vector: Vector): Wave {
  return wave("QRS", time, width, vector);
}

/** Stretches the ventricles' depolarization about its onset, and delays what follows. */
function widen(heart: Heart, factor: number): void {
  const delay = 0.09 * (factor - 1);
  for (const part of depolarization(heart)) {
    part.time = (part.time + QRS_ONSET) * factor - QRS_ONSET;
    part.width *= factor;
  }
  for (const part of repolarization(heart)) part.time += delay;
}

/** T waves against the sum of a disturbed depolarization: ∫QRS dt sets their size. */
function discord(heart: Heart, severity: number): void {
  const area: Vector = [0, 0, 0];
  for (const part of depolarization(heart)) add(area, part.vector, part.width / 0.02);
  for (const part of heart.recovery) scale(part.vector, 1 - 0.8 * severity);
  shiftSegment(heart, scaled(area, -0.11 * severity), 0.25);
  shiftRecovery(heart, scaled(area, -0.22 * severity));
}

/** Infarction of the wall in a direction (unit vector, roughly). */
function infarction(direction: Readonly<Vector>): Diagnosis {
  return (heart, severity, random) => {
    const wall = jittered(direction, 0.16, random);
    const size = (0.3 + 0.75 * severity) * Math.exp(0.15 * random.normal());
    // Q wave: the first 30 to 50 ms point away from the wall.
    heart.extra.push(qrs(-0.022, 0.0125 + 0.004 * severity, scaled(wall, -0.5 * size)));
    scale(heart.septal.vector, 1 - 0.55 * severity * Math.max(0, -wall[2]));
    // R loss: what remains of the main vector in that direction shrinks.
    for (const part of [heart.main, heart.late]) {
      const along = part.vector[0] * wall[0] + part.vector[1] * wall[1] + part.vector[2] * wall[2];
      if (along > 0) add(part.vector, wall, -0.45 * severity * along);
    }
    // Age of the infarct: fresh (ST elevation, upright T), days old (both changes), scar.
    const age = random.uniform();
    const injury = age < 0.2 ? 0.24 : age < 0.5 ? 0.13 : 0.035;
    const inversion = age < 0.2 ? -0.12 : age < 0.5 ? 0.34 : 0.24;
    const reach = (0.25 + 0.75 * severity) * Math.exp(0.2 * random.normal());
    shiftSegment(heart, scaled(wall, injury * reach), 0.15);
    shiftRecovery(heart, scaled(wall, -inversion * reach));
  };
}

/** ST depression and T inversion in the leads that face a direction. */
function ischemia(direction: Readonly<Vector>): Diagnosis {
  return (heart, severity, random) => {
    const wall = jittered(direction, 0.2, random);
    const depression = random.uniform(0.05, 0.15) * (0.25 + severity);
    const inversion = random.uniform(0.12, 0.42) * (0.25 + severity);
    shiftSegment(heart, scaled(wall, -depression), 0.2);
    shiftRecovery(heart, scaled(wall, -inversion));
  };
}

/** Terminal forces to the right and front: the late right ventricle. */
function rightBundle(delay: number, width: number, size: number): Diagnosis {
  return (heart, severity, random) => {
    const reach = size * (0.25 + 0.75 * severity) * Math.exp(0.15 * random.normal());
    const time = 0.04 + delay * (0.4 + 0.6 * severity);
    heart.extra.push(
      qrs(time, width, scaled([-0.5, 0.02, -0.62], reach)),
      qrs(time + 1.5 * width, width, scaled([-0.2, -0.03, -0.24], reach)),
    );
    scale(heart.late.vector, 1 - 0.3 * severity * size);
    // T opposite to the last part of QRS: upright on the left, inverted in V1 and V2.
    const turnover = 0.22 * severity * size;
    shiftRecovery(heart, [0.4 * turnover, 0, turnover]);
    for (const part of repolarization(heart)) part.time += delay * severity * 0.8;
  };
}

/** Slow, left and backward depolarization of the left ventricle through the muscle. */
function leftBundle(reach: number): Diagnosis {
  return (heart, severity, random) => {
    const share = reach * (0.35 + 0.65 * severity);
    const size = Math.exp(0.15 * random.normal());
    scale(heart.septal.vector, 1 - share);
    scale(heart.basal.vector, 1 - share);
    scale(heart.main.vector, 1 - 0.62 * share);
    scale(heart.late.vector, 1 - 0.2 * share);
    widen(heart, 1 + 0.3 * share);
    heart.extra.push(
      qrs(0.018, 0.02, [0.3 * share * size, 0.1 * share * size, 0.45 * share * size]),
      qrs(0.058, 0.019, [0.78 * share * size, 0.05 * share * size, 0.72 * share * size]),
      qrs(0.088, 0.014, [0.18 * share * size, -0.05 * share * size, 0.22 * share * size]),
    );
    for (const part of repolarization(heart)) part.time += 0.045 * share;
    discord(heart, share);
  };
}

/** Hemiblock: the frontal axis goes first one way, then far the other. */
function fascicle(first: Readonly<Vector>, last: Readonly<Vector>): Diagnosis {
  return (heart, severity, random) => {
    const reach = (0.4 + 0.6 * severity) * Math.exp(0.1 * random.normal());
    heart.main.vector[1] *= 1 - 0.85 * reach;
    if (first[1] < 0) heart.main.vector[0] *= 1 - 0.75 * reach;
    heart.extra.push(
      qrs(-0.018, 0.0095, scaled(first, reach)),
      qrs(0.026, 0.0135, scaled(last, reach)),
    );
    widen(heart, 1 + 0.06 * reach);
  };
}

const DIAGNOSES: Record<string, Diagnosis> = {
  NORM: () => {},

  IMI: infarction([-0.1, 0.95, 0.15]),
  ASMI: infarction([0.12, 0.05, -0.95]),
  ILMI: infarction([0.6, 0.75, 0.15]),
  AMI: infarction([0.5, 0.1, -0.85]),
  ALMI: infarction([0.85, -0.2, -0.5]),
  LMI: infarction([0.9, -0.5, 0.05]),
  IPMI: infarction([0, 0.75, 0.7]),

  NDT: (heart, severity, random) => {
    for (const part of heart.recovery) scale(part.vector, 1 - (0.45 + 0.75 * severity));
    const back = 0.12 * severity * random.normal();
    shiftRecovery(heart, [-0.1 * severity, -0.05 * severity, back]);
  },
  NST_: (heart, severity, random) => {
    const depth = -0.09 * (0.3 + 0.7 * severity);
    shiftSegment(heart, [depth, 0.6 * depth, 0.06 * random.normal()], 0.3);
    for (const part of heart.recovery) scale(part.vector, 1 - 0.45 * severity);
  },
  ISC_: ischemia([0.75, 0.45, -0.35]),
  ISCAL: ischemia([0.9, 0.05, -0.65]),
  ISCIN: ischemia([0.15, 1, 0]),
  DIG: (heart, severity) => {
    // Sagging ST depression, flat T, short QT.
    const depth = 0.13 * (0.3 + 0.7 * severity);
    shiftSegment(heart, [-depth, -0.6 * depth, 0.3 * depth], 0.1);
    add(heart.segment[1].vector, [-0.4 * depth, -0.25 * depth, 0.1 * depth]);
    for (const part of heart.recovery) {
      scale(part.vector, 1 - 0.55 * severity);
      part.time *= 1 - 0.08 * severity;
    }
  },
  LNGQT: (heart, severity) => {
    for (const part of heart.recovery) {
      part.time *= 1.08 + 0.2 * severity;
      part.width *= 1.05 + 0.15 * severity;
    }
  },

  LVH: (heart, severity, random) => {
    // Voltage: more muscle to the left and back, a little slower.
    const gain = 1.22 + 0.75 * severity * Math.exp(0.15 * random.normal());
    scale(heart.main.vector, gain);
    scale(heart.late.vector, gain);
    heart.main.vector[1] *= 1 - 0.35 * severity;
    add(heart.late.vector, [0.1 * severity, 0, 0.22 * severity]);
    widen(heart, 1.04 + 0.08 * severity);
    // Strain: ST and T against the main vector, in the more severe half.
    const strain = Math.max(0, severity - 0.3 + 0.2 * random.normal());
    shiftSegment(heart, scaled([-0.13, -0.04, -0.1], strain), 0.4);
    shiftRecovery(heart, scaled([-0.5, -0.15, -0.1], strain));
    heart.atria[1].vector[2] += 0.05 * severity;
  },
  "LAO/LAE": (heart, severity) => {
    // P mitrale: second half later, larger, to the left and back.
    const [, left] = heart.atria;
    left.time += 0.014 + 0.022 * severity;
    left.width *= 1.1;
    add(left.vector, [0.05 + 0.05 * severity, 0.02, 0.07 + 0.11 * severity]);
    heart.pr += 0.014;
    scale(heart.main.vector, 1.08 + 0.12 * severity);
  },
  RVH: (heart, severity, random) => {
    const reach = (0.35 + 0.65 * severity) * Math.exp(0.12 * random.normal());
    heart.main.vector[0] *= 1 - 0.6 * reach;
    scale(heart.late.vector, 1 - 0.7 * reach);
    heart.extra.push(
      qrs(0.004, 0.0125, scaled([-0.25, 0.25, -0.75], reach)),
      qrs(0.03, 0.012, scaled([-0.75, 0.1, 0.12], reach)),
    );
    shiftSegment(heart, scaled([0.05, -0.05, 0.09], reach), 0.4);
    shiftRecovery(heart, scaled([0.05, -0.12, 0.28], reach));
  },
  "RAO/RAE": (heart, severity) => {
    // P pulmonale: tall and peaked in the inferior leads.
    const [right] = heart.atria;
    right.width *= 0.92;
    add(right.vector, [0, 0.09 + 0.13 * severity, -0.04 - 0.05 * severity]);
  },

  LAFB: fascicle([-0.16, 0.36, 0.02], [0.42, -0.92, 0.3]),
  LPFB: fascicle([0.26, -0.34, 0.05], [-0.45, 0.95, 0.25]),
  IRBBB: rightBundle(0.014, 0.0105, 0.62),
  CRBBB: rightBundle(0.034, 0.0165, 1.15),
  CLBBB: leftBundle(1),
  IVCD: (heart, severity, random) => {
    widen(heart, 1.2 + 0.35 * severity);
    const notch = jittered([0, 0, 0], 0.3 * (0.4 + 0.6 * severity), random);
    heart.extra.push(qrs(0.05, 0.013, notch));
    discord(heart, 0.3 * severity);
  },
  "1AVB": (heart, severity) => {
    heart.pr = Math.max(heart.pr, 0.17) + 0.035 + 0.11 * severity;
  },
  WPW: (heart, severity, random) => {
    // Delta wave: a slow start where the accessory pathway enters; PR shortened by as much.
    const reach = (0.4 + 0.6 * severity) * Math.exp(0.15 * random.normal());
    const side = random.uniform() < 0.6 ? -0.3 : 0.25;
    heart.extra.push(qrs(-0.042, 0.017, scaled([0.34, 0.18, side], reach)));
    scale(heart.septal.vector, 1 - 0.8 * reach);
    heart.pr = Math.min(heart.pr, 0.15) - 0.012;
    discord(heart, 0.4 * reach);
  },
};

/** Whether a diagnosis has a morphology here. */
export function hasMorphology(code: string): boolean {
  return Object.hasOwn(DIAGNOSES, code);
}

/**
 * Changes a heart in place as a diagnosis does.
 *
 * @param code SCP-ECG code of a diagnostic statement.
 * @param severity From 0, within the range of normal variants, to 1, the textbook picture.
 * @throws {RangeError} for a code without a morphology.
 */
export function applyDiagnosis(
  code: string,
  severity: number,
  heart: Heart,
  random: CounterRandom,
): void {
  if (!hasMorphology(code)) throw new RangeError(`No morphology for SCP code ${code}`);
  DIAGNOSES[code](heart, severity, random);
}
