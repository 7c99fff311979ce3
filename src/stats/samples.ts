/** What every test asks of its numbers. */

/**
 * A sample as numbers of its own.
 *
 * @param minimum The fewest values that will do
 * @param purpose What they are needed for, in words that follow "Cannot": `test normality`
 * @throws {RangeError} If there are fewer values, or one is not finite
 */
export function requireSample(
  values: ArrayLike<number>,
  minimum: number,
  purpose: string,
): Float64Array {
  if (values.length < minimum) {
    throw new RangeError(`Cannot ${purpose}: got ${values.length} values, need ${minimum} or more`);
  }
  const sample = Float64Array.from(values);
  const bad = sample.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new RangeError(`Cannot ${purpose}: value ${bad} is ${sample[bad]}. Leave it out`);
  }
  return sample;
}

/**
 * @param purpose As above, with the number in it: `draw 0 resamples`
 * @throws {RangeError} If it is no whole number from `minimum`
 */
export function requireWhole(value: number, minimum: number, purpose: string): void {
  if (!Number.isInteger(value) || value < minimum) {
    throw new RangeError(`Cannot ${purpose}: need a whole number from ${minimum}`);
  }
}

/** @throws {RangeError} If a level such as alpha is not in (0, 1) */
export function requireFraction(value: number, name: string): void {
  if (!(value > 0 && value < 1)) {
    throw new RangeError(`Cannot use ${name} ${value}: need a number in (0, 1)`);
  }
}

/**
 * Differences of pairs, `first` − `second`, without the rounding errors of the subtraction: 0.87 −
 * 0.86 and 0.88 − 0.87 differ in the 17th digit, and tests on ranks would call them untied. Kept are
 * 13 digits of the larger score of all.
 *
 * @throws {RangeError} If lengths differ or a value is not finite
 */
export function pairedDifferences(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
): Float64Array {
  if (first.length !== second.length) {
    throw new RangeError(
      `Cannot pair ${first.length} values with ${second.length}: give one of each for every pair`,
    );
  }
  const a = requireSample(first, 0, "pair values");
  const b = requireSample(second, 0, "pair values");
  const largest = Math.max(...a.map(Math.abs), ...b.map(Math.abs));
  if (!(largest > 0)) return new Float64Array(a.length);
  const decimals = 13 - Math.ceil(Math.log10(largest));
  // Scores so large or small that toFixed cannot round them keep their last digit.
  if (decimals < 0 || decimals > 100) return a.map((value, i) => value - b[i]);
  return a.map((value, i) => Number((value - b[i]).toFixed(decimals)));
}
