/**
 * Weights rearranged for the backward pass: kernel positions reversed, channels exchanged, so that an
 * input gradient is a windowed product over dy (`kernels/conv1d_pack.wgsl`). A kernel of size 1 is a
 * matrix, which this transposes.
 */

import { gridFor, type Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";

/** Kernel positions first, first + stride, ... of a weight: `kernelSize` of them. */
export interface KernelPhase {
  readonly kernelSize: number;
  readonly first: number;
  readonly stride: number;
}

/**
 * Records packed[j, o, i] = w[first + stride (kernelSize - 1 - j), i, o].
 *
 * @param w [K, inputs, outputs], or [inputs, outputs] where K is 1.
 * @returns [kernelSize, outputs, inputs]
 */
export function packWeights(
  recorder: Recorder,
  name: string,
  w: Tensor,
  { kernelSize, first, stride }: KernelPhase = { kernelSize: 1, first: 0, stride: 1 },
): Tensor {
  const [inputs, outputs] = w.shape.slice(-2);
  const packed = recorder.transient(`${name} packed`, [kernelSize, outputs, inputs]);
  const width = inputs % 4 === 0 && outputs % 4 === 0 ? 4 : 1;
  recorder.dispatch("conv1d_pack", {
    label: `${name} pack`,
    constants: { VECTORS: width === 4 },
    tensors: { w, packed },
    dims: {
      kernel_size: kernelSize,
      first,
      stride,
      inputs: inputs / width,
      outputs: outputs / width,
    },
    grid: gridFor(packed.size / width ** 2, 64),
  });
  return packed;
}
