/** Central finite differences, which check every backward pass in float64. */

import { assert } from "@std/assert";
import { CounterRandom, Stream } from "../../src/random/philox.ts";

/** `count` uniform numbers in [low, high); `item` picks another set. */
export function draws(count: number, item: number, low = -1, high = 1): Float64Array {
  const random = new CounterRandom(7, Stream.synthetic, { item });
  return Float64Array.from({ length: count }, () => random.uniform(low, high));
}

/** Σ a·b: turns an output and its upstream gradient into a scalar. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j] * b[j];
  return sum;
}

/**
 * Asserts that `gradient` is that of the scalar `f` with respect to `x`, which `f` reads.
 *
 * With step h = 1e-5 the central difference is off by h²·f‴/6 ≈ 1e-10 and by rounding of
 * 1e-16·|f|/h ≈ 1e-11·|f|: for functions of order one, 1e-6 relative to the largest gradient leaves
 * room and still catches any wrong term.
 */
export function assertGradient(
  f: () => number,
  x: Float64Array,
  gradient: Float64Array,
  name: string,
  tolerance = 1e-6,
): void {
  assert(gradient.length === x.length, `${name}: ${gradient.length} gradients for ${x.length}`);
  const step = 1e-5;
  const size = gradient.reduce((most, g) => Math.max(most, Math.abs(g)), 1e-3);
  assert(Number.isFinite(size), `${name}: not finite`);
  for (let j = 0; j < x.length; j++) {
    const held = x[j];
    x[j] = held + step;
    const above = f();
    x[j] = held - step;
    const below = f();
    x[j] = held;
    const numeric = (above - below) / (2 * step);
    assert(
      Math.abs(numeric - gradient[j]) <= tolerance * size,
      `${name}[${j}]: backward ${gradient[j]}, finite difference ${numeric}`,
    );
  }
}
