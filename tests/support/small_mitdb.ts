/** A few short records in the layout of the MIT-BIH Arrhythmia Database, for tests. */

import { writeRecordSync } from "../../src/data/files/wfdb/write_record.ts";
import {
  type AnnotationToWrite,
  encodeAnnotations,
} from "../data/files/wfdb/encode_annotations.ts";

/** Rate of the records, Hz. */
export const MITDB_RATE = 360;

/** Codes of annotations. */
export const CODE = { normal: 1, leftBundle: 2, ventricular: 5, atrial: 8, flutter: 31 } as const;

/** One record to write. */
export interface SmallMitdbRecord {
  readonly record: number;
  /** Seconds; 25 by default: two windows of 10 s and a rest. */
  readonly seconds?: number;
  /** Names of its signals, MLII and V1 by default. */
  readonly leads?: readonly string[];
  /** Kinds of beats, one a second from 0.5 s on; normal by default. */
  readonly beats?: readonly number[];
  /** Draws a wave of 2 mV at every beat that is not normal, so that it can be recognized. */
  readonly visible?: boolean;
  /** Age and sex as the comments have them: `69 M`. */
  readonly person?: string;
}

/** Seven records: training (101, 106), validation (114), test (100, 202), 201, and a paced one. */
export const SMALL_MITDB: readonly SmallMitdbRecord[] = [
  { record: 100, person: "69 M" },
  { record: 101, beats: at({ 12: CODE.ventricular }), person: "75 F" },
  { record: 102, leads: ["V5", "V2"] },
  { record: 106, beats: at({ 3: CODE.atrial, 15: CODE.flutter }), person: "24 F" },
  { record: 114, leads: ["V5", "MLII"], beats: at({ 0: CODE.leftBundle }) },
  { record: 201, person: "68 M" },
  { record: 202, person: "68 M" },
];

/** Twenty-five beats, normal but for some. */
export function at(others: Readonly<Record<number, number>>): number[] {
  return Array.from({ length: 25 }, (_, second) => others[second] ?? CODE.normal);
}

/** Annotations of a record: its rhythm, then its beats. */
export function smallAnnotations(beats: readonly number[]): AnnotationToWrite[] {
  return [
    { sample: 5, code: 28, aux: "(N" },
    ...beats.map((code, second) => ({ sample: (second + 0.5) * MITDB_RATE, code })),
  ];
}

/**
 * Millivolts of lead MLII of a record at a time in seconds: a slow wave with a part of 3 Hz. (100
 * Hz holds both, so resampling leaves them as they are.)
 */
export function smallMlii(record: number, time: number): number {
  return 0.8 * Math.sin(2 * Math.PI * 0.7 * time + record) + 0.2 * Math.sin(6 * Math.PI * time);
}

/** A wave of 2 mV, 50 ms wide, at the nearest beat, where that is not normal; mV. */
function abnormalWave(beats: readonly number[], time: number): number {
  const second = Math.floor(time);
  if ((beats[second] ?? CODE.normal) === CODE.normal) return 0;
  return 2 * Math.exp(-(((time - second - 0.5) / 0.05) ** 2) / 2);
}

/** What the recorder adds to every sample, mV. */
const OFFSET = -0.7;

/** Writes records into a new folder and returns it. */
export function writeSmallMitdb(records: readonly SmallMitdbRecord[] = SMALL_MITDB): string {
  const root = Deno.makeTempDirSync({ prefix: "small_mitdb_" });
  for (const { record, visible = false, person, ...rest } of records) {
    const { seconds = 25, leads = ["MLII", "V1"], beats = at({}) } = rest;
    const frames = seconds * MITDB_RATE;
    const samples = new Int16Array(frames * leads.length);
    leads.forEach((lead, c) => {
      for (let t = 0; t < frames; t++) {
        // Other leads are upside down, so that a mistaken lead shows.
        const time = t / MITDB_RATE;
        const value = (smallMlii(record, time) + (visible ? abnormalWave(beats, time) : 0)) *
          (lead === "MLII" ? 1 : -1);
        samples[t * leads.length + c] = Math.round(200 * (value + OFFSET)) + 1024;
      }
    });
    writeRecordSync(root, {
      name: String(record),
      samplingRate: MITDB_RATE,
      signals: leads.map((description) => ({
        description,
        gain: 200,
        baseline: 1024,
        units: "mV",
      })),
      samples,
      comments: person === undefined ? [] : [`${person} 1085 1629 x1`, "Digoxin"],
    });
    Deno.writeFileSync(`${root}/${record}.atr`, encodeAnnotations(smallAnnotations(beats)));
  }
  return root;
}

/** Six records of six windows, three of them with visible ventricular beats: enough to learn from. */
export const LEARNABLE_MITDB: readonly SmallMitdbRecord[] = [101, 106, 114, 215, 100, 103].map(
  (record) => ({
    record,
    seconds: 60,
    visible: true,
    beats: Array.from(
      { length: 60 },
      // Even windows of records with an even number, odd ones of the others.
      (_, second) => Math.floor(second / 10) % 2 === record % 2 ? CODE.ventricular : CODE.normal,
    ),
  }),
);

/** Runs `body` with the records, which are removed afterwards. */
export async function withSmallMitdb(
  body: (root: string) => void | Promise<void>,
  records?: readonly SmallMitdbRecord[],
): Promise<void> {
  const root = writeSmallMitdb(records);
  try {
    await body(root);
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
}
