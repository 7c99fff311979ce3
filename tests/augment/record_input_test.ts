/**
 * The input pipeline on the GPU against its float64 twin, and what has to hold for its draws.
 *
 * Tolerance against the twin: signals are up to 3 mV before and 20 units after division by the
 * smallest deviation (0.15 mV). Interpolation, mixing and the low-pass round a few times (1e-6
 * relative to 20 units); the high-pass adds T products, each off by up to 1e-5 of 3 mV through the
 * turned cosines, with random signs. 1e-4 units is a hundredth of the smallest noise that is drawn.
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { planAugmentations } from "../../src/augment/augmentation_plan.ts";
import {
  AUGMENTATION_CONFIGS,
  AUGMENTATION_TABLE,
  type AugmentationConfig,
  augmentationConfig,
  AUGMENTATIONS,
  onlyAugmentation,
} from "../../src/augment/augmentations.ts";
import { gather } from "../reference/input/gather.ts";
import { expectInput, largestError, makeSamples, NORMALIZATION, runInput } from "./pipeline.ts";

const TOLERANCE = 1e-4;
const ALWAYS = Object.fromEntries(
  AUGMENTATIONS.map((name) => [name, 1]),
) as unknown as AugmentationConfig;
const thousand = makeSamples(8, 1000);

for (const name of AUGMENTATIONS) {
  Deno.test(`${name} equals its float64 twin at T = 1000`, async () => {
    const input = {
      samples: thousand,
      signalLength: 1000,
      batch: [3, 0, 7],
      augmentations: onlyAugmentation(name),
    };
    const actual = await runInput(input);
    const { output, plans } = expectInput(input);
    const error = largestError(actual, output);
    assert(error < TOLERANCE, `error ${error}`);
    assert(plans.every((plan) => Object.keys(plan).length === 1));
    // The twin must not be idle either; but most draws of mixup leave the partner next to nothing.
    const plain = await runInput({ ...input, augmentations: undefined });
    let changed = 0;
    for (let row = 0; row < 6; row++) {
      const part = (x: ArrayLike<number> & { slice(a: number, b: number): ArrayLike<number> }) =>
        x.slice(row * 12000, (row + 1) * 12000);
      if ((plans[row].mixup?.share ?? 1) < 0.02) continue;
      changed++;
      assert(largestError(part(plain), part(output)) > 0.005, `row ${row} stays as it was`);
    }
    assert(changed > 0);
  });
}

Deno.test("each augmentation equals its float64 twin at the ends of its parameters", async () => {
  for (const { name, parameters = {} } of AUGMENTATION_TABLE) {
    for (const [key, { minimum, maximum }] of Object.entries(parameters)) {
      for (const value of [minimum, maximum]) {
        const augmentations = { ...onlyAugmentation(name), [name]: { rate: 1, [key]: value } };
        const input = { samples: thousand, signalLength: 1000, batch: [3, 0, 7], augmentations };
        const error = largestError(await runInput(input), expectInput(input).output);
        assert(error < TOLERANCE, `${name}, ${key} ${value}: error ${error}`);
      }
      const outside = { ...onlyAugmentation(name), [name]: { rate: 1, [key]: maximum + 1 } };
      const extent = { length: 1000, samplingRate: 100 };
      assertThrows(() => planAugmentations(outside, extent), RangeError, `Need ${key} from`);
    }
  }
});

Deno.test("each augmentation equals its float64 twin at 500 Hz", async () => {
  const samples = makeSamples(3, 1024);
  for (const name of AUGMENTATIONS) {
    const input = {
      samples,
      signalLength: 1024,
      samplingRate: 500,
      batch: [2, 0],
      augmentations: onlyAugmentation(name),
    };
    const error = largestError(await runInput(input), expectInput(input).output);
    assert(error < TOLERANCE, `${name}: error ${error}`);
  }
});

Deno.test("all together equal the twin at 12 x 5000, 500 Hz", async () => {
  const input = {
    samples: makeSamples(3, 5000),
    signalLength: 5000,
    samplingRate: 500,
    batch: [2, 0],
    views: 1,
    augmentations: ALWAYS,
  };
  const error = largestError(await runInput(input), expectInput(input).output);
  assert(error < TOLERANCE, `error ${error}`);
});

Deno.test("all together equal the twin for odd lengths, rates and batch sizes", async () => {
  for (
    const [length, samplingRate, count] of [
      [1000, 100, 5],
      [311, 100, 2],
      [16, 100, 3],
      [251, 77, 4], // no room for the high edge
      [509, 257, 1], // alone: nobody to mix with
      [65, 500, 2],
    ]
  ) {
    const samples = makeSamples(6, length);
    const input = {
      samples,
      signalLength: length,
      samplingRate,
      batch: [5, 1, 4, 0, 2].slice(0, count),
      augmentations: ALWAYS,
      seed: length,
    };
    const error = largestError(await runInput(input), expectInput(input).output);
    assert(error < TOLERANCE, `T = ${length}, ${samplingRate} Hz, N = ${count}: error ${error}`);
  }
});

Deno.test("every configuration equals the twin at its documented rates", async () => {
  const samples = makeSamples(8, 233);
  for (const name of AUGMENTATION_CONFIGS) {
    const input = {
      samples,
      signalLength: 233,
      batch: [7, 6, 5, 4, 3, 2, 1, 0],
      augmentations: augmentationConfig(name),
      epoch: 4,
    };
    const error = largestError(await runInput(input), expectInput(input).output);
    assert(error < TOLERANCE, `${name}: error ${error}`);
  }
});

Deno.test("without augmentation records come normalized, views identical, chunked or not", async () => {
  const samples = makeSamples(7, 133);
  const batch = [6, 0, 3, 3, 5];
  const expected = gather(samples, 133, 12, 0.001, batch, NORMALIZATION);
  // Two records a chunk: four chunks, the last one half full.
  for (const chunkBytes of [undefined, 2 * 133 * 24]) {
    for (const augmentations of [undefined, augmentationConfig("none")]) {
      const input = { samples, signalLength: 133, batch, chunkBytes, augmentations };
      const one = await runInput({ ...input, views: 1 });
      // Units up to 20, three roundings: below 8e-6.
      assert(largestError(one, expected) < 8e-6);
      const two = await runInput({ ...input, views: 2 });
      assertEquals(two.subarray(0, one.length), one);
      assertEquals(two.subarray(one.length), one);
    }
  }
});

Deno.test("chunks do not change augmented records", async () => {
  const input = {
    samples: makeSamples(7, 133),
    signalLength: 133,
    batch: [6, 0, 3, 5],
    augmentations: augmentationConfig("full"),
  };
  assertEquals(await runInput({ ...input, chunkBytes: 3 * 133 * 24 }), await runInput(input));
});

Deno.test("a record's views depend on (seed, epoch, record, view), not on its place", async () => {
  const size = 233 * 12;
  const row = (x: Float32Array, n: number) => x.subarray(n * size, (n + 1) * size);
  const augmentations = { ...augmentationConfig("full"), mixup: 0, cutmix: 0 };
  const input = { samples: makeSamples(8, 233), signalLength: 233, augmentations };
  const order = [0, 1, 2, 3, 4, 5, 6, 7];
  const a = await runInput({ ...input, batch: order });
  const b = await runInput({ ...input, batch: [5, 2] });
  for (const view of [0, 1]) {
    assertEquals(row(b, 2 * view), row(a, 8 * view + 5));
    assertEquals(row(b, 2 * view + 1), row(a, 8 * view + 2));
  }
  assertEquals(await runInput({ ...input, batch: order }), a);
  const different = (x: Float32Array, y: Float32Array) =>
    order.filter((n) => largestError(row(x, n), row(y, n)) > 1e-3).length;
  // At the documented rates without mixing, 5.5 % of the rows stay unchanged in a view.
  assert(different(a, await runInput({ ...input, batch: order, epoch: 3 })) >= 6);
  assert(different(a, await runInput({ ...input, batch: order, seed: 12 })) >= 6);
  assert(different(a, a.subarray(8 * size)) >= 6, "views differ");
});

Deno.test("any number of views: one recorded by itself is the one recorded with the others", async () => {
  const input = {
    samples: makeSamples(7, 133),
    signalLength: 133,
    batch: [6, 0, 3, 5],
    augmentations: augmentationConfig("full"),
  };
  const six = await runInput({ ...input, views: 6 });
  for (const firstView of [0, 1, 5]) {
    const one = await runInput({ ...input, views: 1, firstView });
    assertEquals(one, six.subarray(firstView * one.length, (firstView + 1) * one.length));
  }
  const expected = expectInput({ ...input, views: 6 }).output;
  assert(largestError(six, expected) < TOLERANCE);
});

Deno.test("rows beyond the batch are finite and change nothing", async () => {
  const size = 133 * 12;
  for (const augmentations of [undefined, augmentationConfig("full")]) {
    const input = {
      samples: makeSamples(5, 133),
      signalLength: 133,
      batch: [4, 0, 2],
      augmentations,
    };
    const full = await runInput({ ...input, rows: 5, chunkBytes: 2 * 133 * 24 });
    const exact = await runInput(input);
    assert(full.every(Number.isFinite));
    for (const view of [0, 1]) {
      assertEquals(
        full.subarray(view * 5 * size, (view * 5 + 3) * size),
        exact.subarray(view * 3 * size, (view + 1) * 3 * size),
      );
    }
  }
});

Deno.test("extreme samples of int16 pass unharmed", async () => {
  const samples = new Int16Array(2 * 16 * 12);
  samples.forEach((_, i) => samples[i] = [-32768, 32767, -1, 0, 1][i % 5]);
  const one = await runInput({ samples, signalLength: 16, batch: [1, 0], views: 1 });
  const expected = gather(samples, 16, 12, 0.001, [1, 0], NORMALIZATION);
  // 33 mV / 0.15 mV = 218 units, three roundings.
  assert(largestError(one, expected) < 218 * 3 * 2 ** -23);
});
