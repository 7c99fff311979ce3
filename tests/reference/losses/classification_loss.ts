/**
 * The family of multi-label classification losses in float64. Twin of
 * `kernels/classification_loss.wgsl`.
 *
 * One general form covers BCE, focal (constant α as documented, or α_t of Lin et al. 2017), weighted
 * and class-balanced BCE, and `pos_weight`. With logit x, target y in [0, 1], σ = sigmoid(x):
 *
 *     L = 1/(N·C) Σ_n Σ_c  w_c · a · q^γ · b
 *     b = v_c · y · ln(1 + e^{−x}) + (1 − y) · ln(1 + e^{x})         (v_c = pos_weight, 1 by default)
 *     q = 1 − p_t = y (1 − σ) + (1 − y) σ                            (right for soft labels too)
 *     a = α                        constant α
 *       = α y + (1 − α)(1 − y)     α_t
 *
 * Without focal a = 1 and γ = 0. The mean is over N·C, not over Σ w.
 */

/** Modulation of the loss by its difficulty (Lin, Goyal, Girshick, He & Dollár 2017). */
export interface FocalOptions {
  /** α in [0, 1]; default 0.25. */
  readonly alpha?: number;
  /** γ >= 0; default 2. */
  readonly gamma?: number;
  /** `constant`: α multiplies all elements alike; `balanced`: α_t. Default `constant`. */
  readonly alphaMode?: "constant" | "balanced";
}

/** What makes one loss of the family. */
export interface ClassificationLossOptions {
  /** Modulate by (1 − p_t)^γ; absent: plain BCE. */
  readonly focal?: FocalOptions;
  /** w_c [C]; absent: ones. */
  readonly classWeights?: ArrayLike<number>;
  /** v_c [C], the weight of the positive part; absent: ones. */
  readonly positiveWeights?: ArrayLike<number>;
}

/**
 * Loss and its gradient with respect to the logits.
 *
 *     db/dx = −v_c y (1 − σ) + (1 − y) σ,   dq/dx = (1 − 2y) σ (1 − σ)
 *     d(q^γ b)/dx = γ q^{γ−1} (dq/dx) b + q^γ (db/dx)
 *
 * @param logits x [N, C]
 * @param targets y [N, C] in [0, 1]
 * @param classes C
 * @param upstream gradient of whatever follows with respect to L; default 1
 * @returns L, and dL/dx [N, C] times `upstream`
 */
export function classificationLoss(
  logits: Float64Array,
  targets: ArrayLike<number>,
  classes: number,
  options: ClassificationLossOptions = {},
  upstream = 1,
): { loss: number; gradient: Float64Array } {
  const { focal, classWeights, positiveWeights } = options;
  const alpha = focal?.alpha ?? 0.25;
  const gamma = focal ? focal.gamma ?? 2 : 0;
  const gradient = new Float64Array(logits.length);
  let loss = 0;
  for (let j = 0; j < logits.length; j++) {
    const x = logits[j];
    const y = targets[j];
    const positiveWeight = positiveWeights?.[j % classes] ?? 1;
    const p = sigmoid(x);
    const notP = sigmoid(-x);
    const bce = positiveWeight * y * softplus(-x) + (1 - y) * softplus(x);
    const bceSlope = -positiveWeight * y * notP + (1 - y) * p;
    const q = y * notP + (1 - y) * p;
    const qSlope = (1 - 2 * y) * p * notP;
    const modulation = q ** gamma;
    const modulationSlope = gamma === 0 ? 0 : gamma * q ** (gamma - 1) * qSlope;
    let scale = (classWeights?.[j % classes] ?? 1) / logits.length;
    if (focal) scale *= focal.alphaMode === "balanced" ? alpha * y + (1 - alpha) * (1 - y) : alpha;
    loss += scale * modulation * bce;
    gradient[j] = upstream * scale * (modulationSlope * bce + modulation * bceSlope);
  }
  return { loss, gradient };
}

/** 1 / (1 + e^{−x}) without overflow. */
function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

/** ln(1 + e^x) without overflow. */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
