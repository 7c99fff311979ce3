import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertThrows,
} from "@std/assert";
import { CLASS_NAMES } from "../../../src/data/signals/record_set.ts";
import { synthesizeCohort } from "../../../src/data/synthetic/cohort.ts";
import { drawPatients } from "../../../src/data/synthetic/patients.ts";

Deno.test("synthesizeCohort() is a function of its seed, and small cohorts begin large ones", () => {
  const small = synthesizeCohort({ records: 15, seed: 42 });
  const large = synthesizeCohort({ records: 40, seed: 42 });
  const other = synthesizeCohort({ records: 15, seed: 43 });
  assertEquals(large.samples.slice(0, small.samples.length), small.samples);
  assertEquals(large.labels.slice(0, 75), small.labels);
  assertEquals(large.folds.slice(0, 15), small.folds);
  assertEquals(synthesizeCohort({ records: 15, seed: 42 }).samples, small.samples);
  assert(small.samples.some((v, i) => v !== other.samples[i]));
});

Deno.test("synthesizeCohort() fills every field of a record set", () => {
  const steps: number[] = [];
  const set = synthesizeCohort({
    records: 130,
    seed: 1,
    samplingRate: 50,
    duration: 4,
    onProgress: (done) => steps.push(done),
  });
  assertEquals(set.synthetic, true);
  assertEquals(set.signalLength, 200);
  assertEquals(set.samples.length, 130 * 200 * 12);
  assertEquals(set.labels.length, 130 * 5);
  assertEquals([...set.ids], Array.from({ length: 130 }, (_, i) => i + 1));
  assertEquals(set.millivoltsPerUnit, 0.001);
  assertEquals(steps, [64, 128, 130]);
  for (let i = 0; i < 130; i++) {
    const row = set.samples.subarray(i * 2400, (i + 1) * 2400);
    assert(row.some((v) => v > 150), `record ${i} is flat`);
  }
});

Deno.test("synthesizeCohort() refuses impossible requests", () => {
  assertThrows(() => synthesizeCohort({ records: 0, seed: 1 }), RangeError, "0 records");
  assertThrows(() => synthesizeCohort({ records: 1.5, seed: 1 }), RangeError, "1.5 records");
  assertThrows(() => synthesizeCohort({ records: 1, seed: 1, samplingRate: 10 }), RangeError);
  assertThrows(() => synthesizeCohort({ records: 1, seed: 1, duration: 0 }), RangeError);
});

Deno.test("drawPatients() meets PTB-XL's prevalences, ages and folds", () => {
  const patients = drawPatients(20_000, 3);
  const total = patients.reduce((sum, p) => sum + p.recordCount, 0);
  const share = (name: string) =>
    patients.filter((p) => p.superclasses.some((s) => s === name))
      .reduce((sum, p) => sum + p.recordCount, 0) / total;
  // Published counts over 21,799 records; shares of the table are rounded, and record counts are
  // drawn (SE about 0.4 points): 2 points.
  const published = { NORM: 0.436, MI: 0.251, STTC: 0.240, HYP: 0.122, CD: 0.225 };
  for (const [name, value] of Object.entries(published)) {
    assertAlmostEquals(share(name), value, 0.02);
  }
  const none = patients.filter((p) => p.superclasses.length === 0).length / patients.length;
  assertAlmostEquals(none, 0.019, 0.005);
  // Records per patient: 1.16 in PTB-XL.
  assertAlmostEquals(total / patients.length, 1.155, 0.03);
  const age = (name: string) => {
    const ages = patients.filter((p) => p.superclasses.some((s) => s === name)).map((p) => p.age);
    return ages.reduce((a, b) => a + b, 0) / ages.length;
  };
  assertGreater(age("MI"), age("NORM") + 8);
  const women = patients.filter((p) => p.sex === 1).length / patients.length;
  assertAlmostEquals(women, 0.48, 0.04);
});

Deno.test("normal records have a normal axis; nobody has fibrillation and a long PR", () => {
  const { people, notes } = synthesizeCohort({
    records: 600,
    seed: 8,
    samplingRate: 50,
    duration: 2,
  });
  people.forEach((person, i) => {
    if (person.superclasses.join() === "NORM" && person.variants.length === 0) {
      // −30° to 95°, and what placing the electrodes does to it.
      const { axis } = notes[i];
      assert(axis > -45 && axis < 110, `record ${i}: axis ${axis}`);
    }
    assert(!(person.fibrillation && person.findings.some((f) => f.code === "1AVB")));
  });
});

Deno.test("drawPatients() evens out folds and superclasses in a small cohort", () => {
  const set = synthesizeCohort({ records: 1000, seed: 42, samplingRate: 50, duration: 1 });
  const sizes = new Array(11).fill(0);
  const perFold = Array.from({ length: 11 }, () => new Array(5).fill(0));
  const foldOf = new Map<number, number>();
  for (let i = 0; i < 1000; i++) {
    sizes[set.folds[i]]++;
    for (let c = 0; c < 5; c++) perFold[set.folds[i]][c] += set.labels[i * 5 + c];
    const known = foldOf.get(set.patients[i]);
    assert(known === undefined || known === set.folds[i], "a patient stands in two folds");
    foldOf.set(set.patients[i], set.folds[i]);
  }
  assertEquals(sizes[0], 0);
  assertLess(foldOf.size, 1000);
  for (let fold = 1; fold <= 10; fold++) {
    // 100 each; label sets are evened out first, so sizes follow within a few patients.
    assertAlmostEquals(sizes[fold], 100, 10);
    for (let c = 0; c < 5; c++) {
      const expected = perFold.reduce((sum, row) => sum + row[c], 0) / 10;
      assertAlmostEquals(perFold[fold][c], expected, 8, `${CLASS_NAMES[c]} in fold ${fold}`);
    }
  }
});
