/** Backward of a ReLU that is fused into a product:  dx = dy where y > 0, else 0 */

import { gridFor, type Recorder } from "../gpu/recorder.ts";
import { inParts } from "../gpu/split.ts";
import type { Tensor } from "../gpu/tensor.ts";

/**
 * Gradient of the ReLU's input.
 *
 * @param name The layer.
 * @param y The ReLU's output.
 * @param dy Its gradient, of the same shape.
 */
export function reluBackward(recorder: Recorder, name: string, y: Tensor, dy: Tensor): Tensor {
  const dx = recorder.transient(`${name} g`, y.shape);
  const width = y.size % 4 === 0 ? 4 : 1;
  recorder.dispatch("relu_backward", {
    label: `${name} backward relu`,
    constants: { VECTORS: width === 4 },
    tensors: { y, dy, dx },
    ...inParts(y.size / width, { y: width, dy: width, dx: width }, (_first, count) => ({
      dims: { size: count },
      grid: gridFor(count, 64),
    })),
  });
  return dx;
}
