import type { CounterRandom } from "../../random/philox.ts";

/** Dipole in mV: x to the left, y to the feet, z to the back (Frank). */
export type Vector = [x: number, y: number, z: number];

/** A vector times a factor. */
export function scaled([x, y, z]: Readonly<Vector>, factor: number): Vector {
  return [factor * x, factor * y, factor * z];
}

/** A vector with a normal deviate of this standard deviation added to each component. */
export function jittered(
  [x, y, z]: Readonly<Vector>,
  spread: number,
  random: CounterRandom,
): Vector {
  return [x + spread * random.normal(), y + spread * random.normal(), z + spread * random.normal()];
}

/** Scales a vector in place. */
export function scale(vector: Vector, factor: number): void {
  for (let axis = 0; axis < 3; axis++) vector[axis] *= factor;
}

/** Adds `factor`·`other` to a vector in place. */
export function add(vector: Vector, other: Readonly<Vector>, factor = 1): void {
  for (let axis = 0; axis < 3; axis++) vector[axis] += factor * other[axis];
}

/** Turns a vector in place: `frontal` towards the feet, `horizontal` towards the back; radians. */
export function turn(vector: Vector, frontal: number, horizontal: number): void {
  const [x, y, z] = vector;
  const x1 = x * Math.cos(frontal) - y * Math.sin(frontal);
  vector[1] = x * Math.sin(frontal) + y * Math.cos(frontal);
  vector[0] = x1 * Math.cos(horizontal) - z * Math.sin(horizontal);
  vector[2] = x1 * Math.sin(horizontal) + z * Math.cos(horizontal);
}

/** The value, or the end of the range that it is beyond. */
export function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
