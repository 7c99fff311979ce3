/**
 * Cutting a dispatch into parts where a tensor is larger than what one binding may hold.
 *
 * A buffer may be larger than a binding (llvmpipe: 2 GiB against 128 MiB), so a large tensor stays in
 * one buffer, and its dispatches are launched several times, each time over the next rows of it. A
 * layer says with the dispatch which rows those are; where everything fits, nothing changes.
 */

import type { Dispatch, DispatchRequest, Split } from "./dispatch.ts";
import { BINDING_ALIGNMENT, type Tensor } from "./tensor.ts";

/** Dimensions, grid and split of a dispatch that may be cut, from one description of a part. */
export function inParts(
  units: number,
  tensors: Split["tensors"],
  part: Split["part"],
): Pick<DispatchRequest, "dims" | "grid" | "split"> {
  return { ...part(0, units), split: { units, tensors, part } };
}

/** Bytes that a binding of `elements` elements takes. */
export function bindingBytes(elements: number): number {
  return Math.ceil(elements / 4) * 16;
}

/**
 * The dispatch itself where all its tensors can be bound, else as few parts as possible, in order.
 *
 * @param limit Largest binding, bytes.
 * @returns Undefined where it cannot be cut so that every part fits.
 */
export function cutDispatch(dispatch: Dispatch, limit: number): Dispatch[] | undefined {
  const fits = (tensor: Tensor) => bindingBytes(tensor.size) <= limit;
  if (Object.values(dispatch.tensors).every(fits)) return [dispatch];
  const { split, tensors, flops } = dispatch;
  if (!split) return undefined;
  const cut = Object.entries(split.tensors).map(([name, range]) => ({
    name,
    tensor: tensors[name],
    range: typeof range === "function"
      ? range
      : (first: number, count: number) => [first * range, (first + count) * range] as const,
  }));
  const whole = Object.keys(tensors).filter((name) => !(name in split.tensors));
  if (!whole.every((name) => fits(tensors[name]))) return undefined;

  const fitsFrom = (first: number, count: number) =>
    cut.every(({ range }) => {
      const [from, end] = range(first, count);
      return bindingBytes(end - from) <= limit;
    });
  const startsAt = (unit: number) =>
    unit === split.units ||
    cut.every(({ range }) => 4 * range(unit, 1)[0] % BINDING_ALIGNMENT === 0);
  const parts: Dispatch[] = [];
  for (let first = 0; first < split.units;) {
    let count = largest(split.units - first, (units) => fitsFrom(first, units));
    while (count > 0 && !startsAt(first + count)) count--;
    if (count === 0) return undefined;
    const views = cut.map(({ name, tensor, range }) => {
      const [from, end] = range(first, count);
      return [name, tensor.view(from, Math.min(end, tensor.size))] as const;
    });
    const { dims, grid: [x, y = 1, z = 1] } = split.part(first, count);
    parts.push({
      ...dispatch,
      tensors: { ...tensors, ...Object.fromEntries(views) },
      dims: { ...dims },
      grid: [x, y, z],
      flops: flops * count / split.units,
    });
    first += count;
  }
  return parts;
}

/** Largest number from 0 to `most` for which `holds`, which is true up to some number. */
function largest(most: number, holds: (count: number) => boolean): number {
  let low = 0;
  let high = most;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
