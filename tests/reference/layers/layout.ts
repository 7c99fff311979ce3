/**
 * From PyTorch's memory layouts to the engine's and back. All are plain transpositions.
 *
 * | what | PyTorch | here |
 * |---|---|---|
 * | signals | [N, C, T] | [N, T, C] |
 * | convolution weight | [Out, In, K] | [K, In, Out] |
 * | linear weight | [Out, In] | [In, Out] |
 */

/** [A, B, C] → [C, B, A], row-major both; its own inverse with the sizes reversed. */
function reverseAxes(
  values: ArrayLike<number>,
  [a, b, c]: readonly [number, number, number],
): Float64Array {
  const result = new Float64Array(a * b * c);
  for (let i = 0; i < a; i++) {
    for (let j = 0; j < b; j++) {
      for (let k = 0; k < c; k++) result[(k * b + j) * a + i] = values[(i * b + j) * c + k];
    }
  }
  return result;
}

/** Convolution weight [Out, In, K] → [K, In, Out]. */
export function convWeightFromTorch(
  weight: ArrayLike<number>,
  [out, inputs, kernelSize]: readonly [number, number, number],
): Float64Array {
  return reverseAxes(weight, [out, inputs, kernelSize]);
}

/** Convolution weight [K, In, Out] → [Out, In, K]; the sizes are given in PyTorch's order. */
export function convWeightToTorch(
  weight: ArrayLike<number>,
  [out, inputs, kernelSize]: readonly [number, number, number],
): Float64Array {
  return reverseAxes(weight, [kernelSize, inputs, out]);
}

/** [A, B] → [B, A]: linear weights either way. */
export function transpose(values: ArrayLike<number>, rows: number, columns: number): Float64Array {
  return reverseAxes(values, [rows, 1, columns]);
}
