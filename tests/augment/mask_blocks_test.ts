import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  type BlockMask,
  maskedStretches,
  recordMaskBlocks,
} from "../../src/augment/mask_blocks.ts";
import { Recorder } from "../../src/gpu/recorder.ts";
import { maskBlocks } from "../reference/input/mask_blocks.ts";
import { draws, GuardedRun } from "../kernels/guarded.ts";
import { openGpu } from "../support/gpu.ts";

const SEED = 3;
const EPOCH = 4;

/** The masked copy of `x` [N, T, 12] as the kernel makes it. */
async function mask(
  x: Float64Array,
  length: number,
  records: readonly number[],
  settings: BlockMask,
  { seed = SEED, epoch = EPOCH } = {},
): Promise<Float32Array> {
  let masked: Float32Array = new Float32Array();
  await GuardedRun.with(async (run) => {
    const state = new Uint32Array(16);
    state.set([seed, epoch]);
    const y = recordMaskBlocks(
      run.recorder,
      run.place("x", [records.length, length, 12], x),
      {
        batch: run.place("batch", [records.length], Uint32Array.from(records)),
        state: run.place("state", [16], state),
      },
      settings,
    );
    await run.run();
    masked = run.get(y);
  });
  return masked;
}

for (
  const [length, ratio, blockSize] of [
    [1000, 0.3, 50],
    [251, 0.3, 50], // one block
    [130, 0.9, 13], // nine blocks: three calls of the generator
    [65, 1, 1], // as many blocks as samples
    [40, 0.3, 50], // shorter than a block: all masked
    [50, 0.3, 50], // just a block
    [1, 0.5, 1],
  ]
) {
  Deno.test(`mask of ${length} samples, ratio ${ratio}, blocks of ${blockSize} equals the twin`, async () => {
    const records = [7, 0, 123456];
    const x = draws(records.length * length * 12, 1, 0.5, 2);
    const actual = await mask(x, length, records, { ratio, blockSize });
    const masking = { records, length, channels: 12, ratio, blockSize, seed: SEED, epoch: EPOCH };
    assertEquals(Float64Array.from(actual), maskBlocks(x, masking));
  });
}

Deno.test("masks depend on seed, epoch and record, not on the place in the batch", async () => {
  const length = 200;
  const settings = { ratio: 0.3, blockSize: 10 };
  const ones = new Float64Array(3 * length * 12).fill(1);
  const size = length * 12;
  const all = await mask(ones, length, [5, 6, 7], settings);
  const one = await mask(ones.subarray(0, size), length, [6], settings);
  assertEquals(one, all.slice(size, 2 * size));
  const others = [
    all.slice(0, size),
    all.slice(2 * size),
    await mask(ones.subarray(0, size), length, [6], settings, { seed: SEED + 1 }),
    await mask(ones.subarray(0, size), length, [6], settings, { epoch: EPOCH + 1 }),
  ];
  for (const other of others) assert(other.some((value, j) => value !== one[j]));
});

Deno.test("the stretches for pictures are those that the kernel masks", async () => {
  for (const [length, ratio, blockSize] of [[1000, 0.6, 50], [90, 0.5, 9], [30, 0.3, 50]]) {
    const records = Array.from({ length: 12 }, (_, record) => 31 * record);
    const settings = { ratio, blockSize };
    const ones = new Float64Array(records.length * length * 12).fill(1);
    const masked = await mask(ones, length, records, settings);
    records.forEach((record, n) => {
      const stretches = maskedStretches(settings, length, { seed: SEED, epoch: EPOCH, record });
      const expected = new Float32Array(length).fill(1);
      let before = -1;
      for (const [start, end] of stretches) {
        assert(start > before && end > start && end <= length, `${stretches}`);
        before = end;
        expected.fill(0, start, end);
      }
      const first = masked.subarray(n * length * 12, (n + 1) * length * 12)
        .filter((_, j) => j % 12 === 0);
      assertEquals(first, expected);
    });
  }
});

Deno.test("stretches: mean coverage at ratio 0.3 is 26.4 %, first and last sample included", () => {
  const settings = { ratio: 0.3, blockSize: 50 };
  const covered = new Float64Array(1000);
  for (let record = 0; record < 4000; record++) {
    for (const [start, end] of maskedStretches(settings, 1000, { seed: 1, epoch: 0, record })) {
      for (let t = start; t < end; t++) covered[t]++;
    }
  }
  const mean = covered.reduce((sum, count) => sum + count, 0) / 4_000_000;
  // The mean over samples of 1 - (1 - p)^6, p = 50 / 951 away from the ends, is 26.385 %. A record's
  // standard deviation is 2.9 %, that of the mean of 4,000 records 0.046 %; three of them.
  assertAlmostEquals(mean, 0.26385, 0.0014);
  assert(covered[0] > 0 && covered[999] > 0);
});

Deno.test("a ratio of 0 masks nothing; senseless settings are an error", async () => {
  const { kernels } = await openGpu();
  const recorder = new Recorder(kernels);
  const x = recorder.transient("x", [2, 100, 12]);
  const inputs = {
    batch: recorder.transient("batch", [2]),
    state: recorder.transient("state", [16]),
  };
  assertEquals(recordMaskBlocks(recorder, x, inputs, { ratio: 0, blockSize: 50 }), x);
  assertEquals(recorder.dispatches.length, 0);
  for (const [ratio, blockSize] of [[1.2, 50], [NaN, 50], [0.3, 0], [0.3, 2.5]]) {
    assertThrows(
      () => recordMaskBlocks(recorder, x, inputs, { ratio, blockSize }),
      RangeError,
      "Cannot mask",
    );
  }
});
