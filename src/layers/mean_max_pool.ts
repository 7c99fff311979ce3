/**
 * Mean and maximum over time, side by side:
 *
 *   y[n, c] = (1 / T) sum over t of x[n, t, c],   y[n, C + c] = max over t of x[n, t, c]
 *
 * Backward: dx[n, t, c] = dy[n, c] / T, plus dy[n, C + c] at the first maximum.
 */

import { gridFor, type Recorder } from "../gpu/recorder.ts";
import { inParts } from "../gpu/split.ts";
import type { Tensor } from "../gpu/tensor.ts";

/** @param x [N, T, C], C a multiple of 4; gives y [N, 2 C]: means, then maxima. */
export function meanMaxPool(
  recorder: Recorder,
  x: Tensor,
): { y: Tensor; backward: (dy: Tensor) => Tensor } {
  const [samples, length, channels] = x.shape;
  const y = recorder.transient("mean max pool y", [samples, 2 * channels]);
  const index = recorder.transient("mean max pool index", [samples, channels]);
  recorder.dispatch("mean_max_pool", {
    tensors: { x, y, index },
    ...inParts(
      samples,
      { x: length * channels, y: 2 * channels, index: channels },
      (_first, count) => ({
        dims: { size: count * channels / 4, length, channels: channels / 4 },
        grid: gridFor(count * channels / 4, 64),
      }),
    ),
  });
  const backward = (dy: Tensor): Tensor => {
    const dx = recorder.transient("mean max pool dx", x.shape);
    recorder.dispatch("mean_max_pool_backward", {
      tensors: { dy, index, dx },
      ...inParts(
        samples,
        { dy: 2 * channels, index: channels, dx: length * channels },
        (_first, count) => ({
          dims: { size: count * length * channels / 4, length, channels: channels / 4 },
          grid: gridFor(count * length * channels / 4, 64),
        }),
      ),
    });
    return dx;
  };
  return { y, backward };
}
