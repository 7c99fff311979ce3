/**
 * A heart as a short list of waves: the Gaussian events of the dynamical model, with a dipole
 * vector in place of one amplitude.
 *
 * McSharry et al. (IEEE Trans. Biomed. Eng. 50:289, 2003) give one lead five Gaussian events, P, Q,
 * R, S and T, on the limit cycle. Sameni, Clifford, Jutten & Shamsollahi, "Multichannel ECG and
 * noise modeling" (EURASIP J. Adv. Signal Process., 2007:043407) let the three components of the
 * heart's dipole be such sums. Here an event carries a vector, so that all components of a wave
 * share time and width as one activation front does. Amplitudes were set by hand so that the twelve
 * leads of {@linkcode DOWER} show ordinary proportions.
 */

import type { CounterRandom } from "../../random/philox.ts";
import { electrodeMatrix, frontalAxis } from "./leads.ts";
import { add, clamp, jittered, scale, scaled, turn, type Vector } from "./vector.ts";

/** How the time of a wave follows the heart rate. */
export type WaveKind = "P" | "QRS" | "ST" | "T";

/** One Gaussian event of the cycle. */
export interface Wave {
  readonly kind: WaveKind;
  /** Seconds from the R wave at 60 beats per minute. */
  time: number;
  /** Standard deviation in seconds at 60 beats per minute. */
  width: number;
  /** Dipole at the peak, mV. */
  vector: Vector;
}

/** The waves of one heart. Names as they arise: septum first, base of the ventricles last. */
export interface Heart {
  /** Right and left half of the P wave. */
  atria: [Wave, Wave];
  septal: Wave;
  main: Wave;
  late: Wave;
  basal: Wave;
  /** Three overlapping events that make a plateau from J point to T wave. */
  segment: [Wave, Wave, Wave];
  /** Slow rise and quicker fall of the T wave. */
  recovery: [Wave, Wave];
  /** Waves that a disease adds. */
  extra: Wave[];
  /** Onset of P to onset of QRS, seconds. */
  pr: number;
}

/** Who the heart belongs to. */
export interface Person {
  /** Years. */
  readonly age: number;
  /** 0 male, 1 female (PTB-XL's coding). */
  readonly sex: 0 | 1;
  /** Body mass index, kg/m². */
  readonly bodyMassIndex: number;
}

/** Seconds from the onset of a normal QRS complex to its R wave. */
export const QRS_ONSET = 0.042;

const STANDARD_LEADS = electrodeMatrix();

/** A wave in the units of {@linkcode Wave}. */
export function wave(kind: WaveKind, time: number, width: number, vector: Vector): Wave {
  return { kind, time, width, vector };
}

/** All waves of the ventricles' depolarization, those a disease added included. */
export function depolarization(heart: Heart): Wave[] {
  return [
    heart.septal,
    heart.main,
    heart.late,
    heart.basal,
    ...heart.extra.filter((w) => w.kind === "QRS"),
  ];
}

/** The waves of the ventricles' recovery in normal hearts: ST segment and T wave. */
export function repolarization({ segment, recovery }: Heart): Wave[] {
  return [...segment, ...recovery];
}

/** Mean dipole of QRS, up to a factor: the area under each wave. */
export function meanQrs(heart: Heart): Vector {
  const area: Vector = [0, 0, 0];
  for (const { vector, width } of depolarization(heart)) add(area, vector, width);
  return area;
}

/** Adds a vector to the ST segment: a plateau of that height, more or less sloping towards T. */
export function shiftSegment(heart: Heart, vector: Readonly<Vector>, slope = 0): void {
  // Three Gaussians 50 ms apart with σ = 30 ms overlap to 1.5 times one: 0.66 makes a plateau of 1.
  for (let i = 0; i < 3; i++) add(heart.segment[i].vector, vector, 0.66 * (1 + slope * (i - 1)));
}

/** Adds a vector to the T wave. */
export function shiftRecovery(heart: Heart, vector: Readonly<Vector>): void {
  add(heart.recovery[0].vector, vector, 0.5);
  add(heart.recovery[1].vector, vector, 0.65);
}

/**
 * A heart within normal limits: its waves vary from person to person in size, direction, width and
 * time, with age, sex and build.
 */
