import { assert, assertEquals, assertGreater, assertLess, assertThrows } from "@std/assert";
import { CounterRandom, Stream } from "../../../src/random/philox.ts";
import { dipoleSeries } from "../../../src/data/synthetic/dipole.ts";
import { applyDiagnosis, hasMorphology } from "../../../src/data/synthetic/diagnoses.ts";
import { normalHeart, type Wave, wavesOf } from "../../../src/data/synthetic/heart.ts";
import { STATEMENTS } from "../../../src/data/synthetic/statements.ts";
import { mean, middleBeat, patientWith, quietRecord } from "./support.ts";

const [I, II, III, AVL, AVF, V1, V2, V3, V5, V6] = [0, 1, 2, 4, 5, 6, 7, 8, 10, 11];
const R = 175; // sample of the R wave in middleBeat(): 0.35 s at 500 Hz
const PEOPLE = 12;

type Record = ReturnType<typeof quietRecord>;

/** Mean of a measurement over patients with one diagnosis (or none). */
function average(code: string, severity: number, measure: (record: Record) => number): number {
  return mean(Array.from({ length: PEOPLE }, (_, i) => {
    const findings = code === "" ? [] : [{ code, severity }];
    return measure(quietRecord(patientWith(findings, 100 + i)));
  }));
}

/** QRS duration in ms: where the leads together change faster than 1/12 of the fastest. */
function qrsWidth(record: Record): number {
  const beats = Array.from({ length: 12 }, (_, lead) => middleBeat(record, lead));
  const speed = Float64Array.from(
    { length: beats[0].length - 1 },
    (_, t) => beats.reduce((sum, b) => sum + Math.abs(b[t + 1] - b[t]), 0),
  ).subarray(R - 55, R + 90);
  const limit = Math.max(...speed) / 12;
  const first = speed.findIndex((v) => v > limit);
  const last = speed.findLastIndex((v) => v > limit);
  return 2 * (last - first + 1);
}

const level = (from: number, to: number) => (lead: number) => (record: Record) =>
  mean([...middleBeat(record, lead).slice(R + from, R + to)]);
/** ST level 80 to 100 ms after R. */
const st = level(40, 50);
/** T wave 230 to 290 ms after R. */
const tWave = level(115, 145);
const largest = (lead: number) => (record: Record) =>
  Math.max(...middleBeat(record, lead).slice(R - 30, R + 60));
const smallest = (lead: number) => (record: Record) =>
  Math.min(...middleBeat(record, lead).slice(R - 30, R + 60));
/** Depth before R: what a Q wave is. */
const q = (lead: number) => (record: Record) =>
  Math.min(...middleBeat(record, lead).slice(R - 25, R - 4));

/** Dipole of one beat, [400, 3] at 400 Hz. */
function oneBeat(waves: Wave[]): Float32Array {
  const output = new Float32Array(1200);
  const beats = [{ time: 0.4, interval: 1, kind: "sinus" as const }];
  dipoleSeries(beats, { sinus: waves, atrial: [], ventricular: [] }, 400, output);
  return output;
}

Deno.test("a normal heart has ordinary proportions", () => {
  const width = average("", 0, qrsWidth);
  assert(width > 70 && width < 110, `QRS ${width} ms`);
  const r5 = average("", 0, largest(V5));
  assert(r5 > 0.9 && r5 < 1.7, `R in V5 ${r5} mV`);
  assertGreater(average("", 0, tWave(V3)), 0.1);
  assertGreater(average("", 0, tWave(II)), 0.08);
  // R grows from V1 to V5, S shrinks.
  assertLess(average("", 0, largest(V1)), 0.5);
  assertLess(average("", 0, smallest(V1)), -0.5);
  assertGreater(average("", 0, smallest(V6)), -0.5);
  assertLess(Math.abs(average("", 0, st(V5))), 0.1);
});

Deno.test("conduction disturbances widen QRS", () => {
  const normal = average("", 0, qrsWidth);
  assertGreater(average("CLBBB", 0.9, qrsWidth), 120);
  assertGreater(average("CRBBB", 0.9, qrsWidth), 115);
  assertGreater(average("IVCD", 0.9, qrsWidth), normal + 15);
});

