/**
 * Losses of multi-label classification, mean over all N C elements:
 *
 *   bce                 y ln(1 + exp(-x)) + (1 - y) ln(1 + exp(x))
 *   weighted_positives  v_c y ln(1 + exp(-x)) + (1 - y) ln(1 + exp(x)), v_c negatives over positives
 *   weighted            w_c bce, w_c inverse class frequency, mean 1
 *   class_balanced      w_c bce, w_c from the effective number of samples (Cui et al. 2019), mean 1
 *   focal               alpha (1 - p_t)^gamma bce (Lin et al. 2017), alpha constant or alpha_t
 *
 * `kernels/classification_loss.wgsl` has loss and gradient, `class_weights.ts` the weights.
 */

import { gridFor, type Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { StepState } from "../gpu/step_state.ts";
import { recordLoss } from "./record_loss.ts";

/** The losses by name. */
export const CLASSIFICATION_LOSSES = [
  "bce",
  "focal",
  "weighted",
  "class_balanced",
  "weighted_positives",
] as const;

/** Settings of a classification loss. */
export interface ClassificationLoss {
  readonly name: typeof CLASSIFICATION_LOSSES[number];
  /** One weight per class; ones where the loss has none. */
  readonly classWeights: readonly number[];
  /** v_c, the weight of each class's positives, PyTorch's `pos_weight`; absent: 1. */
  readonly positiveWeights?: readonly number[];
  /** Set for the focal loss. */
  readonly focal?: { readonly alpha: number; readonly gamma: number; readonly alphaT?: boolean };
}

/**
 * Records loss and gradient.
 *
 * @param logits [N, C]
 * @param targets [N, C], in 0 .. 1
 * @param weight [C]
 * @param settings.positiveWeight [C]: weights of the positives; absent: 1.
 * @returns dlogits [N, C]
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import {
 *   chooseDevice,
 *   classificationLoss,
 *   KernelLibrary,
 *   Recorder,
 *   StepState,
 *   Tensor,
 * } from "ssrl-ecg";
 * const gpu = await chooseDevice({ warn: () => {} });
 * const logits = Tensor.from(gpu, [1, 2], [0, 0]);
 * const targets = Tensor.from(gpu, [1, 2], [1, 0]);
 * const weight = Tensor.from(gpu, [2], [1, 1]);
 * const recorder = new Recorder(new KernelLibrary(gpu));
 * const step = new StepState(gpu);
 * classificationLoss(recorder, logits, targets, weight, step, {}); // plain BCE
 * const program = await recorder.plan();
 * step.begin({ seed: 0, epoch: 0, step: 0, records: 1 });
 * program.run();
 * const [{ loss }] = await step.read();
 * assert(Math.abs(loss - Math.LN2) < 1e-6);
 * gpu.destroy();
 * ```
 */
export function classificationLoss(
  recorder: Recorder,
  logits: Tensor,
  targets: Tensor,
  weight: Tensor,
  step: StepState,
  settings: Pick<ClassificationLoss, "focal"> & { readonly positiveWeight?: Tensor },
): { dlogits: Tensor } {
  const [rows, classes] = logits.shape;
  const loss = recorder.transient("loss", [rows, classes]);
  const dlogits = recorder.transient("dlogits", [rows, classes]);
  const constants: Record<string, boolean> = {};
  if (settings.focal) constants.FOCAL = true;
  if (settings.focal?.alphaT) constants.ALPHA_T = true;
  const { positiveWeight } = settings;
  if (positiveWeight) constants.POSITIVE = true;
  recorder.dispatch("classification_loss", {
    constants,
    tensors: {
      logits,
      targets,
      weight,
      loss,
      dlogits,
      ...(positiveWeight && { positive_weight: positiveWeight }),
    },
    dims: {
      size: logits.size,
      classes,
      alpha: settings.focal?.alpha ?? 1,
      gamma: settings.focal?.gamma ?? 0,
    },
    grid: gridFor(logits.size, 64),
  });
  recordLoss(recorder, loss, step);
  return { dlogits };
}
