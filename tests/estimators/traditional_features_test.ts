import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { loadPtbXl } from "../../src/data/datasets/ptb_xl.ts";
import { recordMillivolts } from "../../src/data/signals/record_set.ts";
import { synthesizeCohort } from "../../src/data/synthetic/cohort.ts";
import {
  TRADITIONAL_FEATURES,
  traditionalFeatures,
  traditionalFeatureTable,
} from "../../src/estimators/traditional_features.ts";
import { inRepository } from "../support/paths.ts";
import { testWithData } from "../support/shared_data.ts";

const read = (path: string) =>
  JSON.parse(Deno.readTextFileSync(inRepository(`tests/fixtures/${path}.json`)));
const fixture = read("data/traditional_features");

Deno.test("TRADITIONAL_FEATURES are the documented names", () => {
  assertEquals(TRADITIONAL_FEATURES, fixture.names);
});

for (
  const [name, { microvolts, features }] of Object.entries<Record<string, number[]>>(
    fixture.signals,
  )
) {
  Deno.test(`traditionalFeatures() agrees with NumPy: ${name}`, () => {
    const found = traditionalFeatures(microvolts.map((value) => value / 1000));
    found.forEach((value, j) => {
      // NumPy adds 200 numbers in another order: some 1e-14 of the largest sum, which is below 100.
      assertAlmostEquals(value, features[j], 1e-12, TRADITIONAL_FEATURES[j]);
    });
    // A whole number.
    assertEquals(found[9], features[9]);
  });
}

Deno.test("traditionalFeatures(): a missing sample makes features 0 that depend on it, no others", () => {
  const signal = Float64Array.from({ length: 20 * 12 }, (_, i) => Math.sin(i));
  const whole = traditionalFeatures(signal);
  signal[5 * 12] = NaN; // lead I
  const found = traditionalFeatures(signal);
  assertEquals([...found.subarray(0, 9)], new Array(9).fill(0));
  assertEquals(found[10], 0);
  assertEquals(found.subarray(11), whole.subarray(11));
});

Deno.test("traditionalFeatures() refuses what is no signal", () => {
  assertThrows(() => traditionalFeatures([]), RangeError, "0 values");
  assertThrows(() => traditionalFeatures(new Float64Array(12)), RangeError, "two or more samples");
  assertThrows(() => traditionalFeatures(new Float64Array(25)), RangeError, "25 values");
});

Deno.test("traditionalFeatureTable() has the features of every record", () => {
  const set = synthesizeCohort({ records: 3, seed: 1, duration: 1 });
  const table = traditionalFeatureTable(set);
  for (const row of [0, 2]) {
    // recordMillivolts() rounds to float32.
    traditionalFeatures(recordMillivolts(set, row)).forEach((value, j) => {
      if (j !== 9) assertAlmostEquals(table[row * 22 + j], value, 1e-5 * (1 + Math.abs(value)));
    });
  }
});

testWithData(
  "traditionalFeatureTable() agrees with NumPy on 550 records of PTB-XL",
  "ptb-xl",
  async (root) => {
    const { training, test } = read("stats/ptb_xl_trees");
    const set = await loadPtbXl(root, { cache: false });
    const table = traditionalFeatureTable(set);
    for (const { ids, features } of [training, test]) {
      ids.forEach((id: number, i: number) => {
        const row = set.ids.indexOf(id);
        for (let j = 0; j < 22; j++) {
          const expected = features[i * 22 + j];
          // The fixture has six digits. Where a sample equals the mean, rounding decides the sign of
          // their difference, and one crossing more or less on either side of it.
          const tolerance = j === 9 ? 4 : 1e-5 * Math.abs(expected) + 1e-12;
          assertAlmostEquals(
            table[row * 22 + j],
            expected,
            tolerance,
            `${id} ${TRADITIONAL_FEATURES[j]}`,
          );
        }
      });
    }
  },
);
