/**
 * Adam (Kingma & Ba 2015) in float64 with PyTorch's conventions. Twin of `kernels/adam.wgsl`.
 *
 *     g ← min(1, c / (‖g‖ + 1e-6)) g + λ p         (norm clipped to c, coupled weight decay)
 *     m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²
 *     p ← p − lr / (1 − β₁^t) · m / (√v / √(1 − β₂^t) + ε)
 *
 * An update with any gradient that is not finite is left out entirely: parameters and moments stay.
 */

/** Settings of {@linkcode adamStep}; defaults are PyTorch's. */
export interface AdamOptions {
  /** Default 1e-3. */
  readonly learningRate?: number;
  /** β₁; default 0.9. */
  readonly beta1?: number;
  /** β₂; default 0.999. */
  readonly beta2?: number;
  /** ε, outside the root; default 1e-8. */
  readonly epsilon?: number;
  /** λ; default 0. */
  readonly weightDecay?: number;
  /** c; default 0: any norm. */
  readonly clipNorm?: number;
}

/** First and second moments, as long as the parameters; zeros at the start. */
export interface AdamState {
  /** m */
  readonly first: Float64Array;
  /** v */
  readonly second: Float64Array;
}

/** Zero moments for `count` parameters. */
export function adamState(count: number): AdamState {
  return { first: new Float64Array(count), second: new Float64Array(count) };
}

/**
 * One update in place.
 *
 * @param parameters p, changed
 * @param gradients g
 * @param state moments, changed
 * @param step t, 1 for the first update
 * @returns false when the update was left out because a gradient is not finite
 */
export function adamStep(
  parameters: Float64Array,
  gradients: Float64Array,
  state: AdamState,
  step: number,
  options: AdamOptions = {},
): boolean {
  const { learningRate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  const { weightDecay = 0, clipNorm = 0 } = options;
  if (!gradients.every(Number.isFinite)) return false;
  const norm = Math.hypot(...gradients);
  const factor = clipNorm > 0 ? Math.min(1, clipNorm / (norm + 1e-6)) : 1;
  const stepSize = learningRate / (1 - beta1 ** step);
  const secondCorrection = Math.sqrt(1 - beta2 ** step);
  for (let j = 0; j < parameters.length; j++) {
    const g = factor * gradients[j] + weightDecay * parameters[j];
    state.first[j] = beta1 * state.first[j] + (1 - beta1) * g;
    state.second[j] = beta2 * state.second[j] + (1 - beta2) * g * g;
    parameters[j] -= stepSize * state.first[j] /
      (Math.sqrt(state.second[j]) / secondCorrection + epsilon);
  }
  return true;
}
