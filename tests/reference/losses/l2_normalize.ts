/**
 * L2 normalization of rows in float64 with PyTorch's guard against a zero row.
 *
 *     u = z / max(‖z‖, ε),   dz = (du − u (u·du)) / ‖z‖   where ‖z‖ > ε, else du / ε
 */

/** ε of PyTorch's `normalize`. */
const EPSILON = 1e-12;

/** What the forward pass returns and the backward pass needs. */
export interface L2NormalizeResult {
  /** u [rows, D] */
  readonly output: Float64Array;
  /** ‖z‖ [rows], not clamped. */
  readonly norms: Float64Array;
}

/** Rows of `input` [rows, D] scaled to length one. */
export function l2NormalizeForward(input: Float64Array, dimensions: number): L2NormalizeResult {
  const norms = new Float64Array(input.length / dimensions);
  for (let j = 0; j < input.length; j++) norms[Math.floor(j / dimensions)] += input[j] ** 2;
  for (let r = 0; r < norms.length; r++) norms[r] = Math.sqrt(norms[r]);
  const output = input.map((z, j) => z / Math.max(norms[Math.floor(j / dimensions)], EPSILON));
  return { output, norms };
}

/** Gradient with respect to z [rows, D]; it is orthogonal to z because length does not matter. */
export function l2NormalizeBackward(
  { output, norms }: L2NormalizeResult,
  outputGradient: Float64Array,
): Float64Array {
  const dimensions = output.length / norms.length;
  const inputGradient = new Float64Array(output.length);
  for (let r = 0; r < norms.length; r++) {
    const clamped = !(norms[r] > EPSILON);
    let along = 0;
    for (let j = r * dimensions; j < (r + 1) * dimensions; j++) {
      along += output[j] * outputGradient[j];
    }
    for (let j = r * dimensions; j < (r + 1) * dimensions; j++) {
      inputGradient[j] = clamped
        ? outputGradient[j] / EPSILON
        : (outputGradient[j] - output[j] * along) / norms[r];
    }
  }
  return inputGradient;
}
