import { assert, assertEquals, assertLessOrEqual, assertThrows } from "@std/assert";
import fc from "fast-check";
import { stratify } from "../../../src/data/sampling/iterative_stratification.ts";
import { CounterRandom, Stream } from "../../../src/random/philox.ts";

function run(labels: number[], classes: number, sizes: number[], seed = 1): Int32Array {
  const indices = Array.from({ length: labels.length / classes }, (_, i) => i);
  const random = new CounterRandom(seed, Stream.labels);
  return stratify({ indices, labels, classes, sizes, random });
}

Deno.test("stratify: sizes are exact and every record is assigned, for any labels", () => {
  const problem = fc.record({
    classes: fc.integer({ min: 1, max: 4 }),
    sizes: fc.array(fc.nat(12), { minLength: 1, maxLength: 5 }),
    bits: fc.infiniteStream(fc.integer({ min: 0, max: 1 })),
    seed: fc.nat(),
  });
  fc.assert(
    fc.property(problem, ({ classes, sizes, bits, seed }) => {
      const count = sizes.reduce((sum, size) => sum + size, 0);
      const labels = Array.from({ length: count * classes }, () => bits.next().value as number);
      const subset = run(labels, classes, sizes, seed);
      const got = sizes.map((_, s) => subset.filter((value) => value === s).length);
      assertEquals(got, sizes);
    }),
    { numRuns: 300, seed: 8 },
  );
});

Deno.test("stratify: one label a record is shared out to within one record", () => {
  // Classes of 50, 20 and 7 records and 23 without any, over subsets of 10, 30 and 60 %.
  const labels: number[] = [];
  for (let i = 0; i < 100; i++) labels.push(+(i < 50), +(i >= 50 && i < 70), +(i >= 70 && i < 77));
  const sizes = [10, 30, 60];
  const subset = run(labels, 3, sizes);
  const kinds: [number, number][] = [[0, 50], [50, 70], [70, 77], [77, 100]];
  for (const [from, to] of kinds) {
    sizes.forEach((size, s) => {
      const count = subset.subarray(from, to).filter((value) => value === s).length;
      // Largest deviation that rounding to whole records can need.
      assertLessOrEqual(Math.abs(count - (to - from) * size / 100), 1);
    });
  }
});

Deno.test("stratify: seeds decide which records, not how many", () => {
  const labels = Array.from({ length: 60 }, (_, i) => +(i % 3 === 0));
  const first = run(labels, 1, [20, 40], 1);
  assertEquals(run(labels, 1, [20, 40], 1), first);
  const other = run(labels, 1, [20, 40], 2);
  assert(other.some((value, i) => value !== first[i]));
});

Deno.test("stratify: refuses sizes that do not add up", () => {
  assertThrows(() => run([1, 0], 1, [1, 2]), RangeError, "Cannot divide 2 records");
  assertThrows(() => run([1, 0], 1, [3, -1]), RangeError, "Cannot divide 2 records");
});
