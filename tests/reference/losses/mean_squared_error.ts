/**
 * Mean squared error in float64. Twin of `kernels/mean_squared_error.wgsl`.
 *
 *     loss = mean over all elements of (y − target)²,   dy = 2·(y − target) / size
 */

/**
 * @param y prediction, any shape
 * @param target of the same shape
 */
export function meanSquaredError(
  y: Float64Array,
  target: ArrayLike<number>,
): { loss: number; gradient: Float64Array } {
  const gradient = new Float64Array(y.length);
  let sum = 0;
  for (let j = 0; j < y.length; j++) {
    const difference = y[j] - target[j];
    sum += difference * difference;
    gradient[j] = 2 * difference / y.length;
  }
  return { loss: sum / y.length, gradient };
}
