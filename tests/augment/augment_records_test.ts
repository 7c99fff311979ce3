/** The augmentations for one's own use. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { augmentRecords } from "../../src/augment/augment_records.ts";
import {
  augmentationConfig,
  type AugmentationName,
  AUGMENTATIONS,
  onlyAugmentation,
} from "../../src/augment/augmentations.ts";
import { openGpu } from "../support/gpu.ts";
import { largestError, makeSamples } from "./pipeline.ts";

const set = {
  samples: makeSamples(7, 129),
  signalLength: 129,
  samplingRate: 100,
  millivoltsPerUnit: 0.001,
};

Deno.test("augmentRecords gives millivolts and owns nothing afterwards", async () => {
  const { gpu } = await openGpu();
  const before = [gpu.liveBuffers, gpu.liveBytes];
  const plain = await augmentRecords(gpu, set, { augmentations: augmentationConfig("none") });
  assertEquals(plain.length, 2 * set.samples.length);
  // One float32 rounding of the product of sample and scale, up to 8 mV.
  const millivolts = Float64Array.from(set.samples, (x) => x / 1000);
  assert(largestError(plain.subarray(0, millivolts.length), millivolts) < 1e-6);
  const wander = await augmentRecords(gpu, set, {
    augmentations: onlyAugmentation("motion-artifacts"),
    batch: [6],
    views: 1,
  });
  const size = 129 * 12;
  const added = wander.map((value, j) => Math.abs(value - millivolts[6 * size + j]));
  const largest = added.reduce((a, b) => Math.max(a, b));
  assert(largest > 0.01 && largest < 0.0501, `${largest} mV`);
  assertEquals(await augmentRecords(gpu, set), await augmentRecords(gpu, set, { seed: 42 }));
  await assertRejects(() => augmentRecords(gpu, set, { batch: [7] }), RangeError, "record 7");
  await assertRejects(() => augmentRecords(gpu, set, { batch: [] }), RangeError);
  assertEquals([gpu.liveBuffers, gpu.liveBytes], before);
});

Deno.test("returnDraws names what was drawn, and nothing else", async () => {
  const { gpu } = await openGpu();
  const patterns: Partial<Record<AugmentationName, RegExp>> = {
    "frequency-warp": /^heart rate \d\.\d% (high|low)er at the start, as much/,
    "mixup": /^\d+\.\d% of record [0-6] of the batch$/,
    "cutmix": /^\d\.\d\d to \d\.\d\d s from record [0-6] of the batch$/,
    "temporal-dropout": /^straight line from \d\.\d\d to \d\.\d\d s$/,
    "bandpass": /^[01]\.\d\d to 4\d\.\d Hz$/,
    "motion-artifacts": /^[0-2]\.\d\d Hz, 0\.0\d\d to 0\.0\d\d mV/,
    "channel-noise": /^standard deviation 0\.\d{4} to 0\.\d{4} mV/,
  };
  for (const name of AUGMENTATIONS) {
    const augmentations = onlyAugmentation(name);
    const { draws } = await augmentRecords(gpu, set, { augmentations, returnDraws: true });
    assertEquals(draws.length, 14);
    for (const draw of draws) {
      assertEquals(Object.keys(draw), [name]);
      assertMatch(draw[name]!, patterns[name] ?? /\w/);
    }
  }
  const augmentations = augmentationConfig("none");
  const none = await augmentRecords(gpu, set, { augmentations, returnDraws: true });
  assertEquals(none.draws, new Array(14).fill({}));
});
