/**
 * Are these values from a normal distribution? Shapiro & Wilk 1965, with the approximations of
 * Royston 1995 (Applied Statistics 44(4), algorithm AS R94).
 */

import { normalCdf, normalQuantile, polynomial } from "./distributions.ts";
import { mean } from "./descriptive.ts";
import { requireSample } from "./samples.ts";

/** Polynomials of Royston's tables, constant term first; in 1/√n, n or ln n as stated. */
const LAST_WEIGHT = [0, 0.221157, -0.147981, -2.07119, 4.434685, -2.706056]; // in 1/√n
const WEIGHT_BEFORE = [0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633]; // in 1/√n
const SMALL_GAMMA = [-2.273, 0.459]; // in n
const SMALL_MEAN = [0.544, -0.39978, 0.025054, -6.714e-4]; // in n
const SMALL_LOG_DEVIATION = [1.3822, -0.77857, 0.062767, -0.0020322]; // in n
const LARGE_MEAN = [-1.5861, -0.31082, -0.083751, 0.0038915]; // in ln n
const LARGE_LOG_DEVIATION = [-0.4803, -0.082676, 0.0030302]; // in ln n

const MAXIMUM = 5000;

/** Result of {@linkcode shapiroWilk}. */
export interface ShapiroWilk {
  /** W in (0, 1]; near 1 for values that look normal. */
  readonly w: number;
  /** Probability of so small a W from a normal distribution. */
  readonly pValue: number;
}

/**
 * Shapiro–Wilk test of normality. Values that are all equal give W = 1 and p = 1: nothing speaks
 * against a normal distribution, and nothing for one.
 *
 * @throws {RangeError} If there are fewer or more, or one is not finite
 */
export function shapiroWilk(values: ArrayLike<number>): ShapiroWilk {
  const x = requireSample(values, 3, "test normality").sort();
  const n = x.length;
  if (n > MAXIMUM) {
    throw new RangeError(`Cannot test normality of ${n} values: the test is for 3 to ${MAXIMUM}`);
  }
  const range = x[n - 1] - x[0];
  if (range === 0) return { w: 1, pValue: 1 };
  const deviation = oneMinusW(x, weights(n), range);
  return { w: 1 - deviation, pValue: probability(deviation, n) };
}

/** The upper half of the antisymmetric weights, for the largest value first. */
function weights(n: number): Float64Array {
  const half = Math.floor(n / 2);
  if (n === 3) return Float64Array.of(Math.SQRT1_2);
  const scores = Float64Array.from(
    { length: half },
    (_, i) => -normalQuantile((i + 0.625) / (n + 0.25)),
  );
  const sum = 2 * scores.reduce((total, m) => total + m * m, 0);
  const root = 1 / Math.sqrt(n);
  const approximated = [scores[0] / Math.sqrt(sum) + polynomial(LAST_WEIGHT, root)];
  if (n > 5) approximated.push(scores[1] / Math.sqrt(sum) + polynomial(WEIGHT_BEFORE, root));
  // The rest are normal scores, scaled so that all squares add up to 1.
  let [left, unit] = [sum, 1];
  approximated.forEach((a, i) => {
    left -= 2 * scores[i] ** 2;
    unit -= 2 * a ** 2;
  });
  return scores.map((m, i) => approximated[i] ?? m / Math.sqrt(left / unit));
}

/** 1 − W without the cancellation of subtracting from 1. */
function oneMinusW(sorted: Float64Array, weights: Float64Array, range: number): number {
  const n = sorted.length;
  const scaled = sorted.map((value) => value / range);
  const center = mean(scaled);
  let [weightSquares, squares, products] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const mirrored = Math.min(i, n - 1 - i);
    const weight = mirrored < weights.length ? Math.sign(2 * i - n + 1) * weights[mirrored] : 0; // the middle of an odd number
    const centered = scaled[i] - center;
    weightSquares += weight * weight;
    squares += centered * centered;
    products += weight * centered;
  }
  const root = Math.sqrt(weightSquares * squares);
  return (root - products) * (root + products) / (weightSquares * squares);
}

function probability(oneMinusW: number, n: number): number {
  if (n === 3) {
    const p = 6 / Math.PI * (Math.asin(Math.sqrt(1 - oneMinusW)) - Math.asin(Math.sqrt(0.75)));
    return Math.min(1, Math.max(0, p)); // W is 0.75 at least, up to rounding
  }
  let y = Math.log(oneMinusW);
  let [mean, logDeviation] = [LARGE_MEAN, LARGE_LOG_DEVIATION];
  let at = Math.log(n);
  if (n <= 11) {
    const gamma = polynomial(SMALL_GAMMA, n);
    if (y >= gamma) return 0; // W is the smallest there is
    y = -Math.log(gamma - y);
    [mean, logDeviation, at] = [SMALL_MEAN, SMALL_LOG_DEVIATION, n];
  }
  const z = (y - polynomial(mean, at)) / Math.exp(polynomial(logDeviation, at));
  return normalCdf(-z);
}
