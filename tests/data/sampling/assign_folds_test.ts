import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { assignFolds } from "../../../src/data/sampling/assign_folds.ts";
import { CounterRandom, Stream } from "../../../src/random/philox.ts";

const COMMON = { labels: new Uint8Array(1000), classes: 1, seed: 42 };

/** Folds of `count` patients with one record each, sorted. */
function foldsOf(count: number): number[] {
  const patients = Int32Array.from({ length: count }, (_, i) => i);
  return [...assignFolds({ ...COMMON, patients })].sort((a, b) => a - b);
}

Deno.test("assignFolds: equal folds; test and validation come first", () => {
  assertEquals(foldsOf(20), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].flatMap((fold) => [fold, fold]));
  assertEquals(foldsOf(3), [1, 9, 10]);
  assertEquals(foldsOf(12), [1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 10, 10]);
  assertEquals(foldsOf(0), []);
});

Deno.test("assignFolds: patients stay whole, rare classes are shared out", () => {
  const random = new CounterRandom(1, Stream.init);
  const patients = Int32Array.from({ length: 600 }, () => 7000 + random.integer(300));
  const labels = Uint8Array.from(
    { length: 600 * 2 },
    (_, i) => random.uniform() < (i % 2 === 0 ? 0.4 : 0.05) ? 1 : 0,
  );
  const folds = assignFolds({ patients, labels, classes: 2, seed: 42 });
  const foldOf = new Map<number, number>();
  const carriers = Array.from({ length: 11 }, () => new Set<number>());
  patients.forEach((patient, record) => {
    assertEquals(foldOf.get(patient) ?? folds[record], folds[record]);
    foldOf.set(patient, folds[record]);
    if (labels[2 * record + 1] === 1) carriers[folds[record]].add(patient);
  });
  const sizes = carriers.slice(1).map(({ size }) => size);
  assertLessOrEqual(Math.max(...sizes) - Math.min(...sizes), 1, sizes.join());
});

Deno.test("assignFolds: the seed decides", () => {
  const patients = Int32Array.from({ length: 100 }, (_, i) => i);
  const folds = (seed: number) => assignFolds({ ...COMMON, patients, seed }).join();
  assertEquals(folds(1), folds(1));
  assert(folds(1) !== folds(2));
});
