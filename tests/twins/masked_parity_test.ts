/** Masked reconstruction's twins against PyTorch in float64: same weights, records and masks. */

import { crc32 } from "node:zlib";
import { assert, assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { adamState, adamStep } from "../reference/optim/adam.ts";
import { addBuffers, forward, type NamedArrays, tensor } from "../reference/models/network.ts";
import { gather } from "../reference/input/gather.ts";
import { maskBlocks } from "../reference/input/mask_blocks.ts";
import { meanSquaredError } from "../reference/losses/mean_squared_error.ts";
import { reconstruction } from "../reference/models/reconstruction.ts";
import {
  loadMaskedParity,
  MASKED_NORMALIZATION,
  maskedCaseNames,
  type MaskedParity,
} from "../support/masked_parity.ts";
import { BATCH_SEED, parityWeights } from "../support/parity_batches.ts";
import { parityGradientError } from "../support/parity_fixture.ts";

function checksum(values: Float32Array | Int16Array | Uint8Array, seed = 0): number {
  return crc32(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), seed);
}

function hexadecimal(value: number): string {
  return value.toString(16).padStart(8, "0");
}

function masking({ batch, length, maskRatio, blockSize, epoch }: MaskedParity, step: number) {
  return {
    records: Array.from({ length: batch }, (_, n) => step * batch + n),
    length,
    channels: 12,
    ratio: maskRatio,
    blockSize,
    seed: BATCH_SEED,
    epoch,
  };
}

for (const name of maskedCaseNames) {
  Deno.test(`parity fixture ${name}: the same weights, records and masks as in Python`, () => {
    const parity = loadMaskedParity(name);
    const { batch, length } = parity;
    let weights = 0;
    for (const values of parityWeights(parity.parameters).values()) {
      weights = checksum(values, weights);
    }
    assertEquals(hexadecimal(weights), parity.weightsCrc32);
    for (const step of [0, parity.steps - 1]) {
      const samples = parity.samples(step * batch, batch);
      assertEquals(hexadecimal(checksum(samples)), parity.batchesCrc32[step]);
      const ones = new Float64Array(batch * length * 12).fill(1);
      const masked = maskBlocks(ones, masking(parity, step));
      const bytes = Uint8Array.from({ length: batch * length }, (_, t) => 1 - masked[12 * t]);
      assertEquals(hexadecimal(checksum(bytes)), parity.masksCrc32[step]);
    }
    assertEquals([...parity.gradients.keys()], parity.parameters.map(({ name }) => name));
  });

  Deno.test(`parity fixture ${name}: float32 can meet 1e-4 and a missing update cannot`, () => {
    const { float32Errors, losses, untrainedLosses } = loadMaskedParity(name);
    assertLess(Math.max(...float32Errors.losses), 1e-5);
    assertLess(float32Errors.gradient, 1e-5);
    const moved = losses.map((loss, step) => Math.abs(untrainedLosses[step] - loss) / loss);
    assert(moved.filter((change) => change > 4e-4).length >= 8, `${moved}`);
  });
}

Deno.test("parity masked_small: ten losses, gradients, running statistics in float64", () => {
  const parity = loadMaskedParity("masked_small");
  const { batch, length } = parity;
  const state: NamedArrays = new Map();
  for (const [name, values] of parity.initialWeights()) state.set(name, Float64Array.from(values));
  addBuffers(state, reconstruction(parity));
  const moments = new Map(
    parity.parameters.map(({ name }) => [name, adamState(tensor(state, name).length)]),
  );
  const order = Array.from({ length: batch }, (_, n) => n);
  for (let step = 0; step < parity.steps; step++) {
    const samples = parity.samples(step * batch, batch);
    const x = gather(samples, length, 12, 1 / 1000, order, MASKED_NORMALIZATION);
    const masked = maskBlocks(x, masking(parity, step));
    const { output, backward } = forward(reconstruction(parity), state, masked, batch, true);
    const { loss, gradient } = meanSquaredError(output, x);
    // Both sides in float64; only the order of summation differs, and training spreads that.
    assertAlmostEquals(loss, parity.losses[step], 1e-9, `loss of step ${step + 1}`);
    const gradients = backward(gradient);
    for (const { name } of parity.parameters) {
      const computed = tensor(gradients, name);
      if (step === 0) {
        const error = parityGradientError(parity.gradients.get(name)!, computed);
        assertLess(error.elements, 6e-8, name); // stored as float32
        assertLess(error.norm, 1e-11, name);
      }
      const settings = { learningRate: parity.learningRate };
      adamStep(tensor(state, name), computed, moments.get(name)!, step + 1, settings);
    }
  }
  for (const [buffer, expected] of parity.runningStatistics) {
    const actual = tensor(state, buffer);
    // Stored as float32; means are smaller than 1.
    expected.forEach((value, c) => assertAlmostEquals(actual[c], value, 1e-7, buffer));
  }
  for (const { name, finalNorm } of parity.gradients.values()) {
    const norm = Math.hypot(...tensor(state, name));
    assertAlmostEquals(norm, finalNorm, 1e-9 * Math.max(1, finalNorm), name);
  }
});
