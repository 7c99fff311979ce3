/**
 * Maximum over windows of time:
 *
 *   y[n, u, c] = max over k of x[n, s u + k - p, c]         x = -inf outside 0 .. T-1
 *
 *   x [N, T, C]   y [N, U, C],   U = floor((T + 2p - K) / s) + 1
 *
 * Backward: dy of a window goes to its first maximum, which is found again in x.
 */

import { gridFor, type Recorder } from "../gpu/recorder.ts";
import { inParts } from "../gpu/split.ts";
import type { Tensor } from "../gpu/tensor.ts";

/** Extents of the windows. */
export interface MaxPoolOptions {
  /** K. */
  readonly kernelSize: number;
  /** s. */
  readonly stride: number;
  /** p, at most K / 2. */
  readonly padding: number;
}

/** @param x [N, T, C], C a multiple of 4; gives y [N, U, C]. */
export function maxPool(
  recorder: Recorder,
  x: Tensor,
  { kernelSize, stride, padding }: MaxPoolOptions,
): { y: Tensor; backward: (dy: Tensor) => Tensor } {
  if (2 * padding > kernelSize) {
    throw new RangeError(
      `Max pooling with kernel size ${kernelSize} needs a padding up to half of it, got ${padding}`,
    );
  }
  const [samples, length, channels] = x.shape;
  const positions = Math.floor((length + 2 * padding - kernelSize) / stride) + 1;
  const [inputs, outputs] = [length * channels, positions * channels];
  const constants = { KERNEL: kernelSize, STRIDE: stride, PADDING: padding };
  const y = recorder.transient("max pool y", [samples, positions, channels]);
  recorder.dispatch("max_pool", {
    constants,
    tensors: { x, y },
    ...inParts(samples, { x: inputs, y: outputs }, (_first, count) => ({
      dims: { size: count * outputs / 4, length, positions, channels: channels / 4 },
      grid: gridFor(count * outputs / 4, 64),
    })),
  });
  const backward = (dy: Tensor): Tensor => {
    const dx = recorder.transient("max pool dx", x.shape);
    recorder.dispatch("max_pool_backward", {
      constants,
      tensors: { x, dy, dx },
      ...inParts(samples, { x: inputs, dy: outputs, dx: inputs }, (_first, count) => ({
        dims: { size: count * inputs / 4, length, positions, channels: channels / 4 },
        grid: gridFor(count * inputs / 4, 64),
      })),
    });
    return dx;
  };
  return { y, backward };
}
