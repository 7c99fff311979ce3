/** Records on the GPU: chunks, lead deviations, and memory given back. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { ResidentRecords } from "../../src/augment/resident_records.ts";
import { Gpu } from "../../src/gpu/device.ts";
import { KernelLibrary } from "../../src/gpu/kernels.ts";
import { leadDeviations } from "../reference/augment/channel_noise.ts";
import { download, openGpu } from "../support/gpu.ts";
import { largestError, makeSamples } from "./pipeline.ts";

const set = {
  samples: makeSamples(7, 129),
  signalLength: 129,
  samplingRate: 100,
  millivoltsPerUnit: 0.001,
};

Deno.test("deviations of all leads and records, whatever the chunks", async () => {
  const { gpu, kernels } = await openGpu();
  for (const chunkBytes of [undefined, 3 * 129 * 24]) {
    const before = [gpu.liveBuffers, gpu.liveBytes];
    const records = await ResidentRecords.upload(kernels, set, { chunkBytes });
    assertEquals(records.chunks.map(({ count }) => count), chunkBytes ? [3, 3, 1] : [7]);
    const deviation = await download(gpu, records.deviation);
    for (let r = 0; r < 7; r++) {
      const mV = Array.from(
        set.samples.subarray(r * 129 * 12, (r + 1) * 129 * 12),
        (x) => x / 1000,
      );
      // Values of some mV, a sum of 129 squares in float32.
      assert(largestError(deviation.subarray(12 * r, 12 * r + 12), leadDeviations(mV)) < 1e-5);
    }
    assert(records.bytes >= set.samples.byteLength + 7 * 12 * 4);
    records.destroy();
    assertEquals([gpu.liveBuffers, gpu.liveBytes], before);
  }
});

Deno.test("an adapter of small bindings holds the records in chunks of what it binds", async () => {
  const { gpu } = await openGpu();
  const small = new Gpu(gpu.adapter, gpu.device, { binding: 3 * 129 * 24 + 8 });
  const records = await ResidentRecords.upload(new KernelLibrary(small), set);
  assertEquals(records.chunks.map(({ first, count }) => [first, count]), [[0, 3], [3, 3], [6, 1]]);
  for (const { words, first, count } of records.chunks) {
    const held = new Int16Array(await gpu.read(words.placement!.buffer, words.bytes));
    assertEquals(held, set.samples.slice(first * 129 * 12, (first + count) * 129 * 12));
  }
  records.destroy();
});

Deno.test("a flat lead of large offset deviates by nothing", async () => {
  const { gpu, kernels } = await openGpu();
  const samples = new Int16Array(1000 * 12).fill(32767);
  const records = await ResidentRecords.upload(kernels, {
    ...set,
    samples,
    signalLength: 1000,
  });
  assertEquals([...await download(gpu, records.deviation)], new Array(12).fill(0));
  records.destroy();
});

Deno.test("uploads that make no sense are refused and leave nothing behind", async () => {
  const { gpu, kernels } = await openGpu();
  const before = gpu.liveBuffers;
  const upload = (samples: Int16Array, chunkBytes?: number) =>
    ResidentRecords.upload(kernels, { ...set, samples }, { chunkBytes });
  await assertRejects(() => upload(set.samples.subarray(1)), RangeError, "whole records");
  await assertRejects(() => upload(new Int16Array(0)), RangeError, "whole records");
  await assertRejects(() => upload(set.samples, 1000), RangeError, "1000 bytes");
  assertEquals(gpu.liveBuffers, before);
});
