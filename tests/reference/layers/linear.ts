/**
 * Linear layer in float64, optionally followed by ReLU. Twin of `src/layers/linear.ts`.
 *
 *     y[n, o] = b[o] + Σ_i x[n, i] · w[i, o],   with ReLU: y = max(0, y)
 *
 * Weights are [In, Out] (output fastest), the transpose of PyTorch's.
 */

/** The sizes of one linear layer. */
export interface LinearShape {
  /** Rows N. */
  readonly rows: number;
  /** In. */
  readonly inputs: number;
  /** Out. */
  readonly outputs: number;
  /** Apply ReLU to the output; default false. */
  readonly relu?: boolean;
}

/** Gradients of a layer with weight and bias, each shaped as what it belongs to. */
export interface Gradients {
  readonly input: Float64Array;
  readonly weight: Float64Array;
  readonly bias: Float64Array;
}

/**
 * y = x·W + b.
 *
 * @param input [N, In]
 * @param weight [In, Out]
 * @param bias [Out], or none
 * @returns [N, Out]
 */
export function linearForward(
  { rows, inputs, outputs, relu = false }: LinearShape,
  input: Float64Array,
  weight: Float64Array,
  bias?: Float64Array,
): Float64Array {
  const output = new Float64Array(rows * outputs);
  for (let n = 0; n < rows; n++) {
    const row = n * outputs;
    if (bias) output.set(bias, row);
    for (let i = 0; i < inputs; i++) {
      const x = input[n * inputs + i];
      for (let o = 0; o < outputs; o++) output[row + o] += x * weight[i * outputs + o];
    }
  }
  return relu ? output.map((y) => (y > 0 ? y : 0)) : output;
}

/**
 * With g = dy where ReLU let pass, else 0: dx = g·Wᵀ, dW = xᵀ·g, db = Σ_n g.
 *
 * @param input [N, In], as in the forward pass
 * @param weight [In, Out]
 * @param output [N, Out], what the forward pass returned
 * @param outputGradient dy [N, Out]
 */
export function linearBackward(
  { rows, inputs, outputs, relu = false }: LinearShape,
  input: Float64Array,
  weight: Float64Array,
  output: Float64Array,
  outputGradient: Float64Array,
): Gradients {
  const passed = relu ? outputGradient.map((g, j) => (output[j] > 0 ? g : 0)) : outputGradient;
  const inputGradient = new Float64Array(rows * inputs);
  const weightGradient = new Float64Array(inputs * outputs);
  const biasGradient = new Float64Array(outputs);
  for (let n = 0; n < rows; n++) {
    const row = n * outputs;
    for (let o = 0; o < outputs; o++) biasGradient[o] += passed[row + o];
    for (let i = 0; i < inputs; i++) {
      const x = input[n * inputs + i];
      let sum = 0;
      for (let o = 0; o < outputs; o++) {
        sum += passed[row + o] * weight[i * outputs + o];
        weightGradient[i * outputs + o] += x * passed[row + o];
      }
      inputGradient[n * inputs + i] = sum;
    }
  }
  return { input: inputGradient, weight: weightGradient, bias: biasGradient };
}
