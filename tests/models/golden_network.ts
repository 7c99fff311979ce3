/** Full-size networks on the GPU with the weights and the input of the golden values. */

import { assertAlmostEquals } from "@std/assert";
import type { Gpu } from "../../src/gpu/device.ts";
import { Recorder } from "../../src/gpu/recorder.ts";
import type { Tensor } from "../../src/gpu/tensor.ts";
import { ParameterStore } from "../../src/layers/parameters.ts";
import { goldenFill, goldenInput } from "../support/golden_fill.ts";
import { download, openGpu, release, upload } from "../support/gpu.ts";

/**
 * Relative error allowed to values that passed through all six blocks in float32: sums of up to 1,280
 * products, each off by about √1280 · 2^-24 = 2e-6 of its size, six times over, with some room.
 */
export const FLOAT32_TOLERANCE = 2e-5;

/** Asserts |actual − expected| <= relative · max(1, |expected|) for the first elements. */
export function assertStart(
  actual: ArrayLike<number>,
  expected: readonly number[],
  what: string,
  tolerance = FLOAT32_TOLERANCE,
): void {
  expected.forEach((value, j) =>
    assertAlmostEquals(actual[j], value, tolerance * Math.max(1, Math.abs(value)), `${what} ${j}`)
  );
}

/** Builds a model, fills it by the golden rule, and runs once what `record` records. */
export async function runGolden<Model>(
  build: (store: ParameterStore) => Model,
  record: (model: Model, recorder: Recorder, x: Tensor, gpu: Gpu) => Tensor[],
  check: (outputs: Float32Array[], store: ParameterStore) => void | Promise<void>,
): Promise<void> {
  const { gpu, kernels } = await openGpu();
  const before = gpu.liveBuffers;
  const store = new ParameterStore();
  const model = build(store);
  store.allocate(gpu, 0);
  const filled = goldenFill(store.parameters);
  store.load(store.parameters.map(({ name, shape }) => ({
    name,
    shape,
    dtype: "float32",
    data: Float32Array.from(filled.get(name)!),
  })));
  const x = upload(gpu, "x", [2, 1000, 12], goldenInput());
  const recorder = new Recorder(kernels);
  const kept = record(model, recorder, x, gpu);
  const program = await recorder.plan(kept);
  program.run();
  const outputs: Float32Array[] = [];
  for (const tensor of kept) outputs.push(await download(gpu, tensor));
  await check(outputs, store);
  program.destroy();
  store.destroy();
  release(gpu, x);
  if (gpu.liveBuffers !== before) throw new Error(`${gpu.liveBuffers - before} buffers leaked`);
}

/** PyTorch's names of the state of a convolution without bias and its normalization, in its order. */
export function normKeys(convolution: string, norm: string): string[] {
  const keys = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"];
  return [`${convolution}.weight`, ...keys.map((key) => `${norm}.${key}`)];
}

/** PyTorch's names of an encoder's state, in its order. */
export function encoderKeys(prefix: string): string[] {
  return [0, 1, 2, 3, 4, 5].flatMap((block) => {
    const name = `${prefix}features.${block}.block`;
    return normKeys(`${name}.0`, `${name}.1`);
  });
}
