/** Two tensors one after the other along their first axis, such as views that were made apart. */

import { gridFor, type Recorder } from "../gpu/recorder.ts";
import { inParts } from "../gpu/split.ts";
import type { Tensor } from "../gpu/tensor.ts";

/** @param a [N, ...] @param b [M, ...]; gives [N + M, ...]. No gradient passes. */
export function concatenate(recorder: Recorder, a: Tensor, b: Tensor): Tensor {
  const [rows, ...rest] = a.shape;
  if (`${rest}` !== `${b.shape.slice(1)}`) {
    throw new RangeError(`Cannot join [${a.shape}] and [${b.shape}]: rows have other shapes`);
  }
  const row = a.size / rows;
  const total = rows + b.shape[0];
  const y = recorder.transient(`${a.name} and ${b.name}`, [total, ...rest]);
  recorder.dispatch("concatenate", {
    tensors: { a, b, y },
    ...inParts(total, { y: row }, (skip, count) => ({
      dims: { size: count * row, skip: skip * row, first: a.size },
      grid: gridFor(count * row, 64),
    })),
  });
  return y;
}
