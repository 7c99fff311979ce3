/**
 * Distribution functions of the tests: normal, Student's t and chi-square.
 *
 * Relative errors are below 1e-12 for the normal distribution and 1e-9 for the others, in the tails
 * too. The tests compare them with SciPy's.
 */

/** Numerators and denominators of the rational function of {@linkcode normalCdf}. */
const ABOVE = [
  220.206867912376,
  221.213596169931,
  112.079291497871,
  33.912866078383,
  6.37396220353165,
  0.700383064443688,
  0.0352624965998911,
];
const BELOW = [
  440.413735824752,
  793.826512519948,
  637.333633378831,
  296.564248779674,
  86.7807322029461,
  16.064177579207,
  1.75566716318264,
  0.0883883476483184,
];

/** Φ(x) (Hart 1968, algorithm 5666, as given by West 2005). */
export function normalCdf(x: number): number {
  if (Number.isNaN(x)) return NaN;
  const size = Math.abs(x);
  if (size > 38.5) return x > 0 ? 1 : 0;
  let tail = Math.exp(-size * size / 2);
  if (size < 4) {
    tail *= polynomial(ABOVE, size) / polynomial(BELOW, size);
  } else {
    // Laplace's continued fraction of Mills's ratio.
    let mills = size;
    for (let n = 40; n > 0; n--) mills = size + n / mills;
    tail /= Math.sqrt(2 * Math.PI) * mills;
  }
  return x > 0 ? 1 - tail : tail;
}

/** Density of the standard normal distribution. */
export function normalPdf(x: number): number {
  return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
}

/** x with Φ(x) = p, for p in (0, 1). */
export function normalQuantile(p: number): number {
  return p > 0.5 ? -normalQuantile(1 - p) : invert(normalCdf, p);
}

/** P(T ≤ t) of Student's t with ν degrees of freedom, ν > 0. */
export function tCdf(t: number, nu: number): number {
  const outside = incompleteBeta(nu / (nu + t * t), nu / 2, 1 / 2);
  return t > 0 ? 1 - outside / 2 : outside / 2;
}

/** t with P(T ≤ t) = p, for p in (0, 1). */
export function tQuantile(p: number, nu: number): number {
  return p > 0.5 ? -tQuantile(1 - p, nu) : invert((t) => tCdf(t, nu), p);
}

/** P(X ≤ x) of the chi-square distribution with ν degrees of freedom. */
export function chiSquareCdf(x: number, nu: number): number {
  return x > 0 ? incompleteGamma(nu / 2, x / 2) : 0;
}

/** Coefficients of Lanczos's approximation with g = 7. */
const LANCZOS = [
  0.99999999999980993,
  676.5203681218851,
  -1259.1392167224028,
  771.32342877765313,
  -176.61502916214059,
  12.507343278686905,
  -0.13857109526572012,
  9.9843695780195716e-6,
  1.5056327351493116e-7,
];

/** ln Γ(x) for x > 0 (Lanczos 1964). */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const sum = LANCZOS.reduce((total, c, i) => i === 0 ? c : total + c / (x - 1 + i), 0);
  const t = x + 6.5;
  return Math.log(2 * Math.PI) / 2 + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Regularized lower incomplete gamma function P(a, x): series below a + 1, else continued fraction. */
function incompleteGamma(a: number, x: number): number {
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; term > sum * 1e-16; n++) sum += term *= x / (a + n);
    return scale * sum;
  }
  return 1 - scale / continuedFraction((n) => [x + 2 * n + 1 - a, n * (a - n)]);
}

/** Regularized incomplete beta function I_x(a, b) (Didonato & Morris 1992, equation 9). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
  // The fraction converges quickly below the mean.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const scale = Math.exp(
    a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b),
  );
  const fraction = continuedFraction((n) => {
    const beta = (a + n) * (a - (a + b) * x + 1 + n * (2 - x)) / (a + 2 * n + 1);
    if (n === 0) return [beta, 1];
    const below = a + 2 * n - 1;
    const alpha = (a + n - 1) * (a + b + n - 1) * n * (b - n) * x * x / below ** 2;
    return [beta + n + n * (b - n) * x / below, alpha];
  });
  return scale / fraction;
}

/**
 * b₀ + a₁ / (b₁ + a₂ / (b₂ + …)) by Lentz's method as modified by Thompson & Barnett (1986).
 *
 * @param term n → [bₙ, aₙ]; a₀ is not used
 */
function continuedFraction(term: (n: number) => readonly [b: number, a: number]): number {
  const away = (value: number) => Math.abs(value) < 1e-300 ? 1e-300 : value;
  let value = away(term(0)[0]);
  let c = value;
  let d = 0;
  for (let n = 1; n < 100_000; n++) {
    const [b, a] = term(n);
    d = 1 / away(b + a * d);
    c = away(b + a / c);
    value *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return value;
}

/** x ≤ 0 with cdf(x) = p for an increasing function and p ≤ ½, by bisection and secants (Illinois). */
function invert(cdf: (x: number) => number, p: number): number {
  if (!(p > 0)) return p === 0 ? -Infinity : NaN;
  if (p === 0.5) return 0;
  // Logarithms make tails straight enough for secants.
  const distance = (x: number) => Math.log(cdf(x) / p);
  let [low, high] = [-1, 0];
  let [below, above] = [distance(low), Math.log(0.5 / p)];
  while (below > 0) {
    [high, above] = [low, below];
    low *= 2;
    below = distance(low);
  }
  for (let side = 0, i = 0; i < 200 && high - low > 1e-15 * -low; i++) {
    const x = Number.isFinite(below)
      ? (low * above - high * below) / (above - below)
      : (low + high) / 2;
    const here = distance(x);
    if (here === 0 || x === low || x === high) return x;
    if (here < 0) {
      [low, below] = [x, here];
      if (side === -1) above /= 2;
      side = -1;
    } else {
      [high, above] = [x, here];
      if (side === 1) below /= 2;
      side = 1;
    }
  }
  return (low + high) / 2;
}

/** Coefficients from the constant one on (Horner's rule). */
export function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * x + coefficients[i];
  return sum;
}

/** Integral by Simpson's rule. @param intervals An even number */
export function simpson(
  f: (x: number) => number,
  low: number,
  high: number,
  intervals: number,
): number {
  const step = (high - low) / intervals;
  let sum = f(low) + f(high);
  for (let i = 1; i < intervals; i++) sum += (i % 2 === 1 ? 4 : 2) * f(low + i * step);
  return sum * step / 3;
}
