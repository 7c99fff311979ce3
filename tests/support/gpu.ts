/** A device for tests: opened once per test file, with helpers to move arrays in and out. */

import { chooseDevice, type Gpu } from "../../src/gpu/device.ts";
import { KernelLibrary } from "../../src/gpu/kernels.ts";
import { Tensor } from "../../src/gpu/tensor.ts";

let opened: Promise<{ gpu: Gpu; kernels: KernelLibrary }> | undefined;

/** The test file's device and kernels. */
export function openGpu(): Promise<{ gpu: Gpu; kernels: KernelLibrary }> {
  opened ??= chooseDevice({ warn: () => {} }).then((gpu) => ({
    gpu,
    kernels: new KernelLibrary(gpu),
  }));
  return opened;
}

/** A persistent tensor holding `data`. */
export function upload(
  gpu: Gpu,
  name: string,
  shape: readonly number[],
  data: ArrayLike<number> | Uint32Array,
): Tensor {
  return Tensor.from(gpu, shape, data, name);
}

/** The content of a placed tensor. */
export function download(_gpu: Gpu, tensor: Tensor): Promise<Float32Array> {
  return tensor.read();
}

/** Gives the buffers of uploaded tensors back. */
export function release(_gpu: Gpu, ...tensors: Tensor[]): void {
  for (const tensor of tensors) tensor.release();
}

/** ‖actual − expected‖ / ‖expected‖. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let difference = 0;
  let size = 0;
  for (let i = 0; i < expected.length; i++) {
    difference += (actual[i] - expected[i]) ** 2;
    size += expected[i] ** 2;
  }
  return Math.sqrt(difference / size);
}
