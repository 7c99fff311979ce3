/**
 * Weights turned round for the way back: taps reversed, channels exchanged, so that an input gradient
 * is a windowed product over dy (`kernels/conv1d_pack.wgsl`). With one tap it transposes a matrix.
 *
 * @module
 */

import { gridFor, type Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";

/** Taps first, first + stride, ... of a weight. */
export interface PackedTaps {
  readonly taps: number;
  readonly first: number;
  readonly stride: number;
}

/**
 * Records packed[j, o, i] = w[first + stride (taps - 1 - j), i, o].
 *
 * @param w [K, inputs, outputs], or [inputs, outputs] where K is 1.
 * @returns [taps, outputs, inputs]
 */
export function packWeights(
  recorder: Recorder,
  name: string,
  w: Tensor,
  { taps, first, stride }: PackedTaps = { taps: 1, first: 0, stride: 1 },
): Tensor {
  const [inputs, outputs] = w.shape.slice(-2);
  const packed = recorder.transient(`${name} packed`, [taps, outputs, inputs]);
  const width = inputs % 4 === 0 && outputs % 4 === 0 ? 4 : 1;
  recorder.dispatch("conv1d_pack", {
    label: `${name} pack`,
    constants: { VECTORS: width === 4 },
    tensors: { w, packed },
    dims: { taps, first, stride, inputs: inputs / width, outputs: outputs / width },
    grid: gridFor(packed.size / width ** 2, 64),
  });
  return packed;
}
