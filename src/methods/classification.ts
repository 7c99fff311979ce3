/**
 * Supervised training of a classifier: from the signal, or from features of a frozen encoder that
 * were computed once (the encoder stays in evaluation mode, so they do not change).
 */

import type { Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { ParameterStore } from "../layers/parameters.ts";
import { type ClassificationLoss, classificationLoss } from "../losses/classification_loss.ts";
import type { ClassifierNetwork } from "../models/classifier_network.ts";
import { type Batch, batchLabels, batchSignals, type Method, selectRows } from "./method.ts";

/** Settings of supervised training. */
export interface ClassificationSettings {
  readonly loss: ClassificationLoss;
  /** [classes]: the loss's class weights on the GPU. */
  readonly classWeights: Tensor;
  /** [classes]: the loss's weights of positives on the GPU, where it has such. */
  readonly positiveWeight?: Tensor;
  /** [records, features] of the frozen encoder; absent: the encoder is trained too. */
  readonly features?: Tensor;
}

/** One supervised step. */
export class ClassificationMethod implements Method {
  readonly trainedFrom: number;
  readonly statisticsUpdates: number;

  constructor(
    readonly store: ParameterStore,
    readonly model: ClassifierNetwork,
    readonly settings: ClassificationSettings,
  ) {
    this.statisticsUpdates = settings.features === undefined ? 1 : 0;
    this.trainedFrom = settings.features ? store.parameters.indexOf(model.headStart) : 0;
  }

  record(recorder: Recorder, batch: Batch): void {
    const { loss, classWeights, positiveWeight, features } = this.settings;
    const targets = batchLabels(recorder, batch);
    const lossGradient = (logits: Tensor) =>
      classificationLoss(recorder, logits, targets, classWeights, batch.step, {
        ...loss,
        ...(positiveWeight && { positiveWeight }),
      }).dlogits;
    if (features) {
      const x = selectRows(recorder, features, batch.indices, batch.rows);
      const { logits, backward } = this.model.forwardHead(recorder, x, batch.step);
      backward(lossGradient(logits));
      return;
    }
    const x = batchSignals(recorder, batch); // [N, T, 12]
    const { logits, backward } = this.model.forward(recorder, x, batch.step);
    backward(lossGradient(logits));
  }
}
