import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { labelSubset } from "../../../src/data/sampling/label_subset.ts";
import { loadPtbXl } from "../../../src/data/datasets/ptb_xl.ts";
import { countClasses } from "../../../src/data/signals/record_set.ts";
import { splitByFolds } from "../../../src/data/sampling/splits.ts";
import { testWithData } from "../../support/shared_data.ts";
import { assertUserError } from "../../support/user_errors.ts";

const LABELS = Uint8Array.from({ length: 200 * 5 }, (_, i) => +((i * 7919) % 11 < 3));
const INDICES = Int32Array.from({ length: 150 }, (_, i) => 199 - i);

Deno.test("labelSubset: size is round(fraction N), at least 1; rows are ascending and from the list", () => {
  for (const fraction of [1e-6, 0.001, 0.01, 0.1, 0.25, 0.5, 0.999, 1]) {
    const rows = labelSubset({ indices: INDICES, labels: LABELS, fraction, seed: 3 });
    assertEquals(rows.length, Math.max(1, Math.round(fraction * 150)), `fraction ${fraction}`);
    assert(rows.every((row, i) => row >= 50 && (i === 0 || row > rows[i - 1])));
  }
});

Deno.test("labelSubset: a seed repeats itself, another one differs", () => {
  const take = (seed: number) =>
    labelSubset({ indices: INDICES, labels: LABELS, fraction: 0.2, seed }).join();
  assertEquals(take(1), take(1));
  assert(take(1) !== take(2));
});

Deno.test("labelSubset: refuses a fraction outside (0, 1] and an empty list", () => {
  for (const fraction of [0, -0.1, 1.01, NaN, Infinity]) {
    assertUserError(
      () => labelSubset({ indices: INDICES, labels: LABELS, fraction, seed: 1 }),
      `label fraction of ${fraction}`,
    );
  }
  assertUserError(
    () => labelSubset({ indices: [], labels: LABELS, fraction: 0.5, seed: 1 }),
    "no training records",
  );
});

testWithData("labelSubset: 10 % of PTB-XL keeps every class's share", "ptb-xl", async (data) => {
  const set = await loadPtbXl(data, { cache: false, signalLength: 1 });
  const { train } = splitByFolds(set);
  const all = countClasses(set.labels, 5, train);
  for (const seed of [1, 2, 3]) {
    const rows = labelSubset({ indices: train, labels: set.labels, fraction: 0.1, seed });
    assertEquals(rows.length, 120);
    countClasses(set.labels, 5, rows).forEach((count, c) => {
      // Rounding to whole records for the rarer classes. The most frequent one comes last and gets
      // what room is left: 4 records, where a random choice has a standard deviation of 5.
      assertLessOrEqual(Math.abs(count - all[c] / 10), c === 0 ? 4 : 1.5, set.classNames[c]);
    });
  }
});
