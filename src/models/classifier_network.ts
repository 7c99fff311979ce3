/**
 * What every classifier offers, whatever its layers: so that training, evaluation and prediction
 * are written once.
 */

import type { Recorder } from "../gpu/recorder.ts";
import type { StepState } from "../gpu/step_state.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { Parameter } from "../layers/parameters.ts";

/** Logits and the pass back from them; `backward` adds to the gradients of all parameters used. */
export interface LogitsPass {
  /** [N, classes] */
  readonly logits: Tensor;
  readonly backward: (dlogits: Tensor) => void;
}

/** A network from signals [N, T, leads] to logits [N, classes]. */
export interface ClassifierNetwork {
  /** Leads of the signal. */
  readonly inputs: number;
  readonly classes: number;
  /** Width of the features that the head reads. */
  readonly features: number;
  /**
   * First parameter of the head: the weight of a linear layer on the features, then its bias.
   * It and all later ones are trained where the encoder is frozen.
   */
  readonly headStart: Parameter;
  /**
   * Training mode: batch statistics, running statistics updated, dropout drawn for the step.
   *
   * @param x [N, T, leads]
   */
  forward(recorder: Recorder, x: Tensor, step: StepState): LogitsPass;
  /**
   * Training mode of the head alone; its backward pass ends at the features.
   *
   * @param features [N, features]
   */
  forwardHead(recorder: Recorder, features: Tensor, step: StepState): LogitsPass;
  /** Evaluation mode. @param x [N, T, leads] */
  evaluate(recorder: Recorder, x: Tensor): { features: Tensor; logits: Tensor };
}
