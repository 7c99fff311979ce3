/**
 * How wide the percentile range of a few normal values is: what a "95 % interval" is worth that was
 * taken from the percentiles of ten seeds.
 */

import { logGamma, normalCdf, normalPdf, simpson } from "./distributions.ts";
import { requireWhole } from "./samples.ts";

/**
 * Expected half-width of the range from the 2.5th to the 97.5th percentile of n normal values, by
 * linear interpolation between order statistics, in units of the true standard deviation.
 *
 * @throws {RangeError} If n is no whole number from 2
 */
export function expectedPercentileHalfWidth(n: number): number {
  requireWhole(n, 2, `take percentiles of ${n} values`);
  const position = (n - 1) * (1 - 0.95) / 2;
  const below = Math.floor(position);
  const share = position - below;
  return (1 - share) * expectedLargest(below, n) + share * expectedLargest(below + 1, n);
}

/**
 * Expected standard deviation of n normal values in units of the true one: √(2 / (n − 1)) Γ(n / 2) /
 * Γ((n − 1) / 2) with n − 1 in the variance; √((n − 1) / n) of that with n.
 */
export function expectedStandardDeviation(n: number, divisor: "n" | "n - 1" = "n - 1"): number {
  const unbiased = Math.sqrt(2 / (n - 1)) * Math.exp(logGamma(n / 2) - logGamma((n - 1) / 2));
  return divisor === "n" ? unbiased * Math.sqrt((n - 1) / n) : unbiased;
}

/**
 * E of the value that `above` of n normal values exceed:
 * ∫ x n! / ((n − 1 − above)! above!) Φ(x)^(n − 1 − above) Φ(−x)^above φ(x) dx.
 */
function expectedLargest(above: number, n: number): number {
  const constant = Math.exp(logGamma(n + 1) - logGamma(n - above) - logGamma(above + 1));
  const integrand = (x: number) =>
    x * constant * normalCdf(x) ** (n - 1 - above) * normalCdf(-x) ** above *
    normalPdf(x);
  return simpson(integrand, -10, 10, 2000);
}