Deno.test("right bundle branch block: late R in V1, S in I and V6", () => {
  const late = (lead: number, pick: typeof Math.max) => (record: Record) =>
    pick(...middleBeat(record, lead).slice(R + 15, R + 60));
  assertGreater(average("CRBBB", 0.9, late(V1, Math.max)), 0.3);
  assertLess(average("CRBBB", 0.9, late(V6, Math.min)), -0.25);
  assertLess(average("CRBBB", 0.9, late(I, Math.min)), -0.15);
  assertLess(average("CRBBB", 0.9, tWave(V1)), average("", 0, tWave(V1)));
});

Deno.test("left bundle branch block: QS in V1, broad R and inverted T in V6", () => {
  assertLess(average("CLBBB", 0.9, largest(V1)), 0.15);
  assertLess(average("CLBBB", 0.9, smallest(V1)), -0.8);
  assertGreater(average("CLBBB", 0.9, q(V6)), -0.08);
  assertLess(average("CLBBB", 0.9, tWave(V6)), 0);
});

Deno.test("fascicular blocks turn the frontal axis", () => {
  const axis = (record: Record) => record.notes.axis;
  assertLess(average("LAFB", 0.8, axis), -35);
  assertGreater(average("LPFB", 0.8, axis), 95);
  assertLess(average("LAFB", 0.8, smallest(III)), -0.6);
});

Deno.test("first degree AV block: P wave far before QRS", () => {
  assertGreater(average("1AVB", 0.5, (r) => r.notes.pr), 0.22);
  // P in lead II has passed its peak 200 ms before R only when PR is long.
  const early = (record: Record) => mean([...middleBeat(record, II).slice(R - 125, R - 95)]);
  assertGreater(average("1AVB", 0.5, early), average("", 0, early) + 0.03);
});

Deno.test("infarction: Q waves and ST elevation in the leads of its territory", () => {
  for (
    const { code, leads, opposite } of [
      { code: "IMI", leads: [III, AVF], opposite: AVL },
      { code: "ASMI", leads: [V1, V2, V3], opposite: undefined },
      { code: "LMI", leads: [I, AVL], opposite: III },
    ]
  ) {
    for (const lead of leads) {
      assertGreater(average(code, 0.9, st(lead)), average("", 0, st(lead)) + 0.03, `${code} ST`);
      assertLess(average(code, 0.9, q(lead)), average("", 0, q(lead)) - 0.08, `${code} Q`);
    }
    if (opposite !== undefined) {
      assertLess(average(code, 0.9, st(opposite)), average("", 0, st(opposite)) - 0.02);
    }
  }
});

Deno.test("ischaemia: ST depression and flat or inverted T", () => {
  assertLess(average("ISC_", 0.9, st(V5)), average("", 0, st(V5)) - 0.05);
  assertLess(average("ISC_", 0.9, tWave(V5)), average("", 0, tWave(V5)) - 0.15);
  assertLess(average("ISCIN", 0.9, st(III)), average("", 0, st(III)) - 0.05);
  assertLess(average("NDT", 0.9, tWave(V5)), average("", 0, tWave(V5)) / 2);
});

Deno.test("left ventricular hypertrophy meets the voltage criterion of Sokolow and Lyon", () => {
  const sokolow = (r: Record) => Math.max(largest(V5)(r), largest(V6)(r)) - smallest(V1)(r);
  assertGreater(average("LVH", 0.8, sokolow), 3.5);
  assertLess(average("", 0, sokolow), 3);
});

Deno.test("every diagnosis grows with its severity and stays finite", () => {
  for (const { code, diagnostic } of STATEMENTS) {
    if (diagnostic === undefined) continue;
    assert(hasMorphology(code), `${code} has no morphology`);
    const distance = [0.1, 1].map((severity) => {
      const random = new CounterRandom(1, Stream.synthetic);
      const heart = normalHeart({ age: 60, sex: 1, bodyMassIndex: 27 }, random);
      const before = oneBeat(wavesOf(heart, true));
      applyDiagnosis(code, severity, heart, random);
      const after = oneBeat(wavesOf(heart, true));
      assert(after.every(Number.isFinite), code);
      return Math.hypot(...after.map((v, i) => v - before[i]));
    });
    if (code === "NORM") assertEquals(distance, [0, 0]);
    else assertGreater(distance[1], distance[0], code);
  }
});

Deno.test("applyDiagnosis() refuses a code without a morphology", () => {
  const random = new CounterRandom(1, Stream.synthetic);
  const heart = normalHeart({ age: 50, sex: 0, bodyMassIndex: 25 }, random);
  assertThrows(() => applyDiagnosis("SR", 1, heart, random), RangeError, "SR");
  assertThrows(() => applyDiagnosis("toString", 1, heart, random), RangeError, "toString");
});
