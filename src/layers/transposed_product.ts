/**
 * The product of a transposed convolution, which is also the input gradient of a convolution:
 *
 *   y[n, t, b] = sum over u, k with s u + k - p = t, and a, of  x[n, u, a] w[k, b, a]
 *
 *   x [N, U, A]   w [K, B, A]   y [N, T, B]
 *
 * Position t = s u' + r (phase r) receives from kernel positions k = first + s j only, first = (r + p) mod s;
 * with those of a phase packed in reverse, it is a windowed product over x
 * (`kernels/shared/window.wgsl`), and no multiplication with a zero is done:
 *
 *   y[n, s u' + r, b] = sum over j, a of  x[n, u' + (r + p - first) / s - (J - 1) + j, a] packed[j, a, b]
 */

import type { Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import { packWeights } from "./pack_weights.ts";
import { type Epilogue, recordProduct } from "./windowed_product.ts";

/** What {@linkcode recordTransposedProduct} needs beside the tensors, whose shapes say the rest. */
export interface TransposedProduct {
  readonly stride: number;
  readonly padding: number;
  readonly epilogue?: Epilogue;
  /** The layer. */
  readonly name: string;
  readonly direction: "forward" | "backward input";
}

/**
 * Records the product, one phase after the other; together they write all of y.
 *
 * @param tensors x [N, U, A], w [K, B, A], y [N, T, B]
 */
export function recordTransposedProduct(
  recorder: Recorder,
  { x, w, y }: { x: Tensor; w: Tensor; y: Tensor },
  { stride, padding, epilogue, name, direction }: TransposedProduct,
): void {
  const [samples, positions, inputs] = x.shape;
  const [, length, outputs] = y.shape;
  const [kernelSize] = w.shape;
  for (let phase = 0; phase < Math.min(stride, length); phase++) {
    const first = (phase + padding) % stride;
    // A kernel smaller than the stride leaves some phases empty: an empty window, whose sum is 0.
    const phaseSize = Math.ceil(Math.max(0, kernelSize - first) / stride);
    const packed = phaseSize > 0
      ? packWeights(recorder, name, w, { kernelSize: phaseSize, first, stride })
      : w;
    recordProduct(
      recorder,
      {
        samples,
        positions: Math.ceil((length - phase) / stride),
        step: inputs,
        offset: ((phase + padding - first) / stride - (phaseSize - 1)) * inputs,
        window: phaseSize * inputs,
        sample: positions * inputs,
        columns: outputs,
        store: { sample: length * outputs, step: stride * outputs, offset: phase * outputs },
      },
      { x, w: packed, y },
      epilogue,
      { label: `${name} ${direction}` },
    );
  }
}
