/** What a paired t test can see: its power, and the smallest difference it is likely to find. */

import { chiSquareCdf, logGamma, normalCdf, simpson, tQuantile } from "./distributions.ts";
import { requireFraction, requireWhole } from "./samples.ts";

/**
 * Power of the two-sided paired t test: the chance that it finds a true mean difference of `effect`
 * standard deviations of the differences, P(|T| > t) for a noncentral T with noncentrality
 * effect · √n (Cohen 1988, chapter 2).
 *
 * @param effect Cohen's d_z; its sign does not matter
 * @throws {RangeError} If an argument is out of range
 */
export function pairedTPower(effect: number, n: number, alpha = 0.05): number {
  if (!Number.isFinite(effect)) {
    throw new RangeError(`Cannot compute power for effect ${effect}: need a finite number`);
  }
  requireWhole(n, 2, `compute power for ${n} pairs`);
  requireFraction(alpha, "alpha");
  const critical = tQuantile(1 - alpha / 2, n - 1);
  const noncentrality = effect * Math.sqrt(n);
  return upperTail(critical, n - 1, noncentrality) + upperTail(critical, n - 1, -noncentrality);
}

/** What {@linkcode smallestDetectableDifference} needs. */
export interface DetectableDifferenceOptions {
  /** Pairs, such as seeds. */
  readonly n: number;
  /** Of the differences, with n − 1. */
  readonly standardDeviation: number;
  /** Level of the test. Default 0.05. */
  readonly alpha?: number;
  /** Chance of finding the difference. Default 0.8. */
  readonly power?: number;
}

/**
 * The smallest true mean difference that a paired t test of n pairs finds with the given power, if
 * differences scatter as much as they did. A comparison that found nothing says little about
 * differences below it.
 *
 * @returns In the units of the differences; 0 where they have no spread
 * @throws {RangeError} If an option is out of range, or power is not above alpha
 */
export function smallestDetectableDifference(
  { n, standardDeviation, alpha = 0.05, power = 0.8 }: DetectableDifferenceOptions,
): number {
  requireWhole(n, 2, `compute power for ${n} pairs`);
  requireFraction(alpha, "alpha");
  requireFraction(power, "power");
  if (power <= alpha) {
    throw new RangeError(`Cannot aim at power ${power}: need more than alpha = ${alpha}`);
  }
  if (!(standardDeviation >= 0 && standardDeviation < Infinity)) {
    throw new RangeError(`Cannot use standard deviation ${standardDeviation}: need 0 or more`);
  }
  let [low, high] = [0, 1];
  while (pairedTPower(high, n, alpha) < power) [low, high] = [high, 2 * high];
  while (high - low > 1e-11 * high) { // power grows with the effect
    const middle = (low + high) / 2;
    if (pairedTPower(middle, n, alpha) < power) low = middle;
    else high = middle;
  }
  return high * standardDeviation;
}

/** Standard deviations beyond which a normal or chi distribution has nothing left in float64. */
const REACH = 10;

/**
 * P(T > t) of a noncentral T with ν degrees of freedom and noncentrality δ, t > 0. T = (Z + δ) / S
 * with S = χ_ν / √ν independent of Z, so that P(T > t) = ∫ Φ(δ − t s) f_S(s) ds. Where Φ is 1 the
 * integral is P(S ≤ s); Simpson's rule takes the rest.
 */
function upperTail(t: number, degreesOfFreedom: number, noncentrality: number): number {
  const nu = degreesOfFreedom;
  const spread = REACH / Math.sqrt(2 * nu);
  const low = Math.max(0, 1 - spread, (noncentrality - REACH) / t);
  const high = Math.min(1 + spread, (noncentrality + REACH) / t);
  const sure = chiSquareCdf(nu * low * low, nu);
  if (!(high > low)) return high <= 0 ? 0 : sure;
  // f_S(s) = 2 (ν/2)^(ν/2) / Γ(ν/2) · s^(ν−1) exp(−ν s² / 2)
  const constant = Math.log(2) + nu / 2 * Math.log(nu / 2) - logGamma(nu / 2);
  const integrand = (s: number) => {
    const power = nu === 1 ? 0 : (nu - 1) * Math.log(s);
    return normalCdf(noncentrality - t * s) * Math.exp(constant + power - nu * s * s / 2);
  };
  return sure + simpson(integrand, low, high, 1000); // a relative error of about 1e-9
}
