/**
 * Ten steps of masked reconstruction against PyTorch in float64, the whole step: records gathered,
 * normalized and masked on the GPU, from the same weights. Losses within 1e-4 relative, every gradient
 * of step 1 within 1e-3 relative norm; PyTorch's own float32 run loses at most 3e-7 in a loss.
 */

import { assertEquals } from "@std/assert";
import { ResidentRecords } from "../../src/augment/resident_records.ts";
import { Recorder } from "../../src/gpu/recorder.ts";
import { StepState } from "../../src/gpu/step_state.ts";
import { ParameterStore } from "../../src/layers/parameters.ts";
import { MaskedMethod } from "../../src/methods/masked.ts";
import { Reconstruction } from "../../src/models/reconstruction.ts";
import { openGpu, release, upload } from "../support/gpu.ts";
import {
  loadMaskedParity,
  MASKED_NORMALIZATION,
  maskedCaseNames,
} from "../support/masked_parity.ts";
import { BATCH_SEED } from "../support/parity_batches.ts";
import { assertGradient, assertParitySteps, loadInitial } from "./parity_steps.ts";

for (const name of maskedCaseNames) {
  Deno.test(`${name}: ten losses, gradients and running statistics equal PyTorch's`, async () => {
    const parity = loadMaskedParity(name);
    const { batch, steps, length } = parity;
    const { gpu, kernels } = await openGpu();
    const before = gpu.liveBuffers;
    const records = await ResidentRecords.upload(kernels, {
      samples: parity.samples(0, batch * steps),
      signalLength: length,
      samplingRate: 100,
      millivoltsPerUnit: 1 / 1000,
    });
    const store = new ParameterStore();
    const model = new Reconstruction(store, { width: parity.width });
    store.allocate(gpu, 1);
    loadInitial(store, parity);
    const { mean, deviation } = MASKED_NORMALIZATION;
    const normalization = upload(gpu, "normalization", [24], [
      ...mean,
      ...deviation.map((value) => 1 / value),
    ]);
    const indices = upload(gpu, "batch", [batch], new Uint32Array(batch));
    const labels = upload(gpu, "labels", [1, 5], new Float32Array(5));
    const step = new StepState(gpu);
    const recorder = new Recorder(kernels);
    const method = new MaskedMethod(store, model, {
      ratio: parity.maskRatio,
      blockSize: parity.blockSize,
    });
    method.record(recorder, { records, indices, step, normalization, labels, rows: batch });
    await assertParitySteps(parity, {
      store,
      step,
      recorder,
      batch(i) {
        indices.write(Uint32Array.from({ length: batch }, (_, n) => i * batch + n));
        return { seed: BATCH_SEED, epoch: parity.epoch };
      },
      checkGradients(gradients) {
        assertEquals(gradients.length, 26);
        for (const each of gradients) assertGradient(parity, each);
      },
    });
    records.destroy();
    release(gpu, normalization, indices, labels);
    if (gpu.liveBuffers !== before) throw new Error(`${gpu.liveBuffers - before} buffers leaked`);
  });
}
