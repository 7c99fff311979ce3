/**
 * The views of the contrastive variant against their float64 twin. Tolerance: signals are up to 20
 * units after division by the smallest deviation (0.15 mV), with a handful of roundings; a normal
 * deviate is off by 2e-6 of 0.05 mV, a third of a unit.
 */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { recordContrastiveViews } from "../../src/augment/contrastive_views.ts";
import { ResidentRecords } from "../../src/augment/resident_records.ts";
import { Recorder } from "../../src/gpu/recorder.ts";
import { contrastiveViews } from "../reference/input/contrastive_views.ts";
import { download, openGpu, release, upload } from "../support/gpu.ts";
import { largestError, makeSamples, NORMALIZATION } from "./pipeline.ts";

const TOLERANCE = 2e-5;

interface Case {
  samples: Int16Array;
  signalLength: number;
  batch: readonly number[];
  seed?: number;
  epoch?: number;
  /** Rows recorded, where more than the batch holds. */
  rows?: number;
  chunkBytes?: number;
}

function complete(given: Case) {
  return {
    seed: 11,
    epoch: 2,
    millivoltsPerUnit: 0.001,
    samplingRate: 100,
    normalization: NORMALIZATION,
    ...given,
  };
}

/** [2 * rows, T, 12] of the kernels. */
async function run(given: Case): Promise<Float32Array> {
  const input = complete(given);
  const { gpu, kernels } = await openGpu();
  const before = gpu.liveBuffers;
  const records = await ResidentRecords.upload(kernels, input, { chunkBytes: input.chunkBytes });
  const rows = input.rows ?? input.batch.length;
  const words = new Uint32Array(16);
  words.set([input.seed, input.epoch, 0, 0, input.batch.length]);
  const indices = new Uint32Array(rows).fill(0xffffffff);
  indices.set(input.batch);
  const batch = upload(gpu, "batch", [rows], indices);
  const state = upload(gpu, "state", [16], words);
  const { mean, deviation } = NORMALIZATION;
  const normalization = upload(gpu, "normalization", [24], [
    ...mean,
    ...deviation.map((value) => 1 / value),
  ]);
  const recorder = new Recorder(kernels);
  const views = recordContrastiveViews(recorder, { records, batch, state, normalization, rows });
  const program = await recorder.plan([views]);
  program.run();
  const values = await download(gpu, views);
  program.destroy();
  records.destroy();
  release(gpu, batch, state, normalization);
  assertEquals(gpu.liveBuffers, before);
  return values;
}

for (const [length, count] of [[1000, 3], [64, 1], [65, 2], [133, 5], [16, 4]]) {
  Deno.test(`contrastive views of ${count} records of ${length} samples equal the twin`, async () => {
    const input = {
      samples: makeSamples(6, length),
      signalLength: length,
      batch: [5, 1, 4, 0, 2].slice(0, count),
      seed: length,
    };
    const error = largestError(await run(input), contrastiveViews(complete(input)));
    assert(error < TOLERANCE, `error ${error}`);
  });
}

Deno.test("contrastive views: chunks, surplus rows and the place in the batch change nothing", async () => {
  const length = 133;
  const size = length * 12;
  const input = { samples: makeSamples(7, length), signalLength: length };
  const exact = await run({ ...input, batch: [6, 0, 3] });
  assertEquals(await run({ ...input, batch: [6, 0, 3], chunkBytes: 2 * length * 24 }), exact);
  const wide = await run({ ...input, batch: [6, 0, 3], rows: 5 });
  assert(wide.every(Number.isFinite));
  for (const view of [0, 1]) {
    const from = view * 5 * size;
    assertEquals(
      wide.subarray(from, from + 3 * size),
      exact.subarray(view * 3 * size, (view + 1) * 3 * size),
    );
  }
  const alone = await run({ ...input, batch: [3] });
  assertEquals(alone.subarray(0, size), exact.subarray(2 * size, 3 * size));
  assertEquals(alone.subarray(size), exact.subarray(5 * size));
});

Deno.test("contrastive views: noise of 0.05 mV, one factor of 0.9 to 1.1 a record", async () => {
  const [length, count] = [250, 40];
  const size = length * 12;
  // Records of 1 mV throughout.
  const samples = new Int16Array(count * size).fill(1000);
  const input = { samples, signalLength: length, batch: [...Array(count).keys()] };
  const millivolts = (values: Float32Array) =>
    values.map((value, j) => value * NORMALIZATION.deviation[j % 12] + NORMALIZATION.mean[j % 12]);
  const views = millivolts(await run(input));
  const noise = views.subarray(0, count * size).map((value) => value - 1);
  const mean = noise.reduce((sum, value) => sum + value, 0) / noise.length;
  const deviation = Math.sqrt(noise.reduce((sum, value) => sum + value ** 2, 0) / noise.length);
  // 120,000 draws: four standard errors.
  assertAlmostEquals(mean, 0, 4 * 0.05 / Math.sqrt(noise.length));
  assertAlmostEquals(deviation, 0.05, 4 * 0.05 / Math.sqrt(2 * noise.length));
  const factors = input.batch.map((_, n) => {
    const record = views.subarray((count + n) * size, (count + n + 1) * size);
    record.forEach((value) => assertAlmostEquals(value, record[0], 1e-5));
    return record[0];
  });
  assert(factors.every((factor) => factor >= 0.9 - 1e-5 && factor <= 1.1 + 1e-5));
  // 40 uniform draws leave each fifth of the range empty with probability 1e-4.
  for (let part = 0; part < 5; part++) {
    const from = 0.9 + 0.04 * part;
    assert(factors.some((factor) => factor >= from && factor < from + 0.04), `from ${from}`);
  }
});

Deno.test("contrastive views: other epochs and seeds draw other numbers", async () => {
  const input = { samples: makeSamples(2, 64), signalLength: 64, batch: [1, 0] };
  const views = await run(input);
  assertEquals(await run(input), views);
  for (const change of [{ epoch: 3 }, { seed: 12 }]) {
    const other = await run({ ...input, ...change });
    for (const row of [0, 1, 2, 3]) {
      const part = (x: Float32Array) => x.subarray(row * 768, (row + 1) * 768);
      assert(largestError(part(other), part(views)) > 1e-3, `row ${row}`);
    }
  }
});
