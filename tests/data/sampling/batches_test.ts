import { assert, assertEquals, assertLessOrEqual, assertThrows } from "@std/assert";
import fc from "fast-check";
import { BALANCING_STRATEGIES } from "../../../src/data/sampling/balancing.ts";
import { batchSizes, epochOrder } from "../../../src/data/sampling/batches.ts";
import { countClasses } from "../../../src/data/signals/record_set.ts";

/** 603 records: 40 % class 0, 25 % class 1, 20 % both of classes 1 and 2, 15 % none. */
const COUNT = 603;
const LABELS = new Float32Array(COUNT * 5);
for (let row = 0; row < COUNT; row++) {
  const kind = (row * 37) % 100;
  if (kind < 40) LABELS[row * 5] = 1;
  else if (kind < 85) LABELS[row * 5 + 1] = 1;
  if (kind >= 65 && kind < 85) LABELS[row * 5 + 2] = 1;
}
const INDICES = Int32Array.from({ length: COUNT }, (_, i) => i);
const BASE = { indices: INDICES, labels: LABELS, batchSize: 32, seed: 42, epoch: 0 };

const sorted = (rows: Int32Array) => Array.from(rows).sort((a, b) => a - b);

Deno.test("batchSizes: every record in a batch, and none alone where another batch can take it", () => {
  fc.assert(
    fc.property(fc.nat(300), fc.integer({ min: 1, max: 90 }), (records, batchSize) => {
      const sizes = batchSizes(records, batchSize);
      assertEquals(sizes.reduce((sum, size) => sum + size, 0), records);
      for (const size of sizes.slice(0, -1)) assertEquals(size, batchSize);
      for (const size of sizes.slice(-1)) assertLessOrEqual(size, batchSize + 1);
      if (batchSize > 1 && records > 1) assert(sizes.every((size) => size > 1));
    }),
    { numRuns: 500, seed: 9 },
  );
  assertEquals(batchSizes(17_418, 64).at(-1), 10);
  assertEquals(batchSizes(65, 64), [65]);
  assertEquals(batchSizes(1, 64), [1]);
  assertEquals(batchSizes(3, 1), [1, 1, 1]);
});

Deno.test("epochOrder: standard and stratified visit every row once, whatever the sizes", () => {
  const problem = fc.record({
    rows: fc.uniqueArray(fc.nat(COUNT - 1), { maxLength: 80 }),
    batchSize: fc.integer({ min: 1, max: 90 }),
    strategy: fc.constantFrom("standard" as const, "stratified" as const),
    shuffle: fc.boolean(),
  });
  fc.assert(
    fc.property(problem, ({ rows, ...options }) => {
      const order = epochOrder({ ...BASE, ...options, indices: rows });
      assertEquals(sorted(order), sorted(Int32Array.from(rows)));
    }),
    { numRuns: 300, seed: 9 },
  );
});

Deno.test("epochOrder: a pure function of seed and epoch", () => {
  for (const strategy of BALANCING_STRATEGIES) {
    const order = (seed: number, epoch: number) =>
      epochOrder({ ...BASE, strategy, seed, epoch }).join();
    assertEquals(order(1, 5), order(1, 5), strategy);
    assert(order(1, 5) !== order(1, 6), strategy);
    assert(order(1, 5) !== order(2, 5), strategy);
  }
});

Deno.test("epochOrder: without shuffling", () => {
  const rows = Int32Array.from(INDICES).reverse();
  const order = (strategy: "standard" | "stratified" | "oversample", epoch = 0) =>
    epochOrder({ ...BASE, indices: rows, strategy, epoch, shuffle: false });
  assertEquals(order("standard"), rows);
  assertEquals(order("stratified", 0), order("stratified", 3));
  const batch = order("stratified").subarray(0, 32);
  assert(batch.every((row, i) => i === 0 || row < batch[i - 1]), "in the order of the list");
  const draws = order("oversample", 1);
  assert(draws.every((row, i) => i === 0 || row <= draws[i - 1]), "in the order of the list");
  assert(draws.join() !== order("oversample", 2).join());
});

Deno.test("epochOrder: stratified batches mirror the class proportions, the small last one too", () => {
  for (const epoch of [0, 1, 2]) {
    const order = epochOrder({ ...BASE, strategy: "stratified", epoch });
    const all = countClasses(LABELS, 5, INDICES);
    for (let start = 0; start < COUNT; start += 32) {
      const batch = order.subarray(start, start + 32);
      countClasses(LABELS, 5, batch).forEach((count, c) => {
        // At most two runs a class in the Gray code of these label sets: two records. Plain
        // shuffling misses by 2.8 in the mean and by 7 or more in the worst batch.
        assertLessOrEqual(Math.abs(count - all[c] * batch.length / COUNT), 2);
      });
    }
  }
});

Deno.test("epochOrder: oversample makes as many draws as rows, near equal shares, from the rows only", () => {
  const rows = INDICES.filter((row) => row % 2 === 1);
  const totals = new Array(6).fill(0);
  for (let epoch = 0; epoch < 40; epoch++) {
    const order = epochOrder({ ...BASE, indices: rows, strategy: "oversample", epoch });
    assertEquals(order.length, rows.length);
    assert(order.every((row) => row % 2 === 1));
    countClasses(LABELS, 5, order).forEach((count, c) => totals[c] += count);
  }
  const before = countClasses(LABELS, 5, rows);
  // Expected shares by the stated rule: weight 1/n(c) of the rarest class.
  const both = before[2];
  const weight = [1, (before[1] - both) / before[1] + 1, 1];
  const most = Math.max(before[0], before[1]);
  const sum = weight[0] + weight[1] + before[5] / most;
  weight.forEach((share, c) => {
    const expected = share / sum;
    const draws = 40 * rows.length;
    // Five standard errors of a share: one false alarm in a million, and the seed is fixed.
    const error = 5 * Math.sqrt(expected * (1 - expected) / draws);
    assertLessOrEqual(Math.abs(totals[c] / draws - expected), error);
  });
});

Deno.test("epochOrder: refuses a batch size of 0 and balancing without labels", () => {
  assertThrows(() => epochOrder({ ...BASE, batchSize: 0 }), RangeError, "batches of 0");
  assertThrows(
    () => epochOrder({ ...BASE, labels: undefined, strategy: "oversample" }),
    TypeError,
    "labels are missing",
  );
});