export function normalHeart(person: Person, random: CounterRandom): Heart {
  const { age, sex, bodyMassIndex } = person;
  const jitter = (spread: number) => Math.exp(spread * random.normal());
  const heart: Heart = {
    atria: [
      wave("P", 0, 0.019, [0.035, 0.075, -0.025]),
      wave("P", 0, 0.021, [0.055, 0.055, 0.03]),
    ],
    septal: wave("QRS", -0.026, 0.0075, [-0.13, -0.03, -0.27]),
    main: wave("QRS", 0, 0.0095, [1.02, 0.72, 0.22]),
    late: wave("QRS", 0.0185, 0.0096, [0.08, 0.08, 0.72]),
    basal: wave("QRS", 0.037, 0.0088, [-0.19, -0.14, 0.2]),
    segment: [
      wave("ST", 0.085, 0.03, [0, 0, 0]),
      wave("ST", 0.135, 0.03, [0, 0, 0]),
      wave("ST", 0.185, 0.032, [0, 0, 0]),
    ],
    recovery: [
      wave("T", 0.25, 0.05, [0.135, 0.1, -0.13]),
      wave("T", 0.29, 0.036, [0.18, 0.13, -0.165]),
    ],
    extra: [],
    pr: clamp(0.15 + 0.0003 * (age - 50) + 0.016 * random.normal(), 0.12, 0.205),
  };

  // Voltages fall with age, are lower in women and with a high body mass index.
  const voltage = jitter(0.2) * (1 - 0.003 * (Math.min(age, 85) - 50)) * (sex === 1 ? 0.93 : 1.05) *
    Math.exp(-0.018 * (bodyMassIndex - 26));
  for (const part of [heart.main, heart.late]) scale(part.vector, voltage * jitter(0.13));
  for (const part of [heart.septal, heart.basal]) scale(part.vector, voltage * jitter(0.35));

  const duration = jitter(0.075) * (sex === 1 ? 0.96 : 1.03);
  for (const part of depolarization(heart)) {
    part.time *= duration;
    part.width *= duration * jitter(0.05);
  }

  const recovery = jitter(0.28) * (sex === 1 ? 0.9 : 1.08) * (1 - 0.003 * (age - 50));
  const qt = jitter(0.035) * (sex === 1 ? 1.015 : 0.99);
  const tilt = jittered([0, 0, 0], 0.04, random);
  for (const part of heart.recovery) {
    scale(part.vector, recovery);
    add(part.vector, tilt);
    part.time *= qt;
    part.width *= qt * jitter(0.06);
  }
  // The ST segment rises a little into an upright T wave, most in young men (early repolarization).
  const early = Math.max(0, 0.02 + 0.02 * random.normal()) +
    (sex === 0 && age < 50 ? Math.max(0, 0.06 * random.normal()) : 0);
  shiftSegment(heart, [0.6 * early, 0.35 * early, -0.75 * early], 0.25);
  shiftSegment(heart, [
    0.016 * random.normal(),
    0.016 * random.normal(),
    0.02 * random.normal(),
  ]);

  for (const part of heart.atria) {
    scale(part.vector, jitter(0.22));
    part.width *= jitter(0.08);
  }

  // The axis turns to the left with age; chest and position turn the heart in the horizontal plane.
  const frontal = -0.12 - 0.006 * (age - 38) - 0.008 * (bodyMassIndex - 26) +
    0.22 * random.normal();
  const horizontal = 0.22 * random.normal();
  for (const part of depolarization(heart)) turn(part.vector, frontal, horizontal);
  // A normal axis is between −30° and 90°; the leads see a turn of the heart a little distorted,
  // so it takes two steps.
  for (let step = 0; step < 2; step++) {
    const axis = frontalAxis(meanQrs(heart), STANDARD_LEADS);
    const correction = clamp(axis, -22, 85) - axis;
    for (const part of depolarization(heart)) turn(part.vector, correction * Math.PI / 180, 0);
  }
  for (const part of repolarization(heart)) {
    turn(part.vector, 0.45 * frontal, 0.45 * horizontal);
  }
  for (const part of heart.atria) turn(part.vector, 0.3 * frontal, 0.1 * random.normal());
  return heart;
}

/**
 * The heart as a flat list, P waves placed by the PR interval.
 *
 * @param conducted Whether the atria beat before the ventricles; false in fibrillation.
 */
export function wavesOf(heart: Heart, conducted: boolean): Wave[] {
  const ventricles = [
    ...depolarization(heart),
    ...repolarization(heart),
    ...heart.extra.filter((w) => w.kind !== "QRS"),
  ];
  if (!conducted) return ventricles;
  // Peaks of the two halves 40 and 68 ms after the onset of P, whose length is then about 0.11 s.
  const onset = -QRS_ONSET - heart.pr;
  const [right, left] = heart.atria;
  return [
    { ...right, time: onset + 0.04 + right.time },
    { ...left, time: onset + 0.068 + left.time },
    ...ventricles,
  ];
}

/** A premature ventricular beat: wide, from one focus, repolarized against its own direction. */
export function ectopicWaves(random: CounterRandom): Wave[] {
  const frontal = random.uniform(-2.6, 2.6);
  const horizontal = random.uniform(-1.2, 1.2);
  const size = random.uniform(0.9, 1.7);
  const turned = (vector: Vector) => {
    const result = scaled(vector, size);
    turn(result, frontal, horizontal);
    return result;
  };
  return [
    wave("QRS", -0.02, 0.022, turned([0.7, 0.2, 0.3])),
    wave("QRS", 0.03, 0.024, turned([0.75, -0.1, -0.25])),
    wave("QRS", 0.085, 0.02, turned([-0.3, 0.1, 0.2])),
    wave("T", 0.22, 0.05, turned([-0.35, -0.05, -0.05])),
    wave("T", 0.28, 0.045, turned([-0.35, -0.05, -0.05])),
  ];
}
