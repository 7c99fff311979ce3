/**
 * Supervised training of a classifier: from the signal, or from features of a frozen encoder that
 * were computed once (the encoder stays in evaluation mode, so they do not change).
 *
 * @module
 */

import { recordInput } from "../augment/record_input.ts";
import { gridFor, type Recorder } from "../gpu/recorder.ts";
import type { Tensor } from "../gpu/tensor.ts";
import type { ParameterStore } from "../layers/parameters.ts";
import { type ClassificationLoss, classificationLoss } from "../losses/classification_loss.ts";
import type { ClassifierNetwork } from "../models/classifier_network.ts";
import type { Batch, Method } from "./batch.ts";

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
    const targets = selectRows(recorder, batch.labels, batch.indices, batch.rows);
    const judge = (logits: Tensor) =>
      classificationLoss(recorder, logits, targets, classWeights, batch.step, {
        ...loss,
        ...(positiveWeight && { positiveWeight }),
      }).dlogits;
    if (features) {
      const x = selectRows(recorder, features, batch.indices, batch.rows);
      const { logits, backward } = this.model.forwardHead(recorder, x, batch.step);
      backward(judge(logits));
      return;
    }
    const x = recordInput(recorder, {
      records: batch.records,
      batch: batch.indices,
      state: batch.step.state,
      normalization: batch.normalization,
      rows: batch.rows,
      views: 1,
    }); // [N, T, 12]
    const { logits, backward } = this.model.forward(recorder, x, batch.step);
    backward(judge(logits));
  }
}

/** y[n] = table[rows[n]]; table [records, columns], y [count, columns]. */
export function selectRows(
  recorder: Recorder,
  table: Tensor,
  rows: Tensor,
  count: number,
): Tensor {
  const columns = table.shape[1];
  const y = recorder.transient(`${table.name} of the batch`, [count, columns]);
  recorder.dispatch("select_rows", {
    tensors: { table, rows, y },
    dims: { size: y.size, columns },
    grid: gridFor(y.size, 64),
  });
  return y;
}
