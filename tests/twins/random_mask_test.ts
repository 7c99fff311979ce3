import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { applyMask, maskBlockCount, maskStarts } from "../reference/input/random_mask.ts";
import { draws } from "./finite_difference.ts";

Deno.test("random mask: number of blocks", () => {
  assertEquals(maskBlockCount(1000, 0.15), 3);
  assertEquals(maskBlockCount(1000, 0.3), 6);
  assertEquals(maskBlockCount(1000, 0.001), 1);
  assertEquals(maskBlockCount(1000, 0), 0);
  assertEquals(maskBlockCount(1000, -1), 0);
});

Deno.test("random mask: starts use the whole range 0..T − block, both ends included", () => {
  const records = Array.from({ length: 400 }, (_, r) => r);
  const starts = new Set(maskStarts(records, 60, 0.9, 1, { blockSize: 50 }));
  // 400 draws from 11 values: a value stays away with probability 11·(10/11)^400 < 1e-15.
  assertEquals([...starts].sort((a, b) => a - b), Array.from({ length: 11 }, (_, s) => s));
});

Deno.test("random mask: zeroes the blocks across all channels and nothing else, in a copy", () => {
  const shape = { batch: 2, length: 10, channels: 3 };
  const x = draws(60, 1, 1, 2);
  const held = x.slice();
  const masked = applyMask(x, shape, Int32Array.of(0, 7, 2, 3), 3);
  assertEquals(x, held);
  const zeroed = [[0, 1, 2, 7, 8, 9], [2, 3, 4, 5]];
  for (let j = 0; j < 60; j++) {
    const inside = zeroed[Math.floor(j / 30)].includes(Math.floor((j % 30) / 3));
    assertEquals(masked[j], inside ? 0 : x[j]);
  }
});

Deno.test("random mask: no ratio, no change; record shorter than a block, all zero", () => {
  const x = draws(30, 2);
  const shape = { batch: 1, length: 10, channels: 3 };
  assertEquals(applyMask(x, shape, maskStarts([0], 10, 0, 1)), x);
  assertEquals(applyMask(x, shape, maskStarts([0], 10, 0.1, 1)), new Float64Array(30));
});

Deno.test("random mask: mean coverage is below nominal because blocks overlap", () => {
  const count = 300;
  const records = Array.from({ length: count }, (_, r) => r);
  const shape = { batch: count, length: 1000, channels: 1 };
  const ones = new Float64Array(count * 1000).fill(1);
  const masked = applyMask(ones, shape, maskStarts(records, 1000, 0.15, 5));
  const covered = 1 - masked.reduce((sum, value) => sum + value, 0) / masked.length;
  // Three blocks of 5 % cover about 14.2 %; SD of a record about 1 %, of the mean 0.06 %.
  assertAlmostEquals(covered, 0.142, 0.003);
});

Deno.test("random mask: draws depend on the record, not on its place in the batch", () => {
  const all = maskStarts([3, 4, 5], 1000, 0.15, 9);
  assertEquals(maskStarts([4], 1000, 0.15, 9), all.slice(3, 6));
  assert(maskStarts([4], 1000, 0.15, 10).some((start, b) => start !== all[3 + b]));
});
