/**
 * Mean over time:  y[n, c] = (1 / T) sum over t of x[n, t, c];  backward  dx[n, t, c] = dy[n, c] / T
 */

import { gridFor, type Recorder } from "../gpu/recorder.ts";
import { inParts } from "../gpu/split.ts";
import type { Tensor } from "../gpu/tensor.ts";

/** @param x [N, T, C], C a multiple of 4; gives y [N, C]. */
export function meanPool(
  recorder: Recorder,
  x: Tensor,
): { y: Tensor; backward: (dy: Tensor) => Tensor } {
  const [samples, length, channels] = x.shape;
  const y = recorder.transient("mean pool y", [samples, channels]);
  recorder.dispatch("mean_pool", {
    tensors: { x, y },
    ...inParts(samples, { x: length * channels, y: channels }, (_first, count) => ({
      dims: { size: count * channels / 4, length, channels: channels / 4 },
      grid: gridFor(count * channels / 4, 64),
    })),
  });
  const backward = (dy: Tensor): Tensor => {
    const dx = recorder.transient("mean pool dx", x.shape);
    recorder.dispatch("mean_pool_backward", {
      tensors: { dy, dx },
      ...inParts(samples, { dy: channels, dx: length * channels }, (_first, count) => ({
        dims: { size: count * length * channels / 4, length, channels: channels / 4 },
        grid: gridFor(count * length * channels / 4, 64),
      })),
    });
    return dx;
  };
  return { y, backward };
}
